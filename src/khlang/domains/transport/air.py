"""Who comes by air, and what the airports send of it month by month. Made up, see ``data/assumptions.yaml``."""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.transport.network import assumptions
from khlang.simulate.identifiers import generator
from khlang.simulate.months import following, period_of

ORIGIN = date(2026, 1, 1)  # the month whose passengers the assumptions give
KEPT = 4  # months that the mart looks at
LAST_CORRECTED_DAY = 25  # what is corrected later comes with no extract of the month


def arrivals(month: date, seed: int) -> pl.DataFrame:
    """Passengers of one month. Grain: nationality_code, airport_code, arrived_on: flights, passengers, late."""
    rng = generator(seed, "transport", "air", period_of(month))
    every, rules = assumptions(), assumptions()["air"]
    passed = (month.year - ORIGIN.year) * 12 + month.month - ORIGIN.month
    codes, airports = list(rules["monthly"]), list(rules["airports"])
    growth = np.array([rules["growth"].get(code, rules["other_growth"]) for code in codes]) ** passed
    whole = np.array(list(rules["monthly"].values())) * growth * rng.lognormal(0, 0.01, len(codes))
    days = pl.date_range(month, following(month), "1d", closed="left", eager=True)
    weight = np.array(rules["by_weekday"])[days.dt.weekday().to_numpy() - 1]
    share = np.array(list(rules["airports"].values()))
    mean = whole[:, None, None] * share[None, :, None] * weight[None, None, :] / weight.sum()
    passengers = rng.poisson(mean * rng.lognormal(0, rules["spread"], mean.shape)).astype(np.int64)
    flights = -(-passengers // rules["persons_a_flight"])
    nations = pl.DataFrame({"nationality_code": codes}).join(pl.DataFrame({"airport_code": airports}), how="cross")
    rows = nations.join(pl.DataFrame({"arrived_on": days}), how="cross").with_columns(
        flights=pl.Series(flights.ravel()),
        passengers=pl.Series(passengers.ravel()),
        late=pl.Series(rng.random(passengers.size) < every["mess"]["late"]),
    )
    return rows.filter(pl.col("passengers") > 0)


def sent(now: pl.DataFrame, before: pl.DataFrame, month: date, seed: int) -> pl.DataFrame:
    """What the airports send this month: its days in time, late days of the month before, and corrections.

    Columns nationality_code, airport_code, arrived_on, flights, passengers, received_on, sent_in (``YYYY-MM``).
    """
    rng = generator(seed, "transport", "air sent", period_of(month))
    columns = ("nationality_code", "airport_code", "arrived_on", "flights", "passengers")
    in_time = now.filter(~pl.col("late")).select(*columns, received_on="arrived_on")
    late = before.filter("late")
    day = pl.lit(month) + pl.duration(days=pl.lit(pl.Series(rng.integers(0, 6, late.height))))
    base = pl.concat([in_time, late.select(*columns, received_on=day.cast(pl.Date))])
    some = pl.Series(rng.random(base.height) < assumptions()["mess"]["corrected"])
    again = base.filter(some & (base["arrived_on"] >= month) & (base["arrived_on"].dt.day() <= LAST_CORRECTED_DAY))
    later = again.with_columns(
        received_on=pl.col("received_on") + pl.duration(days=pl.lit(pl.Series(rng.integers(1, 4, again.height)))),
        passengers=pl.col("passengers") + pl.Series(rng.integers(1, 20, again.height)),
    )
    return pl.concat([base, later]).with_columns(sent_in=pl.lit(period_of(month)))


def looked_at(frame: pl.DataFrame, month: date, column: str) -> pl.DataFrame:
    """Rows of the months that the mart of a month looks at, by a column of ``YYYY-MM``."""
    first = month.year * 12 + month.month - 1 - (KEPT - 1)
    return frame.filter(pl.col(column) >= f"{first // 12:04d}-{first % 12 + 1:02d}")
