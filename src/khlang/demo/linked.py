"""How many links of the second route are right: row by row against the simulator's truth, with no key and no curation.

The agencies' own row maps turn both sides of a link into lines of their files, and the simulator says whose line that
is. Only a demo can do this: it plays all parties, and outside a simulation nobody knows.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from khlang import contracts
from khlang.agency.home import Home
from khlang.contracts import Table
from khlang.link.second import tables
from khlang.link.second.outdated import LINKS
from khlang.settings import Settings

#: From which weight on links are taken: what an analyst may choose.
THRESHOLDS = (0.99, 0.9, 0.5)
Row = dict[str, Any]


def quality(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """Links of these months together, one row a dataset and threshold; none where no linkage job has run."""
    known, lake = contracts.load(settings.contracts), tables.bucket(settings)
    links: dict[tuple[str, str], list[pl.DataFrame]] = {}
    records: dict[tuple[str, str], list[pl.DataFrame]] = {}
    for (dataset, period), made in sorted(lake.made_of(known[LINKS]).items()):
        if period not in periods:
            continue
        pair, register = (dataset, made.linked_dataset), known[made.linked_dataset]
        mine = whose(settings, known[dataset], period, made.submission)
        theirs = whose(settings, register, period, made.register).join(lake.persons(register, period), on="row_number")
        found = lake.links(known[LINKS], dataset=dataset, period=period).filter(pl.col("place") == 1)
        links.setdefault(pair, []).append(judged(found, mine, theirs))
        records.setdefault(pair, []).append(findable(mine, theirs))
    return [
        {"dataset": pair[0], "linked_dataset": pair[1]} | row
        for pair in links
        for row in measured(pl.concat(links[pair]), pl.concat(records[pair]))
    ]


def whose(settings: Settings, table: Table, period: str, submission: str) -> pl.DataFrame:
    """``row_number, cid, fault`` of a submission's rows: its agency's row map, and the truth of its file."""
    truth = pl.read_parquet(settings.truth / "second" / table.name / f"{period}.parquet")
    rows = pl.read_parquet(Home(settings.agency(table.agency)).rowmap(table.name, period, submission))
    return rows.join(truth, left_on="source_row", right_on="line").select("row_number", "cid", "fault")


def judged(links: pl.DataFrame, mine: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Each link with ``weight`` and ``is_right``: both rows are about one person (pure).

    Args:
        links: ``row_number``, ``pid``, ``weight``; one a row.
        mine: ``row_number``, ``cid`` of the dataset's rows.
        theirs: ``pid``, ``cid`` of the register's.
    """
    true = links.join(mine.select("row_number", "cid"), on="row_number", how="left")
    both = true.join(theirs.select("pid", there="cid"), on="pid", how="left")
    return both.select("weight", is_right=(pl.col("cid") == pl.col("there")).fill_null(value=False))


def findable(mine: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Each row without a usable citizen ID, and whether its person is in the register at all (pure)."""
    lost = mine.filter(pl.col("fault").is_not_null())
    return lost.select(is_findable=pl.col("cid").is_in(theirs["cid"].implode()))


def measured(links: pl.DataFrame, records: pl.DataFrame) -> list[Row]:
    """Precision, recall (of records whose person the register has) and F1 by threshold (pure)."""
    there = int(records["is_findable"].sum())
    told = []
    for lowest in THRESHOLDS:
        taken = links.filter(pl.col("weight") >= lowest)
        right = int(taken["is_right"].sum())
        counts = {"records": records.height, "findable": there, "linked": taken.height, "right": right}
        precision = right / taken.height if taken.height else None
        recall = right / there if there else None
        f1 = 2 * right / (taken.height + there) if taken.height + there else None
        told.append({"weight_from": lowest, **counts, "precision": precision, "recall": recall, "f1": f1})
    return told
