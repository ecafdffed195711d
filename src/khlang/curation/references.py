"""What other datasets hold of a column that refers to them: the keys that GATE-ORPHAN looks references up in."""

from typing import TYPE_CHECKING

from khlang import lake
from khlang.contracts import Contracts, Table, reference_view, rules
from khlang.curation.objects import Lake

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def show(staged: "DataFrame", table: Table, *, tables: Contracts, place: Lake, period: str) -> None:
    """Make the view of known keys of every reference that the table's rules look up.

    The referred dataset counts as it was last promoted, of this period or the newest before it. Where it has no such
    month there is nothing to hold a reference against, and every one counts as known.

    Args:
        staged: The staged frame.
        table: Its contract.
        tables: All contracts, the referred ones among them.
        place: The lake.
        period: ``YYYY-MM`` of the submission.
    """
    for rule in rules(table):
        if rule.refers_to:
            column = str(rule.column)
            there = _newest(staged, tables.require("curated", rule.refers_to), place=place, period=period)
            keys = (staged if there is None else there).selectExpr(f"`{column}` AS known").distinct()
            keys.createOrReplaceTempView(reference_view(rule.refers_to, column))


def _newest(staged: "DataFrame", referred: Table, *, place: Lake, period: str) -> "DataFrame | None":
    """The rows of the newest month until ``period``; the months are partitions, and their list is no scan."""
    where = lake.table("curated", referred.name, referred.version)
    if not place.exists(where):
        return None
    rows = staged.sparkSession.read.format("delta").load(place.at(where)).where(f"period <= '{period}'")
    newest = rows.agg({"period": "max"}).first()
    return None if newest is None or newest[0] is None else rows.where(f"period = '{newest[0]}'")
