"""The key authority, legally apart from the pool: source epochs, check values, canaries, signed bundles.

Nothing of the pool imports it, and no service of the pool can read its folder.
"""
