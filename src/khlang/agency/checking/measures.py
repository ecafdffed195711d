"""The gate's metrics of an extract, measured on the office's own machine, chunk by chunk, with first row numbers.

Memory: a chunk, and fourteen bytes a row for the grain and for each column of which heavy identifiers are counted.
"""

import polars as pl

from khlang import raw
from khlang.agency import heavy
from khlang.agency.checking import rows
from khlang.agency.checking.laws import breach
from khlang.agency.counted import SHOWN, Counted
from khlang.contracts import Rule, Table, record_rules, rules

PARTS = 16  # of the grains, looked at one after another
DUPLICATE = "DUPLICATE"


class Measures:
    """Feed it what would leave; then ask for the metrics.

    ``rejects``: (reason, column) → the rows that curation would keep back.
    """

    def __init__(self, table: Table, period: str) -> None:
        self.table, self.period, self.rows = table, period, 0
        self.rules = rules(table)
        self.rejects: dict[tuple[str, str], Counted] = {}
        self.reasons: dict[str, dict[str, Counted]] = {column.name: {} for column in table.identifiers}
        self.raw: dict[str, Counted] = {}
        self._laws = record_rules(table)
        self._broken = {rule.id: Counted() for rule in self.rules if rule.law is not None}
        self._heavy = heavy.of(table)
        self._grain: list[pl.DataFrame] = []

    def add(self, leaving: pl.DataFrame) -> None:
        """Measure one chunk of ``rows.leaving``."""
        self.rows += leaving.height
        for name, counted in self.reasons.items():
            for (reason,), hit in leaving.drop_nulls(f"{name}_reason").group_by(f"{name}_reason", maintain_order=True):
                counted.setdefault(str(reason), Counted()).add(hit)
        for column in rows.plain(self.table):
            held = raw.holds(leaving[column.name])
            if held.any():
                self.raw.setdefault(column.name, Counted()).add(leaving.filter(held))
                # The pool drops the text of such a cell before it reads any: it counts as empty from here on.
                leaving = leaving.with_columns(pl.when(~held).then(column.name).alias(column.name))
        judged = rows.judged(leaving, self.table, self._laws, self.period)
        for (reason, name), hit in judged.drop_nulls("reason").group_by("reason", "reason_column", maintain_order=True):
            self.rejects.setdefault((str(reason), str(name)), Counted()).add(hit)
        for rule in self.rules:
            if rule.law is not None:
                self._broken[rule.id].add(judged.filter(breach(rule.law, self.period)))
        for name, counter in self._heavy.items():
            counter.add(judged[name], judged.select(rows.HELD))
        keys = [name for name in self.table.grain if name != self.table.partition]
        good = judged.filter(pl.col("reason").is_null())
        seen = good.select(keys).hash_rows(seed=rows.SEED).alias("grain")
        self._grain.append(good.select(seen, "source_file", pl.col("source_row").cast(pl.UInt32)))

    def finish(self) -> None:
        """Find the rows that repeat a grain, once all chunks are in."""
        every = pl.concat(self._grain) if self._grain else pl.DataFrame(schema=dict.fromkeys(("grain", *rows.HELD)))
        self._grain = []
        twins = Counted()
        for part in range(PARTS) if every.height else ():
            some = every.filter(pl.col("grain") % PARTS == part)
            twins.count += some.height - some["grain"].n_unique()
            again = some.filter(pl.col("grain").is_duplicated()).filter(~pl.col("grain").is_first_distinct())
            twins.first += again.select("source_file", pl.col("source_row").cast(pl.Int64)).head(SHOWN).rows()
        if twins.count:
            self.rejects[DUPLICATE, self.table.grain[-1]] = Counted(twins.count, sorted(twins.first)[:SHOWN])

    def metric(self, rule: Rule) -> tuple[float, Counted]:
        """The rule's metric as the gate computes it, and the rows behind it."""
        if rule.code in {"GATE-EMPTY", "GATE-COUNT"}:
            return float(self.rows), Counted(self.rows)
        if rule.computed == "grouped":
            return self._heavy[str(rule.grouped_by)].excess()
        counted = self._counted(rule)
        if rule.code == "GATE-RAW-ID":
            return float(counted.count), counted
        return (counted.count / self.rows if self.rows else 0.0), counted

    def _counted(self, rule: Rule) -> Counted:
        if rule.law is not None:
            return self._broken[rule.id]
        if rule.code == "GATE-TYPE":
            return self.rejects.get((rows.BAD_TYPE, str(rule.column)), Counted())
        if rule.code == "GATE-DUPLICATE":
            return self.rejects.get((DUPLICATE, self.table.grain[-1]), Counted())
        every = Counted(sum(one.count for one in self.raw.values()))
        every.first = sorted({place for one in self.raw.values() for place in one.first})[:SHOWN]
        return every
