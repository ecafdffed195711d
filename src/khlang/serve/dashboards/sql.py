"""The SQL of dashboards: a mart with the names of its codes, and figures that tell of no fewer than ten."""

from khlang.contracts import Column, Table
from khlang.release.threshold import THRESHOLD
from khlang.serve.dashboards.declared import Chart, Measure
from khlang.serve.statements import literal

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
    if measure.kind in ("mean", "most"):
        (name,) = measure.columns
        value = f"CAST({'avg' if measure.kind == 'mean' else 'max'}({name}) AS DOUBLE)"
        return _withheld(value, f"count({name})") if table.identifiers else value
    people = any(table.column(name).unit in PEOPLE for name in measure.columns)
    if measure.kind == "share":
        part, whole = (_sum(name, measure.where) for name in measure.columns)
        share = f"CAST({part} AS DOUBLE) / nullif(CAST({whole} AS DOUBLE), 0)"
        return _withheld(share, part, f"{whole} - {part}") if people else share
    if measure.kind == "sum":
        total = _sum(measure.columns[0], measure.where)
        return _withheld(total, total) if people else total
    counted = f"count_if({measure.where})" if measure.where else "count(*)"
    return _withheld(counted, counted) if table.identifiers else counted


def conditions(chart: Chart) -> str:
    """Which rows a chart counts, as one condition; empty for all."""
    said = [f"{name} = {_literal(value)}" for name, value in chart.only.items()]
    return " AND ".join([*said, *(f"{name} <> {_literal(value)}" for name, value in chart.but.items())])


def columns(chart: Chart, table: Table) -> list[str]:
    """What a chart groups by, as the dataset calls it."""
    grouped = [*chart.by, *([chart.split] if chart.split else [])]
    return [*([ISO] if chart.show == "map" else []), *(named(table.column(name)) for name in grouped)]


def _sum(name: str, where: str | None) -> str:
    return f"sum(if({where}, {name}, 0))" if where else f"sum({name})"


def _withheld(value: str, *counts: str) -> str:
    """A value only where each of these counts is ten or more."""
    return f"CASE WHEN {' AND '.join(f'{count} >= {THRESHOLD}' for count in counts)} THEN {value} END"


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else literal(value)
