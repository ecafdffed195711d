"""The audit: every query that Trino tells of, in a chain of entries of which none can be changed unseen."""
