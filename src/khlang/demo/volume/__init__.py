"""One extract of millions of rows through every hop: sealed, sent over a cut line, promoted, counted."""
