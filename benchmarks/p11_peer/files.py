"""The files as agencies write them: where they lie, and what stands behind ``raw.<dataset>``."""

import re
from pathlib import Path

import duckdb
import polars as pl

from khlang.errors import SetupError

#: Known by looking at them once: DuckDB reads UTF-8 with and without a mark, but no Windows-874.
WINDOWS_874 = {
    *("welfare_registrants", "pea_meters", "waste_fees", "students", "vacancies", "births", "crop_harvests"),
    *("debt_enforcements", "bus_schedule", "flooded_households"),
}
BARS = {"pea_bills"}
#: Two lines of title and an empty one stand above the header of a sheet.
HEADER_ROW = 3
NAMED = re.compile(r"\braw\.(\w+)")


def named(script: str) -> list[str]:
    """The datasets that a script reads, each once."""
    return sorted(set(NAMED.findall(script)))


def show(connection: duckdb.DuckDBPyConnection, dataset: str, *, agencies: Path, period: str, scratch: Path) -> None:
    """Set ``raw.<dataset>`` to a month's file, every cell as text."""
    found = sorted(agencies.glob(f"*/extracts/{dataset}/{period}/*"))
    if not found:
        raise SetupError(f"There is no extract of {dataset} for {period} under {agencies}.", "Run: khlang simulate")
    behind = _sheet(connection, found[0]) if found[0].suffix == ".xlsx" else _text(dataset, found[0], scratch)
    connection.execute(f"CREATE OR REPLACE VIEW raw.{dataset} AS SELECT * FROM {behind}")


def _sheet(connection: duckdb.DuckDBPyConnection, file: Path) -> str:
    frame = pl.read_excel(file, engine="calamine", read_options={"header_row": HEADER_ROW})
    name = f"sheet_{file.stem}"
    connection.register(name, frame.cast(pl.String).to_arrow())
    return name


def _text(dataset: str, file: Path, scratch: Path) -> str:
    delimiter = "|" if dataset in BARS else "\\t" if file.suffix == ".txt" else ","
    if dataset in WINDOWS_874:
        decoded = scratch / file.name
        decoded.write_text(file.read_text(encoding="cp874"), encoding="utf-8")
        file = decoded
    return f"read_csv('{file}', all_varchar=true, header=true, delim=E'{delimiter}', quote='\"')"
