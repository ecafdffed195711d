"""The domains: what is a subject's own, and nothing of the hops."""
