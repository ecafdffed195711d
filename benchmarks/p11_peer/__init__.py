"""The peer of P11: every mart of every domain, by hand, in one DuckDB process.

No seal, no signature, no gate, no history, no access rule: a good engineer's script over the very files that agencies
write. ``files`` opens them, ``macros.sql`` reads citizen IDs, digits, dates and money, ``<domain>.sql`` answers.
"""
