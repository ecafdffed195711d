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
MAN, WOMAN = 1, 2  # sex
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
        births: Grain child (also of the dead; from ``known_months`` before the first month on): mother, born_on,
            mother_age (completed years that day), birth_order (1: her first), amphoe_code (hers that day).
        couples: Grain wife, and husband: since. Both are alive.
        parts: Domain → what it alone adds to the world: frames by name.
    """

    month: date
    persons: pl.DataFrame
    houses: pl.DataFrame
    jobs: pl.DataFrame
    vehicles: pl.DataFrame
    registrations: pl.DataFrame
    spare: np.ndarray
    births: pl.DataFrame
    couples: pl.DataFrame
    parts: Mapping[str, Part] = field(default_factory=dict)

    def evolve(self, **changes: object) -> "World":
        """The same world with some of its tables replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def with_part(self, domain: str, part: Part) -> "World":
        """The same world with one domain's part replaced."""
        return self.evolve(parts={**self.parts, domain: part})

    def residents(self) -> pl.DataFrame:
        """Every person with age, amphoe and province, in the order of ``persons``."""
        placed = self.persons.join(self.houses, on="house", how="left", maintain_order="left")
        return placed.with_columns(age=ages(pl.col("birth"), self.month).cast(pl.Int64))


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


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows by ``lot``, with their place in their province from 0."""
    return frame.sort("lot", "cid").with_columns(place=pl.int_range(pl.len()).over("province_code"))


def moved(persons: pl.DataFrame, target: pl.DataFrame) -> pl.DataFrame:
    """Whom ``target`` names (cid, goes_to, goes_on) in another house, with the record of the one they left."""
    joined = persons.join(target, on="cid", how="left", maintain_order="left")
    goes = pl.col("goes_to").is_not_null() & (pl.col("goes_to") != pl.col("house"))
    return joined.with_columns(
        left_house=pl.when(goes).then("house").otherwise("left_house"),
        left_moved_in_on=pl.when(goes).then("moved_in_on").otherwise("left_moved_in_on"),
        house=pl.when(goes).then("goes_to").otherwise("house"),
        moved_in_on=pl.when(goes).then("goes_on").otherwise("moved_in_on"),
    ).drop("goes_to", "goes_on")
