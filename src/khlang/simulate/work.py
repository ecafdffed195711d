"""Section-33 jobs: how many and where by the Ministry of Labour's table, who holds them and for what wage."""

from datetime import date

import numpy as np
import polars as pl

from khlang.simulate.calibration import Assumptions, Calibration, apportion
from khlang.simulate.identifiers import generator
from khlang.simulate.world import ages, money


def insured_counts(calibration: Calibration, people: int) -> np.ndarray:
    """Insured persons by province of workplace, to the scale of the simulation; the total is exact to one person."""
    total = calibration.assumptions["insured"]["total"] / calibration.population * people
    return apportion(round(total), calibration.provinces["insured"].to_numpy())


def establishment_counts(calibration: Calibration, people: int) -> np.ndarray:
    """Establishments by province, to scale; one at least wherever somebody is insured, never more than the insured."""
    total = calibration.assumptions["insured"]["establishments"] / calibration.population * people
    counts = apportion(round(total), calibration.provinces["establishments"].to_numpy())
    insured = insured_counts(calibration, people)
    bounded: np.ndarray = np.minimum(np.maximum(counts, 1), insured)
    return bounded


def _chosen(rng: np.random.Generator, province: np.ndarray, quota: np.ndarray, rules: dict[str, float]) -> pl.DataFrame:
    """Rows of who works and in which province (by number): residents first, then who comes from elsewhere."""
    able = pl.DataFrame({"row": np.arange(len(province)), "province": province, "key": rng.random(len(province))})
    residents = np.bincount(province, minlength=len(quota))
    local = np.minimum(np.floor(quota * rules["local_share"]), np.floor(residents * rules["local_ceiling"])).astype(
        np.int64
    )
    ranked = able.sort("key").with_columns(rank=pl.int_range(pl.len()).over("province"))
    limit = pl.Series(local).gather(ranked["province"])
    at_home = ranked.filter(ranked["rank"] < limit).select("row", work=pl.col("province").cast(pl.Int64))
    missing = np.repeat(np.arange(len(quota)), quota - local)
    elsewhere = ranked.filter(ranked["rank"] >= limit).head(len(missing)).select("row")
    return pl.concat([at_home, elsewhere.with_columns(work=pl.Series(rng.permutation(missing)))])


def wages(rng: np.random.Generator, factor: np.ndarray, rules: dict[str, float]) -> np.ndarray:
    """Monthly wages (satang): lognormal above the minimum wage, and a share of part-time wages below it."""
    count = len(factor)
    full = np.maximum(rules["median_baht"] * factor * rng.lognormal(0, rules["sigma"], count), rules["minimum_baht"])
    part = rng.uniform(rules["part_time_low_baht"], rules["part_time_high_baht"], count)
    baht = np.where(rng.random(count) < rules["part_time_share"], part, full)
    odd = np.where(rng.random(count) < 0.2, rng.integers(0, 100, count), 0)  # overtime leaves satang
    satang: np.ndarray = money(baht, step=5) + odd
    return satang


def _employers(
    rng: np.random.Generator, quota: np.ndarray, establishments: np.ndarray, numbers: np.ndarray
) -> np.ndarray:
    """Employer of each workplace, provinces in order: each has one worker, the others go by a heavy-tailed size."""
    first = np.cumsum(establishments) - establishments
    parts = [np.empty(0, dtype=np.int64)]
    for province in np.flatnonzero(quota):
        own = np.arange(first[province], first[province] + establishments[province])
        size = rng.pareto(1.1, len(own)) + 0.2
        extra = rng.choice(own, size=quota[province] - len(own), p=size / size.sum())
        parts.append(rng.permutation(np.concatenate([own, extra])))
    chosen: np.ndarray = numbers[np.concatenate(parts)]
    return chosen


def hire(
    rng: np.random.Generator,
    calibration: Calibration,
    persons: pl.DataFrame,
    houses: pl.DataFrame,
    *,
    numbers: np.ndarray,
    month: date,
) -> pl.DataFrame:
    """The first month's jobs: exactly the calibrated number of insured persons in each province of workplace.

    Args:
        rng: Stream of this purpose.
        calibration: Real figures and assumptions.
        persons: Everybody, with house and birth.
        houses: Their houses.
        numbers: Juristic numbers for the employers, enough of them.
        month: First day of the month, for ages.
    """
    rules = calibration.assumptions["jobs"]
    provinces = calibration.provinces
    home = houses["province_code"].gather(persons["house"])
    place = (
        pl.DataFrame({"province_code": home})
        .join(
            provinces.select("province_code").with_row_index("number"),
            on="province_code",
            how="left",
            maintain_order="left",
        )["number"]
        .to_numpy()
    )
    age = persons.select(ages(pl.col("birth"), month)).to_series().to_numpy()
    able = np.flatnonzero((age >= rules["youngest"]) & (age <= rules["oldest"]))
    quota = insured_counts(calibration, len(persons))
    chosen = _chosen(rng, place[able], quota, rules).sort("work", maintain_order=True)
    employer = _employers(rng, quota, establishment_counts(calibration, len(persons)), numbers)
    factor = provinces["income_factor"].gather(chosen["work"]).to_numpy()
    main = pl.DataFrame(
        {
            "cid": persons["cid"].gather(able[chosen["row"].to_numpy()]),
            "employer_id": employer,
            "wage": wages(rng, factor, rules),
            "province_code": provinces["province_code"].gather(chosen["work"]),
        }
    )
    return pl.concat([main, _second_jobs(rng, main, rules)])


def _second_jobs(rng: np.random.Generator, main: pl.DataFrame, rules: Assumptions) -> pl.DataFrame:
    """A second, part-time employer in the same province for a few; ``main`` is sorted by province."""
    number = pl.col("row").min().over("province_code")
    span = main.with_row_index("row").select(start=number, count=pl.len().over("province_code"))
    has = np.flatnonzero(rng.random(main.height) < rules["second_job_share"])
    start, count = span["start"].to_numpy()[has], span["count"].to_numpy()[has]
    other = main["employer_id"].to_numpy()[start + rng.integers(0, 2**31, len(has)) % count]
    part = rng.uniform(rules["part_time_low_baht"], rules["part_time_high_baht"], len(has))
    second = main[has].with_columns(
        first="employer_id", employer_id=pl.Series(other), wage=pl.Series(money(part, step=5))
    )
    return second.filter(pl.col("first") != pl.col("employer_id")).select(main.columns)


def reported_late(jobs: pl.DataFrame, share: float, *, seed: int, period: str) -> pl.DataFrame:
    """The jobs with ``late``: who misses the extract of this period and is sent with the next."""
    return jobs.with_columns(late=pl.Series(generator(seed, "late", period).random(jobs.height) < share))
