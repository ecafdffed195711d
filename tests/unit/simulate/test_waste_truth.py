"""The truth of the waste marts gives the answer of every scenario that a reader can check by hand."""

import csv
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from khlang.domains.waste import truth

SCENARIOS = Path(__file__).parents[2] / "scenarios_marts"
CASES = [path.parent.relative_to(SCENARIOS) for mart in ("waste_by_amphoe", "site_years")
         for path in sorted(SCENARIOS.glob(f"{mart}/*/expected.csv"))]  # fmt: skip
KILOGRAMS, MICRO = 1000, 1_000_000


def cells(folder: Path, name: str) -> list[dict[str, str | None]]:
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return [{key: value or None for key, value in row.items()} for row in rows]


def parts(text: str | None, in_one: int) -> int | None:
    return None if text is None else int(Decimal(text) * in_one)


def frame(rows: list[dict[str, object]], columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: kind() for name, kind in columns.items()})


def known_of(folder: Path) -> truth.Known:
    """A scenario of the marts as the simulator holds it."""
    weights = [
        {**row, "kind": row["waste_kind_code"], "kg": parts(row["waste_tonnes"], KILOGRAMS)}
        for row in cells(folder, "waste_collection")
        if row["waste_month"] == "2026-01"
    ]
    sites = [
        {
            **row,
            "kind": row["waste_site_kind_code"],
            "latitude": parts(row["site_latitude"], MICRO),
            "longitude": parts(row["site_longitude"], MICRO),
            "capacity": parts(row["site_capacity_tonnes"], KILOGRAMS),
            "filled": parts(row["site_filled_tonnes"], KILOGRAMS),
        }
        for row in cells(folder, "disposal_sites")
    ]
    fees = [
        {"house_id": row["house_id"], "served": (yes := row["waste_service_code"] == "YES"),
         "paid": yes and row["fee_paid_on"] is not None}
        for row in cells(folder, "waste_fees")
    ]  # fmt: skip
    made = [row for row in cells(folder, "waste_complaints") if str(row["complained_on"]).startswith("2026-01")]
    place = {"house_id": pl.String, "amphoe_code": pl.String}
    return truth.Known(
        houses=frame([dict(row) for row in cells(folder, "house_registry")], place),
        weights=frame(weights, dict.fromkeys(("amphoe_code", "kind", "waste_site_id"), pl.String) | {"kg": pl.Int64}),
        sites=frame(
            sites,
            {"waste_site_id": pl.String, "amphoe_code": pl.String, "kind": pl.String}
            | dict.fromkeys(("latitude", "longitude", "capacity", "filled"), pl.Int64),
        ),
        fees=frame(fees, {"house_id": pl.String, "served": pl.Boolean, "paid": pl.Boolean}),
        complaints=frame([dict(row) for row in made], place),
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case: Path) -> None:
    """Two programs that share no line agree on the cases a reader can check by hand."""
    built = truth.marts(known_of(SCENARIOS / case), "2026-01")[case.parts[0]]
    expected = cells(SCENARIOS / case, "expected")
    text = built.with_columns(pl.all().cast(pl.String))
    assert text.columns == list(expected[0])
    assert text.to_dicts() == expected
