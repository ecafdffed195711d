"""A domain in which nobody stands: one extract of gauge readings, one mart."""
