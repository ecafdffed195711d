"""All scenario folders of a table in the same few queries, so that a further folder costs next to nothing.

The rows of every case are staged as one frame, in which a row's number begins with the place of its case: only within
a case does one row repeat another. The metrics are the product's own expressions, each narrowed to one case's rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession
from tests import curatekit

from khlang import contracts, gates
from khlang.contracts import Table
from khlang.curation import metrics, promote, staging
from khlang.curation.rekey import Pool
from khlang.curation.staging import deduplicate
from khlang.gates import Verdict

HERE = Path(__file__).parent / "scenarios"
CASES = sorted(path.parent.relative_to(HERE) for path in HERE.glob("*/*/input.csv"))
PLACE = 1_000_000  # row numbers of the case at place n begin at n million
Row = dict[str, Any]


@dataclass
class Outcome:
    """What became of one case: its metrics, where the scan hit, its curated and its rejected rows."""

    found: Row = field(default_factory=dict)
    raw: list[Row] = field(default_factory=list)
    curated: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    broken: str = ""

    def judged(self, table: Table) -> Verdict:
        """The gate's verdict, asked for once."""
        if self._verdict is None:
            self._verdict = gates.judge(self.found, table, raw=self.raw)
        return self._verdict

    _verdict: Verdict | None = None


@cache
def said(case: Path) -> Row:
    """The case's ``verdict.yaml``, with what it need not say."""
    path = HERE / case / "verdict.yaml"
    told: Row = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        "period": curatekit.PERIOD,
        "filler": 0,
        "verdict": "promoted",
        "failures": [],
        "guard": None,
        "usual": 0,
    } | told


def given(case: Path, table: Table) -> pl.DataFrame:
    """The case's sealed rows, its good ones last."""
    template = curatekit.rows(HERE / case.parts[0] / "filler.csv")[0]
    typed = curatekit.rows(HERE / case / "input.csv")
    return curatekit.inner(table, [*typed, *curatekit.filler(template, said(case)["filler"], table)])


class Scenarios:
    """The outcome of every case; a table's cases are computed together when the first of them is asked for."""

    def __init__(self, spark: SparkSession, pool: Pool, folder: Path) -> None:
        self._spark, self._pool, self._folder = spark, pool, folder
        self._outcomes: dict[str, dict[Path, Outcome]] = {}

    def __getitem__(self, case: Path) -> Outcome:
        name = case.parts[0]
        if name not in self._outcomes:
            by_period: dict[str, list[Path]] = defaultdict(list)
            for one in CASES:
                if one.parts[0] == name:
                    by_period[said(one)["period"]].append(one)
            table = contracts.load()[name]
            self._outcomes[name] = {
                case: outcome for cases in by_period.values() for case, outcome in self._together(cases, table).items()
            }
        outcome = self._outcomes[name][case]
        assert not outcome.broken, f"{case}: {outcome.broken}"
        return outcome

    def _together(self, cases: Sequence[Path], table: Table) -> dict[Path, Outcome]:
        made = {case: Outcome() for case in cases}
        frames: dict[int, pl.DataFrame] = {}
        for place, case in enumerate(cases):
            try:
                frames[place] = given(case, table)
            except AssertionError as error:  # of this folder only: the others are judged
                made[case].broken = str(error)
        if not frames:
            return made
        placed = [frame.with_columns(pl.col("row_number") + at * PLACE) for at, frame in frames.items()]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staging, "deduplicate", within_its_case)
            staged = self.stage(pl.concat(placed), table, period=said(cases[0])["period"])
        for rows, column in ((promote.curated_rows(staged, table), "curated"), (rejects(staged), "rejected")):
            for row in rows.orderBy("row_number").collect():
                place, number = divmod(row["row_number"], PLACE)
                getattr(made[cases[place]], column).append(row.asDict() | {"row_number": number})
        self._known(staged, table)
        rows_of = {at: said(cases[at]).get("manifest_rows", frame.height) for at, frame in frames.items()}
        measured = each(staged, table)
        for at in frames:
            mine = staged.where(f"row_number DIV {PLACE} = {at}")
            known = {"manifest_rows": rows_of[at], "least_rows": metrics.least(table, said(cases[at])["usual"])}
            whole = metrics.values_of(measured[at], **known) if at in measured else None
            # Of no rows there is no group: the product's own query.
            found = whole or metrics.compute(mine, metrics.expressions(table), **known)
            made[cases[at]].found = found
            if found["raw_id_cells"]:
                hits = metrics.raw_columns(mine)
                made[cases[at]].raw = [hit | {"first_row": hit["first_row"] - at * PLACE} for hit in hits]
        return made

    def _known(self, staged: DataFrame, table: Table) -> None:
        """What other datasets hold, from ``known.yaml`` beside the cases: ``<dataset>/<column>`` → values."""
        for rule in contracts.rules(table):
            if rule.refers_to:
                known = yaml.safe_load((HERE / table.name / "known.yaml").read_text(encoding="utf-8"))
                values = [(value,) for value in known[f"{rule.refers_to}/{rule.column}"]]
                view = contracts.reference_view(rule.refers_to, str(rule.column))
                staged.sparkSession.createDataFrame(values, "known STRING").createOrReplaceTempView(view)

    def stage(self, frame: pl.DataFrame, table: Table, *, period: str) -> DataFrame:
        """The staged frame of sealed rows."""
        source = curatekit.as_spark(frame, self._spark, self._folder)
        return staging.stage(source, table, period=period, pool=self._pool).localCheckpoint()


def within_its_case(judged: DataFrame, table: Table) -> DataFrame:
    """Repeats are looked for among the rows of one case."""
    placed = judged.selectExpr("*", f"row_number DIV {PLACE} AS place")
    return deduplicate(placed, replace(table, grain=("place", *table.grain))).drop("place")


def rejects(staged: DataFrame) -> DataFrame:
    return staged.where("reason IS NOT NULL").select("row_number", "reason", "reason_column")


def each(staged: DataFrame, table: Table) -> dict[int, Row]:
    """Place of a case → the row of metrics that the product's query gives of its rows alone."""
    staged.selectExpr("*", f"row_number DIV {PLACE} AS place").createOrReplaceTempView("khlang_cases")
    mine = "(SELECT * FROM khlang_cases WHERE place = one.place)"
    every = metrics.expressions(table)
    plain = {name: sql for name, sql in every.items() if metrics.VIEW not in sql}
    passed = ", ".join(f"{sql} AS `{name}`" for name, sql in plain.items())
    grouped = [f"{sql.replace(metrics.VIEW, mine)} AS `{name}`" for name, sql in every.items() if name not in plain]
    rows = staged.sparkSession.sql(
        f"SELECT one.*, {', '.join(grouped)} FROM (SELECT place, {passed} FROM khlang_cases GROUP BY place) one"
    ).collect()
    return {row["place"]: {k: v for k, v in row.asDict(recursive=True).items() if k != "place"} for row in rows}
