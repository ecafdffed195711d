"""The first month: one coherent population of persons in households in houses, with jobs and belongings."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.simulate import belongings, couples, families, identifiers, registration, work
from khlang.simulate.calibration import Calibration, apportion
from khlang.simulate.identifiers import generator
from khlang.simulate.world import EPOCH, World, placed_persons


def _houses(rng: np.random.Generator, calibration: Calibration, people: int) -> tuple[pl.DataFrame, np.ndarray]:
    """Houses with their amphoe, and the size of each household; sizes sum to the number of people."""
    shares = np.array(calibration.assumptions["household_size_shares"], dtype=float)
    sizes = rng.choice(np.arange(1, len(shares) + 1), size=people, p=shares / shares.sum())
    count = int(np.searchsorted(np.cumsum(sizes), people)) + 1
    sizes = sizes[:count].copy()
    sizes[-1] -= int(sizes.sum()) - people
    weights = calibration.amphoe.join(calibration.provinces, on="province_code", maintain_order="left").with_columns(
        weight=pl.col("population") * pl.col("weight") / pl.col("weight").sum().over("province_code")
    )
    per_amphoe = apportion(count, weights["weight"].to_numpy())
    amphoe = weights["amphoe_code"].gather(rng.permutation(np.repeat(np.arange(weights.height), per_amphoe)))
    houses = pl.DataFrame({"house_id": identifiers.house_codes(amphoe), "amphoe_code": amphoe})
    return houses.with_columns(province_code=pl.col("amphoe_code").str.slice(0, 2)).with_row_index("house"), sizes


def _births(rng: np.random.Generator, shares: list[float], sizes: np.ndarray, month: date) -> np.ndarray:
    """Birth dates (days since 1970) by the pyramid, an adult as the first of every household."""
    people = int(sizes.sum())
    weights = np.array(shares) / sum(shares)
    age_days = (rng.choice(len(weights), size=people, p=weights) * 5 + rng.random(people) * 5) * 365.2425
    adults = np.flatnonzero(age_days >= 21 * 365.2425)[: len(sizes)]
    is_head = np.zeros(people, dtype=bool)
    is_head[np.cumsum(sizes) - sizes] = True
    is_head_of = np.flatnonzero(is_head)[: len(adults)]
    taken = np.zeros(people, dtype=bool)
    taken[adults] = True
    ordered = np.empty(people)
    ordered[is_head_of] = age_days[taken]
    others = np.ones(people, dtype=bool)
    others[is_head_of] = False
    ordered[others] = rng.permutation(age_days[~taken])
    births: np.ndarray = (month - EPOCH).days - 1 - ordered.astype(np.int64)
    return births


def _persons(
    rng: np.random.Generator, sizes: np.ndarray, births: np.ndarray, cids: np.ndarray, month: date
) -> pl.DataFrame:
    people = len(cids)
    start = (month - EPOCH).days
    lived_there = np.minimum(rng.exponential(4000, people).astype(np.int64) + 31, start - births)
    return pl.DataFrame(
        {
            "cid": cids,
            "house": np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes),
            "sex": rng.choice(np.array([1, 2], dtype=np.int8), size=people, p=[0.488, 0.512]),
            "birth": births.astype(np.int32),
            "moved_in_on": (start - lived_there).astype(np.int32),
        }
    ).with_columns(
        pl.col("birth", "moved_in_on").cast(pl.Date),
        left_house=pl.lit(None, dtype=pl.UInt32),
        left_moved_in_on=pl.lit(None, dtype=pl.Date),
    )


def found(calibration: Calibration, *, people: int, months: int, seed: int, start: date) -> World:
    """Make the first month's world.

    Args:
        calibration: Real figures and assumptions.
        people: Persons alive in the first month.
        months: Months that will follow; numbers for the newborn are reserved.
        seed: Same seed, same world.
        start: First day of the first month.
    """
    rules = calibration.assumptions
    rng = generator(seed, "population")
    houses, sizes = _houses(rng, calibration, people)
    reserve = int(people * rules["month"]["births"] * months * 2) + 100
    employers = int(work.establishment_counts(calibration, people).sum())
    numbers = identifiers.issue(generator(seed, "numbers"), people + reserve + employers)
    births = _births(rng, rules["age_shares"], sizes, start)
    persons = _persons(rng, sizes, births, numbers[:people], start)
    stream = generator(seed, "families")
    pairs = couples.at_home(stream, persons, rules["families"], start)
    placed = persons.join(houses, on="house", how="left", maintain_order="left")
    persons, born = families.found(stream, placed, pairs, rules["families"], start)
    jobs = work.hire(
        generator(seed, "work"), calibration, persons, houses, numbers=numbers[people + reserve :], month=start
    )
    placed = placed_persons(persons, houses, jobs, calibration, start)
    informal = belongings.informal_income(generator(seed, "informal"), placed, rules)
    persons = belongings.with_wealth(generator(seed, "wealth"), persons.with_columns(informal=informal), placed, start)
    vehicles = belongings.vehicles(
        generator(seed, "vehicles"), placed.with_columns(informal=informal), rules["vehicles"], start
    )
    spare = numbers[people : people + reserve]
    world = World(start, persons, houses, jobs, vehicles, registration.empty(), spare, born, pairs)
    adults = placed.filter(pl.col("age") >= registration.YOUNGEST).height
    count = round(rules["registration"]["share_of_adults"] * adults)
    first = registration.register(generator(seed, "registration"), world, calibration, count, start - timedelta(days=1))
    return world.evolve(registrations=first)
