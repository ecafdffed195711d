"""Whether the declared grain is unique in a sample: a repeat that is no correction doubles every join after it."""

from pathlib import Path

import polars as pl

from khlang import identifiers
from khlang.agency.reading import ReadOptions, open_extract
from khlang.authoring.contract import COLUMNS, Contract
from khlang.authoring.finding import Finding
from khlang.authoring.project import Project
from khlang.contracts import Column, Table
from khlang.values import local


def check(project: Project, path: str, sample: Path, options: ReadOptions) -> list[Finding]:
    """The finding of a sample, or none.

    Rows whose identifier is not usable are left out, as curate does. A repeat with another value of ``dedupeBy`` is a
    correction, and one whose every cell is the same is a copy: of both GATE-DUPLICATE judges how many there may be.

    Raises:
        InputError: The sample cannot be read, or lacks a column.
    """
    tables = project.tables()
    one = Contract(path, project.contracts[path], project)
    table = tables[str(one.schema["name"])]
    rows = pl.concat(list(open_extract([sample], table, tables, options=options).chunks()))
    repeated = repeats(rows, table)
    if not repeated.height:
        return []
    grain = ", ".join(name for name in table.grain if name != "period")
    first = ", ".join(str(number) for number in repeated["source_row"].sort().head(5))
    text = (
        f"{repeated.height:,} of {rows.height:,} rows of {sample.name} repeat the grain ({grain}) with other content; "
        f"the first are rows {first}."
    )
    remedy = (
        "Add the column that tells them apart to the grain (primaryKey), or name in dedupeBy which row is the latest."
    )
    at = next(i for i, column in enumerate(one.columns) if column.get("primaryKey"))
    return [one.finding((*COLUMNS, at, "primaryKey"), "LINT-GRAIN-SAMPLE", text, remedy)]


def repeats(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Rows that share the grain, and the date that decides, with another row of other content."""
    read = rows.select("source_row", *(_read(rows[column.name], column).alias(column.name) for column in table.columns))
    content = [column.name for column in table.columns]
    grain = [name for name in table.grain if name != "period"]
    usable = read.drop_nulls([c.name for c in table.identifiers if c.name in grain])
    units = usable.unique(subset=content, keep="first", maintain_order=True)
    alike = [*grain, table.dedupe_by] if table.dedupe_by and table.dedupe_by not in grain else grain
    return units.filter(pl.struct(alike).is_duplicated())


def _read(values: pl.Series, column: Column) -> pl.Series:
    """The value in one form, so that two ways to write it are one."""
    if column.identifier:
        return identifiers.normalise_column(values, type=column.identifier, simulation=True)["id"]
    frame = pl.DataFrame({"v": values})
    clean = local.cleaned(pl.col("v"), column.standard, width=column.code_width)
    kind = "STRING" if column.generalise else column.type
    text = frame.select(clean.alias("v"))
    typed = text.select(local.typed(pl.col("v"), column.standard if not column.generalise else "text", kind))
    return typed.to_series().cast(pl.String)
