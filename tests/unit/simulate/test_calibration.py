"""The simulation hangs on real figures: exactly where it claims so, within a stated bound elsewhere."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khlang.errors import SetupError
from khlang.simulate import calibration, work


@given(st.integers(0, 10_000), st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_apportion_sums_and_never_strays_by_one(total, weights):
    parts = calibration.apportion(total, np.array(weights))
    exact = total * np.array(weights) / sum(weights)
    assert parts.sum() == total
    assert (abs(parts - exact) < 1 + 1e-9).all()


def test_totals_are_those_of_the_ministry(known):
    assert known.provinces["insured"].sum() == 13_014_541
    assert known.provinces["establishments"].sum() == 418_378
    assert known.provinces.height == 77


def test_listed_provinces_keep_their_figures_and_the_misprint_is_no_province(known):
    of = dict(known.provinces.select("name_th", "insured").iter_rows())
    assert (of["กรุงเทพมหานคร"], of["สมุทรปราการ"], of["อุตรดิตถ์"]) == (4_303_196, 867_395, 93_952)
    assert "สายบุรี" not in of
    listed = calibration._data("insured_section33.csv")
    assert listed.height == 22
    # 23 names of the document hold 11,011,474; without the misprint's 125,505 the rest to spread is larger by it.
    assert listed["insured"].cast(pl.Int64).sum() == 11_011_474 - 125_505


def test_unlisted_provinces_share_the_rest_by_population(known):
    listed = calibration._data("insured_section33.csv")["name_th"]
    rest = known.provinces.filter(~pl.col("name_th").is_in(listed.implode()))
    assert rest["insured"].sum() == 2_003_067 + 125_505
    expected = rest["population"] / rest["population"].sum() * (2_003_067 + 125_505)
    assert ((rest["insured"] - expected).abs() < 1).all()


def test_insured_by_workplace_are_to_scale_to_one_person(known, first):
    jobs = first.world.jobs
    scale = first.world.persons.height / known.population
    main = jobs.unique("cid", keep="first", maintain_order=True)  # second jobs are in the province of the first
    have = main.group_by("province_code").len().join(known.provinces, on="province_code", how="right")
    assert main.height == round(13_014_541 * scale)
    assert ((have["len"].fill_null(0) - have["insured"] * scale).abs() <= 1).all()


def test_establishments_are_to_scale_where_that_leaves_one_a_province(known, first):
    have = first.world.jobs.group_by("province_code").agg(pl.col("employer_id").n_unique()).sort("province_code")
    planned = work.establishment_counts(known, first.world.persons.height)
    assert have["employer_id"].to_list() == [int(count) for count in planned if count]


def test_people_live_where_people_live(known, first):
    """Houses are apportioned exactly; persons follow with the noise of household sizes: 5 σ, σ² ≤ 8 persons a house."""
    persons = first.world.persons.join(first.world.houses, on="house")
    have = persons.group_by("province_code").len().join(known.provinces, on="province_code", how="right")
    expected = have["population"] / known.population * persons.height
    assert ((have["len"] - expected).abs() <= 5 * (expected.sqrt() + 1)).all()


def test_ages_follow_the_pyramid(known, first):
    """Five-year shares within 5 σ of a binomial draw."""
    shares = np.array(known.assumptions["age_shares"]) / sum(known.assumptions["age_shares"])
    age = (np.datetime64("2026-01-01") - first.world.persons["birth"].to_numpy()).astype(int) / 365.2425
    have = np.histogram(age, bins=np.arange(0, 5 * len(shares) + 1, 5))[0]
    people = len(age)
    assert (abs(have - shares * people) <= 5 * np.sqrt(shares * people) + 5).all()


def test_every_household_has_an_adult(first):
    age = (np.datetime64("2026-01-01") - first.world.persons["birth"].to_numpy()).astype(int) / 365.2425
    oldest = first.world.persons.select("house", age=pl.Series(age)).group_by("house").agg(pl.col("age").max())
    assert (oldest["age"] >= 21).all()


def test_a_missing_code_list_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("KHLANG_ROOT", str(tmp_path))
    with pytest.raises(SetupError, match=r"province\.csv is missing") as refused:
        calibration.code_list("province")
    assert (refused.value.exit_code, refused.value.code) == (10, "SETUP")
