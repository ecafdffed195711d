"""Accepted copy → staging → gate → curated: one dataset, period and submission at a time, whole or not at all."""
