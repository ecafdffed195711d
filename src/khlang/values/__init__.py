"""How officials write dates, money and codes: declared once as data, read alike by the agency's tool and by curate.

``forms`` holds the declaration and knows no engine; ``local`` reads it in polars, ``khlang.curation.standardise`` in
Spark. ``tests/scenarios/values.csv`` is the one table that both are held against.
"""
