"""Between two months people die, are born, move, change work and register; what is calibrated stays."""

from datetime import date

import polars as pl
import pytest

from khlang.simulate import months


@pytest.mark.parametrize(
    ("month", "after"),
    [(date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 12, 1), date(2027, 1, 1)), (date(2024, 2, 1), date(2024, 3, 1))],
)
def test_following(month, after):
    assert months.following(month) == after


@pytest.mark.parametrize("text", ["2026", "2026-13", "01-2026", "2569-01-01", ""])
def test_what_is_no_period(text):
    with pytest.raises(ValueError, match=r"month|isoformat"):
        months.parse_period(text)


def test_some_die_some_are_born_some_move(first, second):
    before, after = first.world.persons, second.world.persons
    died = before.join(after, on="cid", how="anti").height
    born = after.join(before, on="cid", how="anti")
    moved = after.filter(pl.col("left_house").is_not_null())
    assert 0 < died < 60
    assert born.height == round(0.0006 * (before.height - died))
    assert (born["birth"] >= date(2026, 2, 1)).all()
    assert 40 < moved.height < 130
    assert (moved["house"] != moved["left_house"]).all()
    assert (moved["moved_in_on"] > moved["left_moved_in_on"]).all()
    assert after["cid"].is_unique().all()


def test_the_number_of_insured_jobs_stays_and_the_dead_hold_none(first, second):
    assert first.world.jobs.height == second.world.jobs.height
    assert second.world.jobs.join(second.world.persons, on="cid", how="anti").is_empty()
    assert not second.world.jobs.select("cid", "employer_id").is_duplicated().any()


def test_wages_of_some_change(first, second):
    both = first.world.jobs.join(second.world.jobs, on=["cid", "employer_id"], suffix="_after")
    changed = both.filter(pl.col("wage") != pl.col("wage_after")).height
    assert 0.02 * both.height < changed < 0.08 * both.height


def test_registrations_are_added_and_never_lost(first, second):
    before, after = first.world.registrations, second.world.registrations
    assert after.height == before.height + round(0.004 * before.height)
    assert before.join(after, on="cid", how="anti").is_empty()
    assert after["cid"].is_unique().all()
    assert (after[before.height :]["registered_on"] >= date(2026, 2, 1)).all()
