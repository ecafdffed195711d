"""Dashboards of Apache Superset: declared in ``infra/superset``, written out in its import format by pure functions."""
