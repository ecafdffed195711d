"""Every ``expected/<case>.json`` beside this file: what reading a file saved by a real program must give.

See README.md for how the files were made; adding a case takes no Python.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from khlang import contracts, identifiers
from khlang.agency import years
from khlang.agency.reading import Extract, ReadOptions, open_extract
from khlang.contracts import Table
from khlang.errors import KhlangError
from khlang.values import local

HERE = Path(__file__).parent
CONTRACTS = contracts.load()
CASES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("expected/*.json"))}


def opened(said: dict[str, Any]) -> Extract:
    options = {**said.get("options", {})}
    options["accept"] = frozenset(options.get("accept", ()))
    path = HERE / "files" / said["file"]
    return open_extract([path], CONTRACTS[said["dataset"]], CONTRACTS, options=ReadOptions(**options))


@pytest.mark.parametrize("case", [name for name, said in CASES.items() if "refusal" not in said])
def test_preview(case: str) -> None:
    said = CASES[case]
    table = CONTRACTS[said["dataset"]]
    extract = opened(said)
    rows = pl.concat(extract.chunks())
    found = {
        "form": extract.form,
        "headers": extract.headers,
        "dropped": [[one.header, one.why] for one in extract.dropped],
        "findings": sorted({one.code + "?" * one.needs_answer for one in extract.findings}),
        "rows": rows.height,
        "first_row": rows["source_row"][0],
        "last_row": rows["source_row"][-1],
        "pid_reasons": {
            column.name: reasons(rows[column.name], str(column.identifier)) for column in table.identifiers
        },
        "values": {name: read(rows, table, name) for name in said["values"]},
    }
    assert found == {name: said[name] for name in found} | {"findings": sorted(said["findings"])}
    assert rows.columns == [*(column.name for column in table.columns), "source_file", "source_row"]


@pytest.mark.parametrize("case", [name for name, said in CASES.items() if "refusal" in said])
def test_refusal(case: str) -> None:
    said = CASES[case]
    with pytest.raises(KhlangError) as caught:
        list(opened(said).chunks())
    assert caught.value.code == said["refusal"]
    assert said["says"] in str(caught.value)
    assert caught.value.remedy


def test_every_file_has_an_expected_preview() -> None:
    files = {path.name for path in (HERE / "files").iterdir()}
    assert files == {said["file"] for said in CASES.values()}
    assert len(files) >= 40
    assert max(path.stat().st_size for path in (HERE / "files").rglob("*.*")) < 50_000


def reasons(values: pl.Series, kind: str) -> dict[str, int]:
    given = identifiers.normalise_column(values, type=kind, simulation=True)["reason"].drop_nulls()
    return dict(sorted(given.value_counts().rows()))


def read(rows: pl.DataFrame, table: Table, name: str) -> list[Any]:
    """A column as it would be understood: reduced where it leaves reduced, else typed."""
    column = table.column(name)
    if column.generalise:
        return rows.select(years.year(pl.col(name))).to_series().to_list()
    clean = local.cleaned(pl.col(name), column.standard)
    typed = rows.select(clean).select(local.typed(pl.col(name), column.standard, column.type)).to_series()
    return [value.isoformat() if isinstance(value, date) else value for value in typed]
