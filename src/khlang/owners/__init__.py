"""The page of data owners and of the pool's keepers: requests, consents, approvals, expiry, and who used what."""
