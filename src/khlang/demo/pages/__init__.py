"""``docs/domains``: a page a domain, made of the last demo and of the domain's notebook, run as the analyst.

No domain is named here: which there are, and what they are asked, is read from contracts, ``told.py`` and notebooks.
"""
