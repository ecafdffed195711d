"""What is grouped by keys for the gate, in one shuffle, is what a plain count of the same rows gives."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from pyspark.sql import SparkSession

from khlang import contracts
from khlang.contracts import Table
from khlang.curation import metrics

ROWS = 150
Row = dict[str, Any]


def heavy(table: Table) -> list[str]:
    """What a rule counts the rows of."""
    return [rule.grouped_by for rule in contracts.rules(table) if rule.grouped_by and rule.computed == "grouped"]


def judged(table: Table) -> list[str]:
    """Columns of the grain, and what else a rule counts the rows of."""
    return list(dict.fromkeys([*(name for name in table.grain if name != table.partition), *heavy(table)]))


def shape(table: Table) -> tuple[object, ...]:
    """What the query hangs on: the types of the grain's columns, and which columns are counted by themselves."""
    names, kinds = judged(table), {"STRING", "DATE"}
    keys = [name for name in table.grain if name != table.partition]
    return (len(keys), *(table.column(name).type in kinds for name in names), *map(names.index, heavy(table)))


TABLES = list({shape(table): table for table in contracts.load().datasets}.values())  # one of a shape stands for all


def given(table: Table, seed: int) -> list[Row]:
    """Staged rows with few values a key, so that grains repeat, keys are empty and one identifier is heavy."""
    chance = random.Random(seed)
    keys = judged(table)
    made = []
    for number in range(ROWS):
        row: Row = {name: chance.choice([None, *range(40)]) for name in keys}
        if number % 5 == 0:
            row |= dict.fromkeys([keys[0], *heavy(table)], 7)
        reason = chance.choice([None, None, None, "DUPLICATE", "BAD-TYPE"])
        made.append(row | {"reason": reason, "reason_column": reason and keys[-1]})
    return made


def counted(table: Table, rows: list[Row]) -> dict[str, float]:
    """The same figures without Spark."""
    keys = [name for name in table.grain if name != table.partition]
    kept = [tuple(row[name] for name in keys) for row in rows if row["reason"] is None]
    told: dict[str, float] = {"grain_repeats": len(kept) - len({unit for unit in kept if None not in unit})}
    for rule in contracts.rules(table):
        if rule.grouped_by and rule.computed != "stuck":  # that one is of values, not of keys
            groups = Counter(row[rule.grouped_by] for row in rows if row[rule.grouped_by] is not None)
            allowed = max(float(rule.allowed_rows or 0), 0.00001 * groups.total())
            told[rule.metric] = max(max(groups.values(), default=0) - allowed, 0.0)
    return told


def typed(value: Any, kind: str) -> Any:
    """A number as a value of this type; null, and what is of another column, as it is."""
    if value is None or kind not in {"STRING", "DATE"}:
        return value
    return str(value) if kind == "STRING" else date(2026, 1, 1) + timedelta(days=value)


def measured(table: Table, rows: list[Row], spark: SparkSession) -> dict[str, Any]:
    keys = judged(table)
    columns = ", ".join(f"{name} {table.column(name).type}" for name in keys) + ", reason STRING, reason_column STRING"
    kinds = {name: table.column(name).type.upper() for name in keys}
    values = [tuple(typed(v, kinds.get(k, "")) for k, v in row.items()) for row in rows]
    every = metrics.expressions(table).items()
    others = {rule.metric for rule in contracts.rules(table) if rule.computed in {"stuck", "reference"}}
    named = {name: sql for name, sql in every if name == "rows" or (sql.startswith("(SELECT") and name not in others)}
    return metrics.compute(spark.createDataFrame(values, columns).coalesce(2), named, manifest_rows=len(rows))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_grain_and_heavy_identifiers_are_counted_exactly(table: Table, local_spark: SparkSession) -> None:
    rows = given(table, seed=len(table.name))
    told = counted(table, rows)
    assert min(told.values()) > 0, "the rows break every rule of keys"
    found = measured(table, rows, local_spark)
    assert {name: float(found[name]) for name in told} == told
    assert found["rejects"] == Counter(f"{row['reason']}|{row['reason_column']}" for row in rows if row["reason"])


@pytest.mark.parametrize("table", TABLES[:1], ids=lambda table: table.name)
def test_of_no_rows_every_figure_is_zero(table: Table, local_spark: SparkSession) -> None:
    found = measured(table, [], local_spark)
    assert {name: float(found[name]) for name in counted(table, [])} == dict.fromkeys(counted(table, []), 0.0)
    assert found["rejects"] == {}
