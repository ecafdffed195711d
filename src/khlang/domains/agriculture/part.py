"""The domain's part of the world: farms, harvests, markets and loans, from month to month."""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.agriculture import debts, farms, seasons, trade
from khlang.domains.agriculture.definitions import load as definitions
from khlang.simulate.calibration import Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import following, period_of
from khlang.simulate.world import Part, World


def found(world: World, known: Calibration, seed: int) -> Part:
    """Farms, and the crop year until the first month; before that month rain and stored water were usual.

    ``plots``, ``harvests``, ``purchases``, ``prices`` and ``loans`` have the grains that their makers state;
    ``earlier_prices`` are of the month before, whose late ones are sent now.
    """
    plots = farms.plots(generator(seed, "agriculture", "farms"), world, known)
    harvests, bought = seasons.none(), trade.nothing_bought()
    month = date.fromisoformat(f"{definitions().first_period(period_of(world.month))}-01")
    while month <= world.month:
        water = world.parts["water"] if month == world.month else None
        new = seasons.harvest(_stream(seed, "harvest", month), plots, month, water)
        harvests = pl.concat([harvests, new])
        bought = pl.concat([bought, trade.purchases(_stream(seed, "purchases", month), new, month)])
        month = following(month)
    prices = trade.prices(known, world.month, seed)
    return {
        "plots": plots,
        "harvests": harvests,
        "purchases": bought,
        "prices": prices,
        "earlier_prices": prices.clear(),
        "loans": debts.loans(generator(seed, "agriculture", "loans"), plots, harvests, world.month),
    }


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """One month later; in May a new crop year begins, beside which the last one stays. Who died is in no register."""
    month = world.month
    alive = {name: before[name].join(world.persons.select("cid"), on="cid", how="semi", maintain_order="left")
             for name in ("plots", "harvests", "loans")}  # fmt: skip
    plots, harvests, bought = alive["plots"], alive["harvests"], before["purchases"]
    if month.month == definitions().crop_year_begins:
        plots = plots.with_columns(plot_updated_on=farms.updated(_stream(seed, "updates", month), month, plots.height))
        before_last = definitions().crop_year(period_of(month)) - 1
        harvests = harvests.filter(pl.col("crop_year") >= before_last)
        bought = bought.filter(pl.col("purchase_month") >= f"{before_last}-{month.month:02d}")
    new = seasons.harvest(_stream(seed, "harvest", month), plots, month, world.parts["water"])
    return {
        "plots": plots,
        "harvests": pl.concat([harvests, new]),
        "purchases": pl.concat([bought, trade.purchases(_stream(seed, "purchases", month), new, month)]),
        "prices": trade.prices(known, month, seed),
        "earlier_prices": before["prices"],
        "loans": debts.later(_stream(seed, "loans", month), alive["loans"], new, month),
    }


def _stream(seed: int, purpose: str, month: date) -> np.random.Generator:
    return generator(seed, "agriculture", purpose, period_of(month))
