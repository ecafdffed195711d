"""Targeting as simulated: who is vulnerable, whose debt is enforced, and a truth that tells whom the scheme missed."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate import worlds

from khlang.domains.targeting import assumed, truth
from khlang.domains.targeting.definitions import load
from khlang.domains.targeting.simulation import DOMAIN
from khlang.domains.welfare import truth as welfare
from khlang.domains.welfare.definitions import load as lines
from khlang.domains.welfare.simulation import DOMAIN as WELFARE

NAMES = ("welfare", "labour", "health", "targeting")
SCENARIOS = Path(__file__).parents[2] / "scenarios_marts"
CASES = sorted(path.parent.relative_to(SCENARIOS) for mart in ("welfare_targeting", "welfare_missed")
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
    return month.world.parts["targeting"][name]


def test_the_months_whose_assessments_count_end_with_the_period():
    assert load().assessed_since("2026-01") == date(2023, 2, 1)
    assert load().assessed_since("2026-12") == date(2024, 1, 1)


def test_who_is_in_the_register_alone_is_older_and_alone_in_the_first_month(months):
    people = months[0].world.residents().with_columns(members=pl.len().over("house"))
    alone = people.filter(pl.col("members") == 1, pl.col("age") >= load().older_from)
    register = part(months[0], "vulnerable").filter(pl.col("vulnerability_code") == "1")
    assert register.join(alone, on="cid", how="anti").is_empty()
    assert 0.4 < register.height / alone.height < 0.9, "and some are known to nobody"


def test_a_carer_shares_the_house_of_a_person_with_a_card(months):
    world = months[0].world
    carers = part(months[0], "vulnerable").filter(pl.col("vulnerability_code") == "5").select("cid")
    cards = world.parts["health"]["disabilities"].select("cid")
    homes = world.persons.select("cid", "house")
    cared_for = cards.join(homes, on="cid").select("house").unique()
    assert carers.height > 50
    assert carers.join(homes, on="cid").join(cared_for, on="house", how="anti").is_empty()
    assert carers.join(cards, on="cid", how="semi").is_empty()


def test_only_who_has_no_safe_home_is_sheltered(months):
    sheltered = part(months[0], "vulnerable").filter(pl.col("help_code") == "3")
    assert set(sheltered["vulnerability_code"]) == {assumed.load()["vulnerable"]["shelter_of"]}


def test_a_month_later_the_registers_go_on(months):
    for name, key in (("vulnerable", ["cid", "vulnerability_code"]), ("debts", ["cid", "judged_on"])):
        before, after = (part(month, name) for month in months)
        assert not after.select(key).is_duplicated().any()
        assert after.join(months[1].world.persons, on="cid", how="anti").is_empty(), "the dead are gone"
        gone = before.join(after, on=key, how="anti")
        assert gone.join(months[1].world.persons, on="cid", how="semi").is_empty(), "and nobody else is"
        assert 0 < after.join(before, on=key, how="anti").height < 0.1 * after.height


def test_a_case_goes_forward_in_time(months):
    for month in months:
        cases = part(month, "debts")
        assert (cases["judged_on"] <= cases["staged_on"]).all()
        assert cases["judgment"].min() > 0
    before, after = (part(month, "debts") for month in months)
    joined = before.join(after, on=["cid", "judged_on"], suffix="_now")
    moved = joined.filter(pl.col("stage_code") != pl.col("stage_code_now"))
    assert moved.height > 10
    assert (moved["staged_on_now"] >= months[1].world.month).all()
    assert set(moved["stage_code"]) <= set(load().open_stages), "what is over stays over"


@pytest.mark.parametrize(("dataset", "name"), [("vulnerable_persons", "vulnerable"), ("debt_enforcements", "debts")])
def test_what_changed_stands_twice_and_the_later_row_counts(months, sent, dataset, name):
    extract = next(one for one in truth.EXTRACTS if one.dataset == dataset)
    rows = sent[1][dataset].filter(pl.col("fault").is_null()).unique()
    twice = rows.filter(pl.len().over(extract.grain) > 1)
    assert twice.height > 5
    kept = extract.kept(twice)
    assert (kept[extract.latest_by] >= months[1].world.month).all()
    now = part(months[1], name).join(kept, on=[*extract.grain, extract.latest_by], how="semi")
    assert now.height == kept.height


def test_the_households_are_those_of_the_welfare_domain(sent, months, observable):
    """One poverty line: what this domain counts by type sums to what welfare counts by amphoe."""
    for mine, theirs in (
        (observable, WELFARE.observable(sent[1], "2026-02")),
        (truth.population(months[1]), WELFARE.population(months[1])),
    ):
        counts = ["households", "poor_households", "poor_households_without_registrant"]
        summed = mine["welfare_targeting"].group_by("amphoe_code").agg(pl.col(counts).sum()).sort("amphoe_code")
        of = theirs["welfare_by_amphoe"].select("amphoe_code", *counts)
        assert summed.filter(pl.col("households") > 0).equals(of.filter(pl.col("households") > 0))
        told = mine["welfare_targeting"].select(
            pl.col("registrants").sum(), eligible=pl.col("registrants").sum() - pl.col("ineligible_registrants").sum()
        )
        assert told.row(0) == theirs["welfare_by_amphoe"].select("registrants", "eligible").sum().row(0)


def test_everybody_missed_is_counted_once(sent, observable):
    known = truth.known_from_extracts(sent[1], "2026-02")
    homes = welfare.households(known.welfare, lines()).filter(pl.col("poor"), pl.col("registrants") == 0)
    table = observable["welfare_missed"]
    assert table["missed_persons"].sum() == homes["members"].sum()
    assert (table["missed_persons"] <= table["known_persons"]).all()
    assert (table.filter(pl.col("channel_code") != "NONE")["known_persons"]
            <= table.filter(pl.col("channel_code") != "NONE")["reached_persons"]).all()  # fmt: skip
    assert set(table.group_by("province_code").len()["len"]) == {len(load().channels)}


def test_the_answer_has_something_to_find(observable):
    by_type = observable["welfare_targeting"].group_by("household_type_code").agg(pl.col(pl.Int64).sum())
    poor, missed = pl.col("poor_households"), pl.col("poor_households_without_registrant")
    error = dict(by_type.select("household_type_code", missed / poor).iter_rows())
    assert min(error["1"], error["4"]) > max(error["3"], error["5"], error["6"]) + 0.03, (
        "who lives alone is missed most"
    )
    wrong = dict(by_type.select("household_type_code", pl.col("ineligible_registrants") / pl.col("registrants")).rows())
    assert wrong["3"] > wrong["4"] + 0.05, "families with children are included by mistake more often than the old"
    totals = {row["channel_code"]: row for row in observable["welfare_missed"].group_by("channel_code").agg(
        pl.col(pl.Int64).sum()).to_dicts()}  # fmt: skip
    everybody = sum(row["missed_persons"] for row in totals.values())
    assert 0.15 < totals["MSDHS"]["reached_persons"] / everybody < 0.4
    assert totals["MSDHS"]["unaided_persons"] > 0.4 * totals["MSDHS"]["missed_persons"]
    assert totals["UC"]["missed_persons"] > everybody / 2, "the widest channel"
    assert 0 < totals["NONE"]["missed_persons"] < 0.06 * everybody
    older = {channel: row["older_alone_persons"] for channel, row in totals.items()}
    assert older["MSDHS"] > 0.3 * sum(older.values())


def test_wrong_numbers_hide_who_is_known(observable, months):
    real = truth.population(months[1])
    nobody = [
        table["welfare_missed"].filter(pl.col("channel_code") == "NONE")["missed_persons"].sum()
        / table["welfare_missed"]["missed_persons"].sum()
        for table in (observable, real)
    ]
    assert nobody[0] > nobody[1]
    assert real["welfare_targeting"].filter(pl.col("household_type_code") == "9").is_empty()


@pytest.mark.parametrize("dataset", [extract.dataset for extract in truth.EXTRACTS])
def test_one_wrong_number_shows(sent, observable, dataset):
    known = truth.known_from_extracts(sent[1], "2026-02")
    of = known.assessed if dataset == "vulnerable_persons" else known.enforced
    homes = truth.households(known, load(), year=2026).filter(pl.col("poor"), pl.col("registrants") == 0)
    here = known.welfare.houses.join(homes, on="house_id", how="semi").join(of, on="cid", how="semi")
    wrong = pl.when(pl.col("cid") == here["cid"].min()).then(pl.lit("check")).otherwise("fault")
    changed = truth.observable({**sent[1], dataset: sent[1][dataset].with_columns(fault=wrong)}, "2026-02")
    assert not changed["welfare_missed"].equals(observable["welfare_missed"])


def cells(folder, name):
    path = folder / f"{name}.csv"
    lines_ = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = csv.DictReader(line for line in lines_ if line and not line.startswith("#"))
    return [{key: value or None for key, value in row.items()} for row in rows]


def frame(folder, name, **types):
    """Rows of a scenario as the simulator holds them: ``cid``, and hundredths under the name before the unit."""
    names = {
        "cid": "pid",
        "wage": "wage_baht",
        "declared": "declared_income_baht",
        "debt": "debt_baht",
        "land": "land_rai",
    }
    schema = {"cid": pl.Int64} | types
    made = [{column: row.get(names.get(column, column)) for column in schema} for row in cells(folder, name)]
    for row in made:
        row |= {each: str(int(Decimal(row[each]) * 100)) for each in ("wage", "declared", "land") if row.get(each)}
    text = pl.DataFrame(made, schema=dict.fromkeys(schema, pl.String))
    return text.select(pl.col(c).str.to_date() if t == pl.Date else pl.col(c).cast(t) for c, t in schema.items())


def known_of(folder):
    text, number, day = pl.String, pl.Int64, pl.Date
    houses = frame(folder, "house_registry", house_id=text, birth_year=number, amphoe_code=text)
    wages = frame(folder, "insured_persons", wage_month=text, wage=number).filter(pl.col("wage_month") == "2026-01")
    owned = frame(folder, "vehicles", vehicle_type_code=text)
    registered = frame(folder, "welfare_registrants", declared=number, debt=number, land=number, amphoe_code=text)
    return truth.known_from(
        welfare.Known(
            registrants=registered.with_columns(province_code=pl.col("amphoe_code").str.slice(0, 2)),
            wages=wages.select("cid", "wage"),
            houses=houses.drop("birth_year"),
            cars=owned.filter(pl.col("vehicle_type_code") == "RY1").group_by("cid").agg(cars=pl.len().cast(number)),
            insured=wages.select("cid"),
        ),
        houses.select("cid", "birth_year"),
        frame(folder, "vulnerable_persons", vulnerability_code=text, assessed_on=day, help_code=text),
        frame(folder, "debt_enforcements", judged_on=day, stage_code=text, staged_on=day),
        frame(folder, "health_coverage", scheme_code=text),
        period="2026-01",
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
    again = worlds.two_months(*NAMES)[1].world.parts["targeting"]
    assert all(again[name].equals(frame) for name, frame in months[1].world.parts["targeting"].items())
    assert DOMAIN.needs == ("welfare", "health")
