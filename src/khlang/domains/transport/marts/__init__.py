"""Marts of the transport domain: one module a question."""
