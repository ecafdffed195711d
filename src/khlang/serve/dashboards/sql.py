"""The SQL of dashboards: a mart with the names of its codes, and figures that tell of no fewer than ten."""

from collections.abc import Iterator

from khlang.contracts import Column, Table
from khlang.release.threshold import THRESHOLD
from khlang.serve.dashboards.declared import Chart, Measure

#: Units in which people are counted: a small number of them is not drawn.
PEOPLE = frozenset({"persons", "households", "births"})
ISO = "province_iso"


def named(column: Column) -> str:
    """The column that holds the Thai names of a column's codes; the column itself where it holds no codes."""
    return f"{column.name.removesuffix('_code')}_name" if column.codes else column.name


def dataset(table: Table) -> str:
    """What a dataset selects: the mart, the names of its codes, and provinces as maps want them."""
    coded = [column for column in table.stored if column.codes]
    columns = [f"m.{column.name}" for column in table.stored]
    columns += [f"c{place}.name_th AS {named(column)}" for place, column in enumerate(coded)]
    columns += [f"'TH-' || m.{column.name} AS {ISO}" for column in coded if column.codes == "province"][:1]
    joins = [
        f"LEFT JOIN lake.common.code_lists AS c{place}\n"
        f"  ON c{place}.list_name = '{column.codes}' AND c{place}.list_code = m.{column.name}"
        for place, column in enumerate(coded)
    ]
    return "\n".join([f"SELECT {', '.join(columns)}", f"FROM lake.{table.project}.{table.name} AS m", *joins])


def metric(measure: Measure, table: Table) -> str:
    """The aggregate of a measure. Where people are counted, fewer than ten give no value; so does a rest below ten."""
    counted = f"count_if({measure.where})" if measure.where else "count(*)"
    if measure.kind in ("mean", "most"):
        counted = f"count({measure.columns[0]})"
        value = f"CAST({'avg' if measure.kind == 'mean' else 'max'}({measure.columns[0]}) AS DOUBLE)"
        return _withheld(value, counted) if table.identifiers else value
    if measure.kind == "rows":
        return _withheld(counted, counted) if table.identifiers else counted
    first, *rest = (_sum(name, measure.where) for name in measure.columns)
    people = [table.column(name).unit in PEOPLE for name in measure.columns]
    if not rest:
        return _withheld(first, first) if people[0] else first
    whole = rest[0]
    share = f"CAST({first} AS DOUBLE) / nullif(CAST({whole} AS DOUBLE), 0)"
    return _withheld(share, first, f"{whole} - {first}") if any(people) else share


def conditions(chart: Chart) -> str:
    """Which rows a chart counts, as one condition; empty for all."""
    said = [f"{name} = {_literal(value)}" for name, value in chart.only.items()]
    return " AND ".join([*said, *(f"{name} <> {_literal(value)}" for name, value in chart.but.items())])


def columns(chart: Chart, table: Table) -> list[str]:
    """What a chart groups by, as the dataset calls it."""
    return list(_grouped(chart, table))


def _grouped(chart: Chart, table: Table) -> Iterator[str]:
    if chart.show == "map":
        yield ISO
    for name in (*chart.by, *([chart.split] if chart.split else [])):
        yield named(table.column(name))


def _sum(name: str, where: str | None) -> str:
    return f"sum(if({where}, {name}, 0))" if where else f"sum({name})"


def _withheld(value: str, *counts: str) -> str:
    """A value only where each of these counts is ten or more."""
    return f"CASE WHEN {' AND '.join(f'{count} >= {THRESHOLD}' for count in counts)} THEN {value} END"


def _literal(value: str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + value.replace("'", "''") + "'"
