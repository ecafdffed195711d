"""Marts of the energy domain: one module a question."""
