"""The state of everything in one month.

Money is whole satang (Int64) and land is hundredths of a rai throughout the simulator: sums are exact, and only
what is written out becomes decimal text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import polars as pl

from khlang.simulate.calibration import Calibration

BAHT = 100  # satang
EPOCH = date(1970, 1, 1)
Part = Mapping[str, pl.DataFrame]


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
        parts: Domain → what it alone adds to the world: frames by name.
    """

    month: date
    persons: pl.DataFrame
    houses: pl.DataFrame
    jobs: pl.DataFrame
    vehicles: pl.DataFrame
    registrations: pl.DataFrame
    spare: np.ndarray
    parts: Mapping[str, Part] = field(default_factory=dict)

    def evolve(self, **changes: object) -> "World":
        """The same world with some of its tables replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def with_part(self, domain: str, part: Part) -> "World":
        """The same world with one domain's part replaced."""
        return self.evolve(parts={**self.parts, domain: part})


def ages(birth: pl.Expr, on: date) -> pl.Expr:
    """Completed years on a day."""
    before_birthday = (birth.dt.month() > on.month) | ((birth.dt.month() == on.month) & (birth.dt.day() > on.day))
    return on.year - birth.dt.year() - before_birthday.cast(pl.Int32)


def money(baht: np.ndarray, *, step: int = 1) -> np.ndarray:
    """Baht to satang, rounded to whole steps of baht."""
    satang: np.ndarray = (np.rint(baht / step) * step * BAHT).astype(np.int64)
    return satang


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
