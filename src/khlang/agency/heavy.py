"""One pseudonym on more rows than a person can stand on: the gate would refuse it, so the official hears it first."""

import polars as pl

from khlang.contracts import Table

ROWS = 3  # of one person in a month, where the contract's GATE-HEAVY says nothing else
SHARE = 10  # in a million rows
_TURNS = 8  # the count looks at one part of the hashes after the other: an eighth of the memory


class Heavy:
    """Exact counts over 64-bit hashes of pseudonyms: eight bytes a row, for person-level columns only."""

    def __init__(self, table: Table) -> None:
        identifiers = {column.name for column in table.identifiers}
        self._limits = {
            str(rule.column): int(rule.arguments.get("rows", ROWS))
            for rule in table.quality
            if rule.code == "GATE-HEAVY" and rule.column in identifiers
        }
        self._seen: dict[str, list[pl.Series]] = {name: [] for name in self._limits}

    def add(self, sealed: pl.DataFrame) -> None:
        """Remember a chunk's pseudonyms."""
        for name, seen in self._seen.items():
            seen.append(sealed[name].drop_nulls().hash(seed=7))

    def found(self, rows: int) -> dict[str, int]:
        """Column → how many pseudonyms stand on more than max(limit, 10 ppm) of these rows; forgets what it saw."""
        counts: dict[str, int] = {}
        for name, limit in self._limits.items():
            seen = pl.concat(self._seen[name], rechunk=False) if self._seen[name] else pl.Series(dtype=pl.UInt64)
            self._seen[name] = []
            allowed = max(limit, rows * SHARE // 1_000_000)
            counts[name] = sum(_over(seen.filter(seen % _TURNS == turn), allowed) for turn in range(_TURNS))
        return {name: count for name, count in counts.items() if count}


def _over(hashes: pl.Series, allowed: int) -> int:
    return int((hashes.value_counts()["count"] > allowed).sum())
