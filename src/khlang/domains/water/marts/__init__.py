"""Marts of the water domain: one module a question."""
