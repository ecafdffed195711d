"""A synthetic population, the mess of the offices that record it, and the truth that is never sent.

Imports nothing of curation or of the domains' marts: the truth must be an answer of its own.
"""
