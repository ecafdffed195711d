"""Marts of the waste domain: one module a question."""
