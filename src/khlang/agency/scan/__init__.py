"""What sentences give away: citizen IDs, telephone numbers, e-mail addresses and names, found before they leave.

``count`` and ``mask`` are for columns that a contract declares as free text; ``looks_free`` and ``kind`` tell what a
column is by what stands in it. Nothing here keeps or repeats a value.
"""

from khlang.agency.scan.columns import kind, looks_free
from khlang.agency.scan.text import KINDS, found, mask

__all__ = ["KINDS", "found", "kind", "looks_free", "mask"]
