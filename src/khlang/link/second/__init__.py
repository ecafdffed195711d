"""The second route: who a record without a usable CID may be, by comparison keys that live in one job only."""
