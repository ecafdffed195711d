"""Births and marriages of the shared population: who the mother is, where a child lives, who moves to whom."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from khlang.simulate import couples, families, months, population


@pytest.fixture(scope="module")
def year(known, first):
    """Worlds of twelve months."""
    worlds = [first.world]
    for _ in range(11):
        worlds.append(months.advance(worlds[-1], known, seed=7))
    return worlds


def ages_at_birth(world):
    """Births with the mother's birth, of mothers who are alive."""
    hers = world.persons.select(mother="cid", mother_birth="birth", mother_sex="sex", her_house="house")
    return world.births.join(hers, on="mother")


def test_every_small_child_has_a_mother_in_its_house(first):
    world = first.world
    small = world.persons.filter(pl.col("birth") >= date(2024, 1, 1))
    told = small.join(ages_at_birth(world), left_on="cid", right_on="child", how="left")
    assert told["mother"].null_count() < 0.01 * small.height
    known = told.filter(pl.col("mother").is_not_null())
    assert (known["house"] == known["her_house"]).all()
    assert (known["birth"] == known["born_on"]).all()
    assert (known["mother_sex"] == 2).all()


def test_children_stay_with_their_mothers_through_the_months(year):
    for world in year[1:]:
        pairs = ages_at_birth(world).join(world.persons.select("house", child="cid"), on="child")
        assert (pairs["house"] == pairs["her_house"]).all()
    moved = year[-1].persons.filter(pl.col("left_house").is_not_null())
    small = moved.join(year[-1].births, left_on="cid", right_on="child")
    mothers = moved.select(mother="cid", to="house", since="moved_in_on")
    with_her = small.join(mothers, on="mother", how="left")
    assert (with_her["house"] == with_her["to"]).all(), "a small child moves with its mother and never alone"


def test_the_age_of_a_mother_is_reckoned_to_the_day():
    frame = pl.DataFrame({"a": [date(2010, 3, 5)] * 3, "b": [date(2026, 3, 4), date(2026, 3, 5), date(2026, 12, 1)]})
    assert frame.select(families.age_on("a", "b")).to_series().to_list() == [15, 16, 16]


def test_mothers_are_women_of_an_age(year):
    births = ages_at_birth(year[-1])
    assert births["mother_age"].is_between(12, 45).all()
    assert births.select((pl.col("mother_age") == families.age_on("mother_birth", "born_on")).all()).item()
    assert births["child"].is_unique().all()


def test_nobody_has_two_children_within_the_spacing(year):
    gaps = year[-1].births.sort("mother", "born_on")
    gap = gaps.select(pl.col("born_on").diff().over("mother").dt.total_days()).to_series().drop_nulls()
    assert gap.len() > 0, "some woman has a second child in a year"
    assert (gap >= 700).all()


def test_a_second_child_is_counted_on(year):
    ordered = year[-1].births.sort("mother", "born_on")
    step = ordered.select(pl.col("birth_order").diff().over("mother")).to_series().drop_nulls()
    assert (step == 1).all()
    assert (ordered["birth_order"] >= 1).all()


def test_teen_births_are_many_where_the_assumptions_say_so(known):
    world = population.found(known, people=200_000, months=1, seed=7, start=date(2026, 1, 1))
    teens = (
        world.births.with_columns(province=pl.col("amphoe_code").str.slice(0, 2))
        .group_by("province")
        .agg(share=pl.col("mother_age").is_between(15, 19).mean(), births=pl.len())
    )
    share = {province: share for province, share, _ in teens.rows()}
    assert share["96"] > 0.2, "Narathiwat has many"
    assert share["10"] < 0.12, "Bangkok has few"
    assert 0.1 < world.births["mother_age"].is_between(15, 19).mean() < 0.2
    assert 0 < world.births.filter(pl.col("mother_age") < 15).height < 0.04 * world.births.height


def test_couples_are_two_living_people_each_in_one_marriage(year):
    for world in year:
        alive = set(world.persons["cid"])
        both = pl.concat([world.couples["wife"], world.couples["husband"]])
        assert both.is_unique().all()
        assert set(both) <= alive, "a death ends a marriage"


def test_some_marry_and_live_in_one_house_from_that_day(year):
    before, after = year[0], year[1]
    new = after.couples.join(before.couples, on=["wife", "husband"], how="anti")
    assert 2 <= new.height <= round(0.00035 * after.persons.height)
    homes = after.persons.select("cid", "house", "left_house", "moved_in_on")
    pairs = new.join(homes, left_on="wife", right_on="cid").join(
        homes, left_on="husband", right_on="cid", suffix="_his"
    )
    assert (pairs["house"] == pairs["house_his"]).all()
    movers = pairs.filter(pl.col("left_house").is_not_null() ^ pl.col("left_house_his").is_not_null())
    assert movers.height > 0.8 * pairs.height, "one moves in with the other"
    day = pl.when(pl.col("left_house").is_null()).then("moved_in_on_his").otherwise("moved_in_on")
    assert movers.select((day == pl.col("since")).all()).item()


def test_couples_at_home_share_a_house(first):
    homes = first.world.persons.select("cid", "house", "birth")
    pairs = first.world.couples.join(homes, left_on="wife", right_on="cid").join(
        homes, left_on="husband", right_on="cid", suffix="_his"
    )
    assert pairs.height > 500
    assert (pairs["house"] == pairs["house_his"]).all()
    assert ((pairs["birth"] - pairs["birth_his"]).dt.total_days().abs() <= 12 * 365).all()
    assert (pairs["since"] <= date(2026, 1, 1)).all()


def test_a_world_without_women_has_no_births(first, known):
    men = first.world.residents().filter(pl.col("sex") == 1)
    rules = known.assumptions["families"]
    stream = np.random.default_rng(1)
    assert families.mothers(stream, men, families.none(), first.world.couples, rules, count=5).is_empty()
    assert couples.married(stream, men, first.world.couples, rules, date(2026, 1, 1)).is_empty()


def test_the_same_seed_gives_the_same_families(first, known):
    again = population.found(known, people=20_000, months=2, seed=7, start=date(2026, 1, 1))
    assert again.births.equals(first.world.births)
    assert again.couples.equals(first.world.couples)


def test_who_moved_for_another_reason_does_not_marry_in_that_month(first, known):
    rules, world = known.assumptions["families"], first.world
    everybody = world.residents()
    moved = everybody.with_columns(left_house=pl.lit(0, pl.UInt32))
    for placed, some in ((everybody, True), (moved, False)):
        new = couples.married(np.random.default_rng(1), placed, world.couples, rules, world.month)
        assert bool(new.height) is some
