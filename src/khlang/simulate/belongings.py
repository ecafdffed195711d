"""What persons own and earn beside a section-33 wage: informal income, debts, land, vehicles."""

from datetime import date

import numpy as np
import polars as pl

from khlang.simulate import identifiers
from khlang.simulate.calibration import Assumptions
from khlang.simulate.world import BAHT, EPOCH, ages, money


def informal_income(rng: np.random.Generator, frame: pl.DataFrame, assumptions: Assumptions) -> pl.Series:
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
    return pl.Series(money(np.where(earns, np.where(insured, amount * 0.4, amount), 0.0), step=10))


def with_wealth(rng: np.random.Generator, persons: pl.DataFrame, placed: pl.DataFrame, month: date) -> pl.DataFrame:
    """Add debt (satang) and land (rai/100) of adults; ``placed`` holds the same persons with their income_factor."""
    adult = persons.select(ages(pl.col("birth"), month) >= 20).to_series().to_numpy()
    people = persons.height
    debt = np.where(adult & (rng.random(people) < 0.38), 60_000 * rng.lognormal(0, 1.0, people), 0.0)
    has_land = adult & (rng.random(people) < np.clip(0.55 - 0.35 * placed["income_factor"].to_numpy(), 0.02, 0.5))
    land = np.where(has_land, np.rint(rng.gamma(1.6, 4.5, people) * 4) * 25, 0).astype(np.int64)
    return persons.with_columns(debt=pl.Series(money(debt, step=100)), land=pl.Series(land))


def vehicles(rng: np.random.Generator, persons: pl.DataFrame, rules: dict[str, float], month: date) -> pl.DataFrame:
    """At most three vehicles a person: a car or van, a pickup, a motorcycle; more cars with more income.

    Args:
        rng: Stream of this purpose.
        persons: One row a person: cid, birth, province_code, wage and informal (satang a month).
        rules: ``vehicles`` of the assumptions.
        month: Nothing is registered after its first day.
    """
    people = persons.height
    adult = persons.select(ages(pl.col("birth"), month) >= 18).to_series().to_numpy()
    income = persons["wage"] + persons["informal"]
    relative = income.to_numpy() / (12_000 * BAHT)
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
