"""``check``: what would leave of an extract and whether the pool would take it, told before anything is sealed."""

from khlang.agency.checking.preview import Preview, check

__all__ = ["Preview", "check"]
