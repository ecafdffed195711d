"""One coherent population: persons in households in houses, their jobs, incomes, land, debts and vehicles.

Money is whole satang (Int64) and land is hundredths of a rai throughout the simulator: sums are exact, and only
what is written out becomes decimal text.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from khlang.simulate import identifiers
from khlang.simulate.calibration import Assumptions, Calibration, apportion
from khlang.simulate.identifiers import generator

BAHT = 100  # satang
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class World:
    """The state of everything in one month.

    Attributes:
        month: First day of the month.
        persons: Grain cid (Int64): house (row of houses), sex 1|2, birth DATE, informal (satang a month), debt
            (satang), land (rai/100), moved_in_on DATE, left_house and left_moved_in_on (of who moved this month).
        houses: Grain house: house_id, amphoe_code, province_code.
        jobs: Grain cid, employer_id: wage (satang a month), province_code of the workplace, late (not sent in time).
        vehicles: Grain plate: cid of the owner, type_code, first_registered_on, province_code.
        registrations: Grain cid (also of the dead): house_id, amphoe_code, registered_on, declared (satang a year),
            occupation, debt, land as declared.
        spare: Class-9 numbers not yet given to anybody.
    """

    month: date
    persons: pl.DataFrame
    houses: pl.DataFrame
    jobs: pl.DataFrame
    vehicles: pl.DataFrame
    registrations: pl.DataFrame
    spare: np.ndarray

    def evolve(self, **changes: object) -> "World":
        """The same world with some of its tables replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


def ages(birth: pl.Expr, on: date) -> pl.Expr:
    """Completed years on a day."""
    before_birthday = (birth.dt.month() > on.month) | ((birth.dt.month() == on.month) & (birth.dt.day() > on.day))
    return on.year - birth.dt.year() - before_birthday.cast(pl.Int32)


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


def money(baht: np.ndarray, *, step: int = 1) -> np.ndarray:
    """Baht to satang, rounded to whole steps of baht."""
    satang: np.ndarray = (np.rint(baht / step) * step * BAHT).astype(np.int64)
    return satang


def informal_income(rng: np.random.Generator, frame: pl.DataFrame, assumptions: Assumptions) -> np.ndarray:
    """Monthly income (satang) outside section 33, by age, province and whether the person is insured.

    Args:
        rng: Stream of this purpose.
        frame: Columns age, insured (BOOLEAN), income_factor; one row a person.
        assumptions: ``data/assumptions.yaml``.
    """
    rules = assumptions["informal"]
    age, insured = frame["age"].to_numpy(), frame["insured"].to_numpy()
    can = (age >= rules["youngest"]) & (age <= rules["oldest"])
    share = np.where(insured, rules["side_share"], rules["share"]) * can
    earns = rng.random(frame.height) < share
    amount = rules["median_baht"] * frame["income_factor"].to_numpy() * rng.lognormal(0, rules["sigma"], frame.height)
    return money(np.where(earns, np.where(insured, amount * 0.4, amount), 0.0), step=10)


def _wealth(rng: np.random.Generator, persons: pl.DataFrame, world_factor: np.ndarray, month: date) -> pl.DataFrame:
    """Add debt (satang) and land (rai/100) of adults; land where the province is rural."""
    adult = persons.select(ages(pl.col("birth"), month) >= 20).to_series().to_numpy()
    people = persons.height
    debt = np.where(adult & (rng.random(people) < 0.38), 60_000 * rng.lognormal(0, 1.0, people), 0.0)
    has_land = adult & (rng.random(people) < np.clip(0.55 - 0.35 * world_factor, 0.02, 0.5))
    land = np.where(has_land, np.rint(rng.gamma(1.6, 4.5, people) * 4) * 25, 0).astype(np.int64)
    return persons.with_columns(debt=pl.Series(money(debt, step=100)), land=pl.Series(land))


def _vehicles(
    rng: np.random.Generator, persons: pl.DataFrame, income: np.ndarray, rules: dict[str, float], month: date
) -> pl.DataFrame:
    """At most three vehicles a person: a car or van, a pickup, a motorcycle; more cars with more income."""
    people = persons.height
    adult = persons.select(ages(pl.col("birth"), month) >= 18).to_series().to_numpy()
    relative = income / (12_000 * BAHT)
    car = rng.random(people) < np.clip(rules["car_at_median"] * relative, 0.01, 0.6)
    van = rng.random(people) < rules["van"]
    pickup = rng.random(people) < rules["pickup"] * np.clip(relative, 0.3, 2.0)
    motorcycle = rng.random(people) < rules["motorcycle"]
    owned = [("RY1", car & ~van), ("RY2", van), ("RY3", pickup), ("RY12", motorcycle)]
    frame = pl.concat(
        persons.filter(pl.Series(has & adult)).select("cid", "province_code", type_code=pl.lit(code))
        for code, has in owned
    )
    age = np.minimum(rng.exponential(2600, frame.height).astype(np.int64) + 20, 9000)
    return frame.select(
        pl.Series("plate", identifiers.plates(rng, frame.height)),
        "cid",
        "type_code",
        pl.Series("first_registered_on", ((month - EPOCH).days - age).astype(np.int32)).cast(pl.Date),
        "province_code",
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
    from khlang.simulate import registration, work

    rng = generator(seed, "population")
    houses, sizes = _houses(rng, calibration, people)
    employers = work.establishment_counts(calibration, people)
    reserve = int(people * calibration.assumptions["month"]["births"] * months * 2) + 100
    numbers = identifiers.issue(generator(seed, "numbers"), people + reserve + int(employers.sum()))
    births = _births(rng, calibration.assumptions["age_shares"], sizes, start)
    persons = _persons(rng, sizes, births, numbers[:people], start)
    jobs = work.hire(generator(seed, "work"), calibration, persons, houses, numbers[people + reserve :], start)
    placed = placed_persons(persons, houses, jobs, calibration, start)
    factor = placed["income_factor"].to_numpy()
    informal = informal_income(generator(seed, "informal"), placed, calibration.assumptions)
    persons = persons.with_columns(informal=pl.Series(informal))
    persons = _wealth(generator(seed, "wealth"), persons, factor, start)
    income = placed["wage"].to_numpy() + informal
    vehicles = _vehicles(generator(seed, "vehicles"), placed, income, calibration.assumptions["vehicles"], start)
    world = World(start, persons, houses, jobs, vehicles, registration.empty(), numbers[people : people + reserve])
    count = int(
        round(calibration.assumptions["registration"]["share_of_adults"] * placed.filter(pl.col("age") >= 18).height)
    )
    first = registration.register(generator(seed, "registration"), world, calibration, count, start - timedelta(days=1))
    return world.evolve(registrations=first)


def placed_persons(
    persons: pl.DataFrame, houses: pl.DataFrame, jobs: pl.DataFrame, calibration: Calibration, on: date
) -> pl.DataFrame:
    """Persons, in their order, with age, house, province figures, insured and total wage (satang)."""
    wages = jobs.group_by("cid").agg(wage=pl.col("wage").sum())
    return (
        persons.join(houses, on="house", how="left", maintain_order="left")
        .join(
            calibration.provinces.select("province_code", "income_factor", "outreach"),
            on="province_code",
            how="left",
            maintain_order="left",
        )
        .join(wages, on="cid", how="left", maintain_order="left")
        .with_columns(
            age=ages(pl.col("birth"), on), insured=pl.col("wage").is_not_null(), wage=pl.col("wage").fill_null(0)
        )
    )
