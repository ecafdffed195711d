"""How many rows a finding concerns and which come first: numbers of the office's own file, never a value."""

from dataclasses import dataclass, field

import polars as pl

SHOWN = 20  # row numbers told for one rule
Place = tuple[int, int]  # number of the file, row in it


@dataclass
class Counted:
    """A count and its first places."""

    count: int = 0
    first: list[Place] = field(default_factory=list)

    def add(self, hit: pl.DataFrame) -> None:
        """Take the rows of a chunk into account; the frame carries ``source_file`` and ``source_row``."""
        self.count += hit.height
        if len(self.first) < SHOWN:
            self.first += hit.select("source_file", "source_row").head(SHOWN - len(self.first)).rows()
