"""Health as simulated: births of the shared population, cards and allowances, and a truth that looks back."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate import worlds

from khlang.domains.health import truth
from khlang.domains.health.definitions import load
from khlang.domains.health.simulation import DOMAIN
from khlang.simulate import calibration, population, work
from khlang.simulate.extract import Month

NAMES = ("welfare", "labour", "health")
SCENARIOS = Path(__file__).parents[2] / "scenarios_marts"
CASES = sorted(path.parent.relative_to(SCENARIOS) for mart in ("teen_births", "disability_gap")
               for path in SCENARIOS.glob(f"{mart}/*/expected.csv"))  # fmt: skip


@pytest.fixture(scope="module")
def months():
    return worlds.two_months(*NAMES)


@pytest.fixture(scope="module")
def sent(months):
    return [worlds.sent(month, *NAMES) for month in months]


@pytest.fixture(scope="module")
def observable(sent):
    return truth.observable(sent[1], "2026-02")


def part(month, name):
    return month.world.parts["health"][name]


def test_the_window_ends_with_the_period():
    assert load().births_within_months == 24
    assert load().since("2026-01") == date(2024, 2, 1)
    assert load().since("2026-12") == date(2025, 1, 1)


def test_every_birth_of_the_world_is_known_once_and_stays_as_it_was(months):
    for month in months:
        births = part(month, "births")
        assert births.height == month.world.births.height
        assert births.join(month.world.births, on="child", how="anti").is_empty()
    before, after = (part(month, "births") for month in months)
    assert after.head(before.height).equals(before)


def test_the_register_holds_what_was_recorded_and_a_correction_as_a_later_row(months, sent):
    rows, births = sent[1]["births"], part(months[1], "births")
    assert rows["birth_recorded_on"].max() < date(2026, 3, 1)
    assert rows["born_on"].min() >= date(2024, 3, 1)
    once = rows.unique(["cid", "born_on"])
    told = births.filter(pl.col("recorded_on") < date(2026, 3, 1), pl.col("born_on") >= date(2024, 3, 1))
    assert once.height == told.height < births.height
    kept = truth.EXTRACTS[0].kept(rows.with_columns(fault=pl.lit(None, pl.String)))
    right = kept.join(births, on=["cid", "born_on"])
    assert 0 < right.filter(pl.col("mother_age") != pl.col("true_age")).height < 0.05 * right.height
    assert right.filter(
        pl.col("corrected_on") < date(2026, 3, 1), pl.col("mother_age") != pl.col("true_age")
    ).is_empty()


def test_of_a_renewed_card_the_later_counts(months, sent):
    rows = sent[1]["disability_register"].unique(["cid", "card_issued_on"])
    twice = rows.filter(pl.len().over("cid") > 1)
    assert twice.height > 0
    kept = truth.EXTRACTS[1].kept(twice.with_columns(fault=pl.lit(None, pl.String)))
    assert (kept["card_issued_on"] >= months[1].world.month).all()


def test_allowances_of_the_month_before_and_amounts_paid_anew_come_and_only_the_months_last_counts(sent):
    rows = sent[1]["disability_allowances"]
    assert rows.filter(pl.col("allowance_month") == "2026-01").height > 0
    known = truth.known_from_extracts(sent[1], "2026-02").paid
    assert set(known["allowance_month"]) == {"2026-02"}
    assert known["cid"].is_unique().all()
    corrected = rows.filter(pl.col("paid_on") > date(2026, 2, 16)).filter(pl.col("fault").is_null())
    assert known.join(corrected, on="cid", how="semi").filter(pl.col("allowance") < 70_000).is_empty()


def test_minors_get_more_and_some_less_than_the_rate(months):
    paid = part(months[0], "allowances").join(months[0].world.residents().select("cid", "age"), on="cid")
    amounts = paid.group_by(pl.col("age") < 18).agg(pl.col("allowance").unique()).rows()
    assert {young: set(each) for young, each in amounts} == {True: {50_000, 100_000}, False: {50_000, 80_000}}


def test_who_takes_a_job_changes_scheme_and_stands_in_both(months, sent):
    before, after = (part(month, "coverage") for month in months)
    began = after.filter(pl.col("scheme_code") == "SSS").join(before.filter(pl.col("scheme_code") != "SSS"), on="cid")
    assert began.height > 20
    rows = sent[1]["health_coverage"].filter(pl.col("fault").is_null())
    schemes = rows.join(began.select("cid"), on="cid").group_by("cid").agg(pl.col("scheme_code").unique())
    assert schemes["scheme_code"].list.len().max() == 2
    kept = truth.EXTRACTS[3].kept(rows).join(began.select("cid"), on="cid")
    assert set(kept["scheme_code"]) == {"SSS"}
    assert set(after["cid"]) == set(months[1].world.persons["cid"])


def test_earlier_files_of_students_are_looked_at(sent):
    """A girl of whom only the month before knows that she left: without that month the truth does not know it."""
    rows = sent[1]["births"].filter(pl.col("fault").is_null(), pl.col("mother_age").is_between(15, 19))
    files = rows.filter(pl.col("earlier_files").is_not_null())
    assert files.height > 5, "mothers who stood in January's file"
    nobody = {**sent[1], "students": sent[1]["students"].clear()}
    with_before = truth.observable(nobody, "2026-02")["teen_births"]["teen_mothers_left_school"].sum()
    unread = pl.lit(None).cast(rows.schema["earlier_files"]).alias("earlier_files")
    forgotten = {**nobody, "births": nobody["births"].with_columns(unread)}
    without = truth.observable(forgotten, "2026-02")["teen_births"]["teen_mothers_left_school"].sum()
    assert with_before > without == 0


def test_the_answer_has_something_to_find():
    """At 200,000 people: births of the far north and the deep south; allowances in far amphoe."""
    known = calibration.load()
    world = population.found(known, people=200_000, months=1, seed=7, start=date(2026, 1, 1))
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.015, seed=7, period="2026-01"))
    for name in NAMES:
        world = world.with_part(name, worlds.domain.load(name).found(world, known, 7))
    real = DOMAIN.population(Month(world, world.jobs, known.assumptions["mess"], 7))
    teen, gap = real["teen_births"], real["disability_gap"]
    rates = teen.group_by("province_code").agg(pl.col("births_15_19").sum() / pl.col("girls_15_19").sum() * 500)
    rate = dict(rates.iter_rows())
    assert rate["96"] > 50, "Narathiwat, births a year per 1,000 girls"
    assert rate["10"] < 35, "Bangkok"
    left = teen.select(pl.col("teen_mothers_left_school").sum() / pl.col("teen_mothers_students").sum()).item()
    assert 0.4 < left < 0.8
    carded = gap.filter(pl.col("disability_group_code") != "0")
    drawn = dict(carded.group_by("is_far").agg(pl.col("drawing_persons").sum() / pl.col("group_persons").sum()).rows())
    assert drawn[False] > drawn[True] + 0.12, "take-up is lower far from the town"
    assert gap.filter(pl.col("disability_group_code") == "0")["group_persons"].sum() > 300


def test_what_is_seen_and_what_is(months, observable):
    real = truth.population(months[1])
    seen = observable["teen_births"]
    assert real["teen_births"]["births_age_disputed"].sum() == 0 < seen["births_age_disputed"].sum()
    assert seen["births"].sum() < real["teen_births"]["births"].sum()
    gaps = [mart["disability_gap"].filter(pl.col("disability_group_code") != "0") for mart in (observable, real)]
    assert gaps[0]["group_persons"].sum() < gaps[1]["group_persons"].sum()
    assert gaps[0]["persons_without_coverage"].sum() > gaps[1]["persons_without_coverage"].sum(), (
        "wrong numbers hide schemes"
    )


@pytest.mark.parametrize("dataset", ["births", "disability_register", "disability_allowances", "health_coverage"])
def test_one_wrong_number_shows(sent, observable, dataset):
    extract = next(one for one in truth.EXTRACTS if one.dataset == dataset)
    drawing = set(truth.known_from_extracts(sent[1], "2026-02").paid["cid"])
    rows = sent[1][dataset]
    cids = extract.kept(rows)["cid"].to_list()
    cid = next(one for one in cids if dataset == "births" or one in drawing)
    broken = rows.with_columns(fault=pl.when(pl.col("cid") == cid).then(pl.lit("check")).otherwise("fault"))
    changed = truth.observable({**sent[1], dataset: broken}, "2026-02")
    assert any(not changed[mart].equals(frame) for mart, frame in observable.items())


def cells(folder, name):
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return [{key: value or None for key, value in row.items()} for row in rows]


def frame(folder, name, **types):
    """Rows of a scenario as the simulator holds them; of a period's register those of the period."""
    rows = [row for row in cells(folder, name) if name == "students" or row.get("period", "2026-01") == "2026-01"]
    made = []
    for row in rows:
        told = {"cid": row.get("pid")} | {column: row.get(column) for column in types}
        if "allowance" in types:
            told["allowance"] = str(int(Decimal(row["allowance_baht"]) * 100))
        made.append(told)
    schema = {"cid": pl.Int64} | types
    text = pl.DataFrame(made, schema=dict.fromkeys(schema, pl.String))
    return text.select(pl.col(c).str.to_date() if t == pl.Date else pl.col(c).cast(t) for c, t in schema.items())


