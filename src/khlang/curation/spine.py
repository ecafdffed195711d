"""The spine: every person, house, plate and employer ever seen, once. Append-only; rows enter it at promotion.

A ``pid`` is 48 bits of the 128-bit pseudonym, unique for its type in the spine. Where two pseudonyms share one, the
later takes the next 12 hex digits and stands in ``spine_alias``; about 8 pairs are expected among 66 million persons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khlang.contracts import Table
from khlang.curation.staging import identifiers
from khlang.errors import IntegrityError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Key = tuple[str, str]
#: Where the 12 hex digits of a pid are taken from, in order (privacy.md 3).
WINDOWS = (slice(0, 12), slice(12, 24), slice(20, 32))


@dataclass(frozen=True)
class Counts:
    """What one submission's persons are to the spine, by type."""

    ids: int
    known: int
    fresh: int
    fresh_pids: int
    clashes: int
    earlier: int

    @property
    def collides(self) -> bool:
        """Whether two pseudonyms share a pid, so that the slow way must be gone."""
        return self.clashes > 0 or self.fresh != self.fresh_pids


def persons(staged: "DataFrame", table: Table) -> "DataFrame":
    """Distinct ``type, p, pid`` of all identifier columns of the accepted rows."""
    types = {column.name: column.identifier for column in table.columns if column.identifier}
    each = ", ".join(f"struct('{types[n]}' AS type, `{n}_p` AS p, `{n}` AS pid)" for n in identifiers(table))
    rows = staged.where("reason IS NULL").selectExpr(f"inline(array({each}))")
    return rows.where("p IS NOT NULL").distinct()


def count(found: "DataFrame", spine: "DataFrame", *, period: str) -> dict[str, Counts]:
    """Compare the persons of a submission with the spine, in one pass."""
    known = spine.selectExpr("type", "pid", "p AS spine_p", "first_period")
    joined = found.join(known, ["type", "pid"], "left")
    rows = joined.groupBy("type").agg(*_columns(period)).collect()
    return {row["type"]: Counts(*(int(row[name]) for name in Counts.__dataclass_fields__)) for row in rows}


def _columns(period: str) -> "list[Any]":
    from pyspark.sql import functions as f

    return [
        f.expr(sql).alias(name)
        for name, sql in {
            "ids": "count(1)",
            "known": "count_if(spine_p = p)",
            "fresh": "count_if(spine_p IS NULL)",
            "fresh_pids": "count(DISTINCT CASE WHEN spine_p IS NULL THEN pid END)",
            "clashes": "count_if(spine_p <> p)",
            "earlier": f"count_if(spine_p = p AND first_period > '{period}')",
        }.items()
    ]


def resolve(clashing: Iterable[Key], taken: Mapping[tuple[str, int], str]) -> dict[Key, int]:
    """Give each clashing pseudonym a free pid.

    Args:
        clashing: ``(type, p)`` of all new pseudonyms that share a pid with another one.
        taken: ``(type, pid)`` → the ``p`` that has it in the spine already.

    Returns:
        ``(type, p)`` → pid, the same for any order of the input: the first in the order of ``p`` keeps its own pid
        where it is free, the later ones take their next 12 hex digits.

    Raises:
        IntegrityError: A pseudonym has no free pid left (once in 10^20 at national size).
    """
    held = dict(taken)
    given: dict[Key, int] = {}
    for type_, p in sorted(set(clashing)):
        digits = p[-32:]
        for window in WINDOWS:
            pid = int(digits[window], 16)
            if held.setdefault((type_, pid), p) == p:
                given[type_, p] = pid
                break
        else:
            raise IntegrityError("A pseudonym has no free pid left.", "Rotate the pool epoch.", code="SPINE-PID")
    return given


def clashing(found: "DataFrame", spine: "DataFrame") -> "DataFrame":
    """``type, p`` of the persons not in the spine who share a pid with one that is, or with each other."""
    new = found.join(spine.select("type", "p"), ["type", "p"], "left_anti")
    shared = new.groupBy("type", "pid").count().where("count > 1").select("type", "pid")
    held = spine.select("type", "pid").union(shared).distinct()
    return new.join(held, ["type", "pid"], "left_semi").select("type", "p")


def known_aliases(found: "DataFrame", spine: "DataFrame") -> "DataFrame":
    """``type, p, pid`` of persons who stand in the spine under another pid than their own first 12 digits."""
    kept = spine.selectExpr("type", "p", "pid AS spine_pid")
    return found.join(kept, ["type", "p"]).where("pid <> spine_pid").selectExpr("type", "p", "spine_pid AS pid")


def bridged(alias: "DataFrame", spine: "DataFrame") -> "DataFrame":
    """``type, p, pid`` of aliases that a bridge wrote: their ``p`` is no row of the spine, which has the older one."""
    return alias.join(spine.select("type", "p"), ["type", "p"], "left_anti").select("type", "p", "pid")
