"""Who asks for the state welfare card, and what they declare."""

from datetime import date

import numpy as np
import polars as pl

from khlang.simulate.calibration import Assumptions, Calibration
from khlang.simulate.world import BAHT, World, money, placed_persons

POOR_MONTH = 100_000 / 12 * BAHT  # only the scale on which the wish to register falls; the definition is the domain's
YOUNGEST = 18
FIRST_ROUND = (date(2022, 9, 5) - date(1970, 1, 1)).days  # registration of 2565 opened on 5 September


def empty() -> pl.DataFrame:
    """Nobody has registered yet."""
    schema = {
        "cid": pl.Int64,
        "house_id": pl.String,
        "amphoe_code": pl.String,
        "registered_on": pl.Date,
        "declared": pl.Int64,
        "occupation": pl.String,
        "debt": pl.Int64,
        "land": pl.Int64,
    }
    return pl.DataFrame(schema=schema)


def _weights(placed: pl.DataFrame, rules: Assumptions) -> np.ndarray:
    """How readily each person registers: falls with income per head of the household, grows with outreach."""
    income = pl.col("wage") + pl.col("informal")
    per_head = placed.select(income.sum().over("house") / pl.len().over("house")).to_series().to_numpy()
    wish = np.exp(-per_head / POOR_MONTH / rules["income_scale"]) + 0.01
    tempted = placed["province_code"].replace_strict(rules["insured_weight_in"], default=rules["insured_weight"])
    insured = np.where(placed["insured"].to_numpy(), tempted.to_numpy(), 1.0)
    weights: np.ndarray = wish * insured * placed["outreach"].to_numpy()
    return weights


def register(rng: np.random.Generator, world: World, calibration: Calibration, count: int, until: date) -> pl.DataFrame:
    """Registrations of ``count`` adults who hold none yet, drawn by their weight without replacement.

    Args:
        rng: Stream of this purpose.
        world: State of the month; its registrations say who is out of question.
        calibration: Real figures and assumptions.
        count: New registrants.
        until: Last possible day; with no registrations so far the days spread back to the round of 2565.
    """
    placed = placed_persons(world.persons, world.houses, world.jobs, calibration, world.month).filter(
        pl.col("age") >= YOUNGEST
    )
    placed = placed.join(world.registrations, on="cid", how="anti", maintain_order="left")
    weights = _weights(placed, calibration.assumptions["registration"])
    key = np.log(weights) + rng.gumbel(size=placed.height)
    chosen = placed[np.sort(np.argsort(-key, kind="stable")[:count])]
    return declare(rng, chosen, calibration.occupations, first=world.registrations.is_empty(), until=until)


def declare(
    rng: np.random.Generator, chosen: pl.DataFrame, occupations: list[str], *, first: bool, until: date
) -> pl.DataFrame:
    """What these persons write on the form: under the limit whatever they earn, debts and land as they are."""
    people = chosen.height
    yearly = (chosen["wage"] + chosen["informal"]).to_numpy() * 12 / BAHT
    honest = rng.random(people) < 0.75
    told = np.where(honest, yearly * rng.uniform(0.85, 1.02, people), yearly * rng.uniform(0.1, 0.6, people))
    declared = money(np.clip(told, 0, rng.uniform(60_000, 100_000, people)), step=100)
    last = (until - date(1970, 1, 1)).days
    earliest = FIRST_ROUND if first else last - 25
    farm = chosen["land"].to_numpy() > 0
    occupation = np.where(farm & (rng.random(people) < 0.8), "6", rng.choice(np.array(occupations), size=people))
    return chosen.select(
        "cid",
        "house_id",
        "amphoe_code",
        pl.Series("registered_on", rng.integers(earliest, last + 1, people).astype(np.int32)).cast(pl.Date),
        pl.Series("declared", declared),
        pl.Series("occupation", occupation.astype(str)),
        "debt",
        "land",
    )
