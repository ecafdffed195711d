"""The truth of the energy marts gives the answer of every scenario that a reader can check by hand."""

import csv
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from khlang.domains.energy import truth

SCENARIOS = Path(__file__).parents[2] / "scenarios_marts"
CASES = [path.parent.relative_to(SCENARIOS) for mart in ("energy_burden", "outage_hours")
         for path in sorted(SCENARIOS.glob(f"{mart}/*/expected.csv"))]  # fmt: skip
PERIOD = "2026-01"
Row = dict[str, str | None]


def cells(folder: Path, name: str) -> list[Row]:
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return [{key: value or None for key, value in row.items()} for row in rows]


def satang(text: str | None) -> int:
    return int(Decimal(text or 0) * 100)


def number(text: str | None) -> int:
    return int(text or 0)


def incomes(folder: Path) -> list[dict[str, object]]:
    """Who declared or earned something: the greater of the two, in satang a year."""
    known = {row["pid"]: satang(row["declared_income_baht"]) for row in cells(folder, "welfare_registrants")}
    wages: dict[str | None, int] = {}
    for row in cells(folder, "insured_persons"):
        if row["wage_month"] == PERIOD:
            wages[row["pid"]] = wages.get(row["pid"], 0) + 12 * satang(row["wage_baht"])
    return [{"cid": pid, "income": max(known.get(pid, 0), wages.get(pid, 0))} for pid in {**known, **wages}]


def bills(folder: Path) -> list[dict[str, object]]:
    """Sound bills of the month through household meters."""
    both = [row for name in ("mea_meters", "pea_meters") for row in cells(folder, name)]
    meters = {row["meter_no"]: row for row in both if row["meter_type_code"] == "RES"}
    return [
        {
            "house_id": meters[row["meter_no"]]["house_id"],
            "ampere": number(meters[row["meter_no"]]["meter_ampere"]),
            "kwh": number(row["used_kwh"]),
            "baht": satang(row["bill_baht"]),
            "paid": row["bill_paid_on"] is not None,
        }
        for name in ("mea_bills", "pea_bills")
        for row in cells(folder, name)
        if row["meter_no"] in meters
        and row["bill_month"] == PERIOD
        and number(row["reading_kwh"]) >= number(row["reading_before_kwh"])
    ]


def known_of(folder: Path) -> truth.Known:
    """A scenario of the marts as the simulator holds it."""
    members = [{**row, "cid": row["pid"]} for row in cells(folder, "house_registry")]
    granted = [{"cid": row["pid"]} for row in cells(folder, "electricity_subsidies") if row["subsidy_month"] == PERIOD]
    outages = [
        {
            "amphoe_code": row["amphoe_code"],
            "minutes": number(row["outage_minutes"]),
            "customers": number(row["outage_customers"]),
            "is_clear": str(row["outage_ended_on"]) >= str(row["outage_began_on"]),
        }
        for row in cells(folder, "power_outages")
        if str(row["outage_began_on"]).startswith(PERIOD)
    ]
    text, whole, flag = pl.String(), pl.Int64(), pl.Boolean()
    return truth.Known(
        members=pl.DataFrame(members, schema={"cid": text, "house_id": text, "amphoe_code": text}),
        registrants=pl.DataFrame(
            [{"cid": row["pid"]} for row in cells(folder, "welfare_registrants")], schema={"cid": text}
        ),
        incomes=pl.DataFrame(incomes(folder), schema={"cid": text, "income": whole}),
        bills=pl.DataFrame(
            bills(folder), schema={"house_id": text, "ampere": whole, "kwh": whole, "baht": whole, "paid": flag}
        ),
        granted=pl.DataFrame(granted, schema={"cid": text}),
        outages=pl.DataFrame(
            outages, schema={"amphoe_code": text, "minutes": whole, "customers": whole, "is_clear": flag}
        ),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case: Path) -> None:
    """Two programs that share no line agree on the cases a reader can check by hand."""
    built = truth.marts(known_of(SCENARIOS / case), PERIOD)[case.parts[0]]
    expected = cells(SCENARIOS / case, "expected")
    text = built.with_columns(pl.all().cast(pl.String))
    assert text.columns == list(expected[0])
    assert text.to_dicts() == expected
