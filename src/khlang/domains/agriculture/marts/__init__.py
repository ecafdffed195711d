"""Marts of the agriculture domain: one module a question."""
