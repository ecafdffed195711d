"""The truth: what it keeps of the rows as sent, the marts' own scenarios, and that one wrong row shows."""

import ast
import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import khlang
from khlang.domains.welfare import truth
from khlang.domains.welfare.definitions import load
from khlang.domains.welfare.extracts import EXTRACTS
from khlang.simulate import links

EXTRACT = {extract.dataset: extract for extract in EXTRACTS}
ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "tests" / "scenarios_marts"
CASES = sorted(path.parent.relative_to(SCENARIOS) for mart in ("welfare_eligibility", "welfare_by_amphoe")
               for path in SCENARIOS.glob(f"{mart}/*/expected.csv"))  # fmt: skip


def registrants(*rows):
    names = ("cid", "registered_on", "declared", "fault")
    schema = {"cid": pl.Int64, "registered_on": pl.Date, "declared": pl.Int64, "fault": pl.String}
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], schema=schema)


JANUARY, LATER = date(2026, 1, 5), date(2026, 1, 20)


def test_a_person_without_a_sound_number_is_out():
    rows = registrants((1, JANUARY, 5, None), (2, JANUARY, 6, "check"))
    assert EXTRACT["welfare_registrants"].kept(rows)["cid"].to_list() == [1]


def test_of_two_rows_the_later_counts_and_a_broken_later_one_does_not():
    rows = registrants((1, JANUARY, 5, None), (1, LATER, 7, None), (2, JANUARY, 5, None), (2, LATER, 7, "short"))
    left = EXTRACT["welfare_registrants"].kept(rows).sort("cid")
    assert left.select("cid", "declared").rows() == [(1, 7), (2, 5)]


def test_exact_copies_count_once():
    rows = registrants((1, JANUARY, 5, None), (1, JANUARY, 5, None))
    assert EXTRACT["welfare_registrants"].kept(rows).height == 1


def test_a_vehicle_without_an_owner_keeps_its_row():
    rows = pl.DataFrame(
        {
            "vehicle_id": ["1กก 1", "1กก 2", "1กก 2"],
            "cid": [1, 2, 2],
            "first_registered_on": [JANUARY] * 3,
            "fault": [None, "blank", "blank"],
        }
    )
    assert EXTRACT["vehicles"].kept(rows).sort("vehicle_id")["cid"].to_list() == [1, None]


def scenario(folder, name):
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


def frame(folder, name, columns):
    """Rows of a scenario as the simulator holds them: money in satang, land in rai/100."""
    hundredths = {"declared": "declared_income_baht", "debt": "debt_baht", "land": "land_rai", "wage": "wage_baht"}
    cells = {column: [] for column in columns}
    for row in scenario(folder, name):
        for column in columns:
            text = row.get({"cid": "pid", **hundredths}.get(column, column)) or None
            if column in hundredths:
                cells[column].append(None if text is None else int(Decimal(text) * 100))
            else:
                cells[column].append(int(text) if column == "cid" and text else text)
    types = {column: pl.Int64 if column in {*hundredths, "cid"} else pl.String for column in columns}
    return pl.DataFrame(cells, schema=types)


def known_of(folder):
    definitions = load()
    insured = frame(folder, "insured_persons", ["cid", "wage_month", "wage"]).filter(wage_month="2026-01")
    wages = insured.drop_nulls("cid").group_by("cid").agg(pl.col("wage").sum())
    vehicles = frame(folder, "vehicles", ["cid", "vehicle_type_code"])
    return truth.Known(
        registrants=frame(
            folder, "welfare_registrants", ["cid", "province_code", "amphoe_code", "declared", "debt", "land"]
        ),
        wages=wages,
        houses=frame(folder, "house_registry", ["cid", "house_id", "amphoe_code"]),
        cars=truth._cars(vehicles, definitions),
        insured=wages.select("cid"),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case):
    """Two programs that share no line agree on the cases a reader can check by hand."""
    built = truth.marts(known_of(SCENARIOS / case), "2026-01")[case.parts[0]]
    expected = pl.DataFrame(scenario(SCENARIOS / case, "expected")).rename({"pid": "cid"}, strict=False)
    text = built.with_columns(pl.all().cast(pl.String).fill_null(""))
    assert text.columns == expected.columns
    assert text.rows() == expected.sort("cid" if "cid" in expected.columns else "amphoe_code").rows()


def test_there_are_scenarios():
    assert len(CASES) >= 5


@pytest.fixture(scope="module")
def observable(sent):
    return truth.observable(sent, "2026-02")


@pytest.fixture(scope="module")
def population(second):
    return truth.population(second)


@pytest.mark.parametrize("kind", ["observable", "population"])
def test_amphoe_totals_are_the_rows_of_eligibility(request, kind):
    marts = request.getfixturevalue(kind)
    people, amphoe = marts["welfare_eligibility"], marts["welfare_by_amphoe"]
    counts = {
        "registrants": pl.len(),
        "insured_registrants": pl.col("is_insured").sum(),
        "contradictions": pl.col("is_contradiction").sum(),
        "over_income": pl.col("is_over_income").sum(),
        "over_assets": pl.col("is_over_assets").sum(),
        "eligible": pl.col("is_eligible").sum(),
    }
    assert amphoe.select(pl.col(*counts).sum()).row(0) == people.select(**counts).row(0)
    assert amphoe["amphoe_code"].is_unique().all()
    assert people["cid"].is_unique().all()


