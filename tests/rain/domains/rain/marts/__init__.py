"""Marts of the tests' own domain."""
