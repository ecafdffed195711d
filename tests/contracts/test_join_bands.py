"""The bands of declared joins hold for simulated months: no demo is refused by chance, and a wrong key is seen."""

from datetime import date
from functools import cache

import polars as pl
import pytest

from khlang import contracts
from khlang.contracts.joins import PROVINCE, Join
from khlang.link.joins import outside
from khlang.simulate import calibration, population, work
from khlang.simulate.domain import ALL, chosen
from khlang.simulate.extract import Month

KNOWN = contracts.load()
DECLARED = [(mart, join) for mart in KNOWN.marts for join in mart.joins if join.key]
ONCE = {(join.source, join.target, join.key): join for _, join in DECLARED}
PEOPLE = {600: 2, 5000: 9}  # people: seed


@cache
def kept(people: int) -> dict[str, pl.DataFrame]:
    domains, known, seed = chosen([ALL]), calibration.load(), PEOPLE[people]
    world = population.found(known, people=people, months=1, seed=seed, start=date(2026, 1, 1))
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.02, seed=seed, period="2026-01"))
    for domain in domains:
        world = world.with_part(domain.name, domain.found(world, known, seed))
    month = Month(world, world.jobs, known.assumptions["mess"], seed)
    used = {side for _, join in DECLARED for side in (join.source, join.target)}
    extracts = [extract for domain in domains for extract in domain.extracts if extract.dataset in used]
    return {extract.dataset: extract.kept(extract.sent(month)) for extract in extracts}


def keys(dataset: str, join: Join, people: int) -> pl.DataFrame:
    """Every row's key; a province is the amphoe's first two digits where a table has only that."""
    frame = kept(people)[dataset]
    if PROVINCE in join.key and PROVINCE not in frame.columns:
        frame = frame.with_columns(pl.col("amphoe_code").str.slice(0, 2).alias(PROVINCE))
    return frame.select("cid" if name == "pid" else name for name in join.key).drop_nulls()


@pytest.mark.parametrize("join", ONCE.values(), ids=lambda join: join.name)
@pytest.mark.parametrize("people", PEOPLE)
def test_the_band_and_the_cardinality_hold_for_simulated_people(join: Join, people: int) -> None:
    mine, theirs = (keys(side, join, people) for side in (join.source, join.target))
    distinct = mine.unique()
    matched = distinct.join(theirs.unique(), on=distinct.columns, how="semi").height
    assert outside(join, keys=distinct.height, matched=matched) == 0, f"{matched} of {distinct.height}"
    for single, frame in zip(join.single, (mine, theirs), strict=True):
        assert not single or frame.is_unique().all()


@pytest.mark.parametrize("join", ONCE.values(), ids=lambda join: join.name)
def test_a_wrong_key_is_out_of_the_band_of_every_join(join: Join) -> None:
    """Nothing matches when a key or column is the wrong one: no band takes that for a month like others."""
    assert outside(join, keys=join.least, matched=0) > 0


@pytest.mark.parametrize(("mart", "join"), DECLARED, ids=lambda value: getattr(value, "name", None))
def test_a_join_is_declared_alike_in_every_mart(mart: contracts.Table, join: Join) -> None:
    """Two marts that join the same inputs by the same key expect the same of them."""
    assert mart.joins
    assert join == ONCE[join.source, join.target, join.key]
