"""Marts of the health domain: one module a question."""
