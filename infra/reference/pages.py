"""A page that is made of something else: written, or held against what it should be."""

import sys
from pathlib import Path


def settled(path: Path, made: str, *, look: bool) -> bool:
    """Write a page of ``docs/reference``; with ``look`` only compare it, and say on stderr when it is stale.

    Returns:
        Whether the page is now what it should be.
    """
    if not look:
        path.write_text(made, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != made:
        sys.stderr.write(f"docs/reference/{path.name} is stale. Run: make docs\n")
        return False
    return True
