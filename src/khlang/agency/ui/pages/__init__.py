"""The pages as text, from plain values: small functions, everything escaped, no script or style within."""
