"""Imports a big library without its optional parts (behind a ``try … except ImportError`` there) that nobody uses here.

Each job is a process of its own: what it imports is paid for a dozen times a day and dataset.
"""

import gc
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any


class _Without:
    """Says that these modules are not there, to one thread."""

    def __init__(self, parts: Collection[str]) -> None:
        self._parts, self._thread = frozenset(parts), threading.get_ident()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse a module that is named, or lies in a package that is."""
        del path, target
        if threading.get_ident() == self._thread and not self._parts.isdisjoint((name, name.partition(".")[0])):
            raise ModuleNotFoundError(name=name)


@contextmanager
def without(*parts: str) -> Iterator[None]:
    """Import within, in this thread, as if these modules were not installed; what is imported already stays.

    Args:
        parts: Packages by their first name, or single modules by their whole one.
    """
    finder = _Without(parts)
    collecting = gc.isenabled()
    sys.meta_path.insert(0, finder)
    gc.disable()  # of what an import makes nothing is garbage, and looking for some is a sixth of its time
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        if collecting:
            gc.enable()
