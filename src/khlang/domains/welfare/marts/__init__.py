"""Marts of the welfare domain: one module a question."""