def known_of(folder):
    text, number, day = pl.String, pl.Int64, pl.Date
    births = frame(folder, "births", born_on=day, mother_age=number, amphoe_code=text)
    paid = frame(folder, "disability_allowances", allowance=number, allowance_month=text, amphoe_code=text)
    return truth.Known(
        houses=frame(folder, "house_registry", birth_year=number, sex_code=text, amphoe_code=text),
        births=births.filter(pl.col("born_on") >= load().since("2026-01")),
        files=frame(folder, "students", period=text, student_status_code=text, status_on=day),
        cards=frame(folder, "disability_register", disability_type_code=text, card_expires_on=day, amphoe_code=text),
        paid=paid.filter(pl.col("allowance_month") == "2026-01"),
        covered=frame(folder, "health_coverage"),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case):
    """Two programs that share no line agree on the cases a reader can check by hand."""
    built = truth.marts(known_of(SCENARIOS / case), "2026-01")[case.parts[0]]
    expected = cells(SCENARIOS / case, "expected")
    text = built.with_columns(pl.all().cast(pl.String))
    assert text.columns == list(expected[0])
    assert text.to_dicts() == expected


def test_the_same_seed_gives_the_same_part(months):
    again = worlds.two_months(*NAMES)[1].world.parts["health"]
    assert all(again[name].equals(frame) for name, frame in months[1].world.parts["health"].items())
