"""Khlang: agencies' records joined and analysed, and nobody in the pool holds a citizen ID."""

__version__ = "0.1.0"
