"""The labour domain's simulation: one population, answers that can be seen, and what is lost without one agency."""

import csv
import itertools
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulate import worlds

from khlang.domains.labour import market, truth
from khlang.domains.labour.definitions import load

PART = "labour"
SCENARIOS = Path(__file__).parents[2] / "scenarios_marts"
MARTS = ("graduate_mismatch", "teacher_shortage", "labour_demand", "skill_test_rates")
CASES = sorted(
    path.parent.relative_to(SCENARIOS) for name in MARTS for path in SCENARIOS.glob(f"{name}/*/expected.csv")
)
NUMBERS = ("cid", "graduation_year", "openings", "attended", "passed")


@pytest.fixture(scope="module")
def months():
    return worlds.two_months("welfare", PART)


@pytest.fixture(scope="module")
def sent(months):
    return worlds.sent(months[1], "welfare", PART)


@pytest.fixture(scope="module")
def observable(sent):
    return truth.observable(sent, "2026-02")


def test_everybody_in_the_part_is_a_person_of_the_world(months):
    for month in months:
        everybody = month.world.persons.select("cid")
        for name in ("students", "teachers", "graduates"):
            theirs = month.world.parts[PART][name]
            assert theirs["cid"].is_unique().all(), name
            assert theirs.join(everybody, on="cid", how="anti").is_empty(), name
    jobs = months[1].world.jobs
    occupations = months[1].world.parts[PART]["occupations"]
    assert set(occupations["cid"]) == set(jobs["cid"])
    assert months[1].world.parts[PART]["teachers"].join(months[0].world.jobs, on="cid", how="semi").height < 3


def test_a_teen_mother_is_a_student_who_leaves(months):
    world = months[0].world
    students, births = world.parts[PART]["students"], world.births.rename({"mother": "cid"})
    mothers = births.join(students, on="cid")
    left = mothers["left_on"].is_not_null().mean()
    others = students.join(births, on="cid", how="anti")["left_on"].is_not_null().mean()
    assert left > 0.3 > 10 * others
    assert mothers.filter(pl.col("left_on") < pl.col("born_on")).is_empty()


def test_the_answer_has_something_to_find(observable):
    by_field = rates(observable["graduate_mismatch"])
    assert by_field["09"] < 0.25 < by_field["02"], "who studied health works in it, who studied arts does not"
    schools = (
        observable["teacher_shortage"]
        .group_by("province_code")
        .agg(short=pl.col("teachers_short").sum() / pl.col("teachers_needed").sum())
    )
    short = dict(schools.iter_rows())
    assert short["96"] > 0.25 > short["10"], "Narathiwat lacks teachers, Bangkok does not"


def rates(mismatch):
    share = pl.col("mismatched_graduates").sum() / pl.col("graduates_with_occupation").sum()
    return dict(mismatch.group_by("field_code").agg(share).iter_rows())


def test_parts_are_at_most_their_wholes_and_the_population_is_more(months, observable):
    real = truth.population(months[1])
    for made in (observable, real):
        mismatch, shortage = made["graduate_mismatch"], made["teacher_shortage"]
        chain = ("mismatched_graduates", "graduates_with_occupation", "insured_graduates", "graduates")
        for part, whole in itertools.pairwise(chain):
            assert (mismatch[part] <= mismatch[whole]).all()
        assert (shortage["teachers_short"] <= shortage["teachers_needed"]).all()
        assert (shortage["schools_short_of_teachers"] <= shortage["schools"]).all()
    total = [made["graduate_mismatch"]["graduates_with_occupation"].sum() for made in (observable, real)]
    assert total[0] < total[1]


def test_the_published_skill_tests_stand_as_real_rows(observable):
    rows = observable["skill_test_rates"].select("test_year", "test_quarter", "attended", "passed", "passed_percent")
    assert [(*row[:4], str(row[4])) for row in rows.rows()] == [
        ("2556", "4", 9880, 7418, "75.08"),
        ("2561", "3", 13661, 9710, "71.08"),
    ]


def test_vacancies_are_the_same_for_whoever_asks(months):
    assert market.vacancies(months[0]).equals(market.vacancies(months[0]))
    assert not market.vacancies(months[0]).equals(market.vacancies(months[1]))


def test_one_wrong_number_shows(sent, observable):
    rows = sent["students"]
    cid = rows.filter(pl.col("fault").is_null(), pl.col("student_status_code") == "1")["cid"][0]
    broken = rows.with_columns(fault=pl.when(pl.col("cid") == cid).then(pl.lit("check")).otherwise("fault"))
    changed = truth.observable({**sent, "students": broken}, "2026-02")
    assert changed["teacher_shortage"]["students"].sum() == observable["teacher_shortage"]["students"].sum() - 1


def test_every_field_of_education_has_occupations_that_use_it():
    from khlang import contracts

    known = contracts.load().source["codes"]
    assert set(load().occupations_of_field) == {row["code"] for row in known["isced_field"]}
    codes = {row["code"] for row in known["occupation"]}
    assert {code for listed in load().occupations_of_field.values() for code in listed} <= codes


def test_the_same_seed_gives_the_same_part(months):
    again = worlds.two_months("welfare", PART)[1].world.parts[PART]
    assert all(again[name].equals(frame) for name, frame in months[1].world.parts[PART].items())


def scenario(folder, name, *columns):
    """Rows of a scenario as the simulator holds them."""
    path = folder / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = list(csv.DictReader(line for line in lines if line and not line.startswith("#")))
    cells = {column: [row.get("pid" if column == "cid" else column) for row in rows] for column in columns}
    types = {column: pl.Int64 if column in NUMBERS else pl.String for column in columns}
    return pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)).cast(types)


def known_of(folder):
    insured = scenario(folder, "insured_persons", "cid", "wage_month").filter(wage_month="2026-01")
    return truth.Known(
        students=scenario(folder, "students", "cid", "school_code", "student_status_code", "amphoe_code"),
        teachers=scenario(folder, "teachers", "cid", "school_code", "amphoe_code"),
        graduates=scenario(folder, "graduates", "cid", "field_code", "graduation_year"),
        occupations=scenario(folder, "job_occupations", "cid", "occupation_code"),
        insured=insured.select("cid").unique(),
        vacancies=scenario(folder, "vacancies", "vacancy_no", "occupation_code", "openings"),
        tests=scenario(folder, "skill_tests", "test_year", "test_quarter", "attended", "passed"),
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_truth_gives_the_answer_of_every_scenario_of_the_marts(case):
    """Two programs that share no line agree on the cases a reader can check by hand."""
    built = truth.marts(known_of(SCENARIOS / case), "2026-01")[case.parts[0]]
    lines = (SCENARIOS / case / "expected.csv").read_text(encoding="utf-8").splitlines()
    expected = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert built.columns == expected[0]
    assert sorted(map(list, built.cast(pl.String).rows())) == sorted(expected[1:])