def test_the_observable_truth_is_smaller_and_the_population_is_all(second, observable, population):
    seen, real = observable["welfare_by_amphoe"], population["welfare_by_amphoe"]
    assert real["persons"].sum() == second.world.persons.height > seen["persons"].sum()
    assert real["registrants"].sum() > seen["registrants"].sum()
    # Informal income is in no register: more households look poor than are.
    assert seen["poor_households"].sum() > real["poor_households"].sum()


def test_the_answer_has_something_to_find(observable):
    people, amphoe = observable["welfare_eligibility"], observable["welfare_by_amphoe"]
    assert 0.06 < people["is_contradiction"].mean() < 0.10
    assert 0.95 < people["in_house_registry"].mean() < 1
    share = pl.col("poor_households_without_registrant").sum() / pl.col("poor_households").sum()
    missed = dict(amphoe.group_by("province_code").agg(share).iter_rows())
    assert missed["96"] > missed["30"] + 0.1, "the deep south is reached less than Nakhon Ratchasima"
    per_registrant = pl.col("contradictions").sum() / pl.col("registrants").sum()
    conceal = dict(amphoe.group_by("province_code").agg(per_registrant).iter_rows())
    assert conceal["21"] > 2 * conceal["96"], "Rayong's registrants work in factories"


@pytest.mark.parametrize("dataset", ["welfare_registrants", "insured_persons", "house_registry", "vehicles"])
def test_one_wrong_row_shows(sent, observable, dataset):
    """Breaking the number of one kept row (of a person that the marts count) changes the truth."""
    people = observable["welfare_eligibility"].filter(
        pl.col("is_insured") & (pl.col("cars") > 0) & pl.col("in_house_registry")
    )
    cid = int(people["cid"][0])
    rows = sent[dataset].with_columns(fault=pl.when(pl.col("cid") == cid).then(pl.lit("check")).otherwise("fault"))
    changed = truth.observable({**sent, dataset: rows}, "2026-02")
    assert not changed["welfare_eligibility"].equals(observable["welfare_eligibility"])
    assert truth.observable(sent, "2026-02")["welfare_eligibility"].equals(observable["welfare_eligibility"])


def test_link_rates_add_up(sent):
    rates = links.link_rates(EXTRACTS, sent, "2026-02")
    unlinked = pl.sum_horizontal(f"unlinked_{reason}" for reason in links.ALL_REASONS)
    of_persons = rates.filter(pl.col("dataset") != "vehicles")
    assert of_persons.select(
        (pl.col("rows_in") - unlinked - pl.col("duplicates") == pl.col("rows_curated")).all()
    ).item()
    assert (rates["persons_linked"] <= rates["persons"]).all()
    registry = rates.filter(dataset="house_registry").row(0, named=True)
    assert (registry["persons"], registry["link_rate"]) == (registry["persons_linked"], 1.0)
    assert (
        rates.filter(pl.col("dataset") != "house_registry")
        .select(pl.col("link_rate").is_between(0.96, 0.995).all())
        .item()
    )


def test_a_dataset_about_nobody_has_no_link_rate(sent):
    gauges = replace(EXTRACTS[0], dataset="gauges", grain=("gauge",), latest_by="gauge")
    read = pl.DataFrame(
        {"gauge": ["G01", "G02"], "fault": [None, None]}, schema={"gauge": pl.String, "fault": pl.String}
    )
    rates = links.link_rates((*EXTRACTS, gauges), {**sent, "gauges": read}, "2026-02")
    assert rates.equals(links.link_rates(EXTRACTS, sent, "2026-02"))


def test_the_truth_of_nobody_is_empty(sent):
    nobody = {dataset: rows.clear() for dataset, rows in sent.items()}
    assert all(mart.is_empty() for mart in truth.observable(nobody, "2026-02").values())
    assert links.link_rates(EXTRACTS, nobody, "2026-02")["link_rate"].to_list() == [None] * 4


SIMULATOR = [
    *sorted((Path(khlang.__file__).parent / "simulate").glob("*.py")),
    *(
        Path(khlang.__file__).parent / "domains/welfare" / f"{name}.py"
        for name in ("simulator", "handwriting", "extracts", "simulation", "truth")
    ),
]
LATER_HOPS = (
    "curation",
    "gates",
    "landing",
    "serve",
    "release",
    "publication",
    "keys",
    "agency",
    "domains.welfare.marts",
)


@pytest.mark.parametrize("path", SIMULATOR, ids=lambda path: path.stem)
def test_the_simulator_imports_nothing_it_must_judge(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    wrong = {name for name in imported for hop in LATER_HOPS if name.startswith((f"khlang.{hop}", "pyspark"))}
    assert not wrong
