"""Marts of the targeting domain: one module a question."""
