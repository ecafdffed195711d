"""What the web pages of an agency and of the pool have in common: markup, style, headers. Of no hop."""
