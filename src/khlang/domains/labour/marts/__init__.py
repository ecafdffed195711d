"""Marts of the labour domain: one module a question."""
