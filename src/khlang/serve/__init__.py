"""Serve: marts are re-keyed for one project and opened to its analysts in Trino."""
