"""Who is married to whom: a woman and a man of one province and near in age; they live in one house from then on.

That couples are of two sexes and that all marry in their province is a simplification of ours, not the law.
"""

from datetime import date

import numpy as np
import polars as pl

from khlang.simulate.calibration import Assumptions
from khlang.simulate.world import MAN, WOMAN, ages, moved, numbered


def at_home(rng: np.random.Generator, persons: pl.DataFrame, rules: Assumptions, month: date) -> pl.DataFrame:
    """Couples of the first month: the eldest woman and man of most houses where they are near in age.

    Args:
        rng: Stream of this purpose.
        persons: The first month's.
        rules: ``families`` of the assumptions.
        month: First day of the first month.

    Returns:
        wife, husband, since (the day from which both lived there and were of age).
    """
    adults = persons.filter(ages(pl.col("birth"), month) >= rules["marry_from"]).sort("house", "birth", "cid")
    eldest = adults.unique(subset=["house", "sex"], keep="first", maintain_order=True)
    pairs = eldest.filter(pl.col("sex") == WOMAN).join(
        eldest.filter(pl.col("sex") == MAN), on="house", how="inner", maintain_order="left", suffix="_his"
    )
    apart = (pl.col("birth") - pl.col("birth_his")).dt.total_days().abs()
    drawn = pl.Series(rng.random(pairs.height) < rules["couples_at_home"], dtype=pl.Boolean)
    pairs = pairs.filter(drawn & (apart <= 365 * rules["years_apart"]))
    of_age = [pl.col(name).dt.offset_by(f"{rules['marry_from']}y") for name in ("birth", "birth_his")]
    since = pl.max_horizontal("moved_in_on", "moved_in_on_his", *of_age)
    return pairs.select(wife="cid", husband="cid_his", since=pl.min_horizontal(since, pl.lit(month)))


def married(
    rng: np.random.Generator, placed: pl.DataFrame, couples: pl.DataFrame, rules: Assumptions, month: date
) -> pl.DataFrame:
    """New couples of the month; nobody among them moved this month for another reason.

    Args:
        rng: Stream of this purpose.
        placed: Everybody alive, with age and province.
        couples: Those there are.
        rules: ``families`` of the assumptions; ``marriages`` is couples a person and month.
        month: Its first day.

    Returns:
        wife, husband, since, and moves (``wife`` or ``husband``: who moves in with the other).
    """
    taken = pl.concat([couples["wife"], couples["husband"]])
    single = placed.filter(
        pl.col("age").is_between(rules["marry_from"], rules["marry_to"]),
        pl.col("left_house").is_null(),
        ~pl.col("cid").is_in(taken.implode()),
    )
    single = single.with_columns(lot=pl.Series(rng.random(single.height)) * pl.col("age"))
    brides = single.filter(pl.col("sex") == WOMAN).sort("lot").head(round(rules["marriages"] * placed.height))
    wanted = brides.group_by("province_code").agg(wanted=pl.len().cast(pl.Int64))
    grooms = numbered(single.filter(pl.col("sex") == MAN)).join(wanted, on="province_code", maintain_order="left")
    grooms = grooms.filter(pl.col("place") < pl.col("wanted")).with_columns(lot="birth")
    pairs = numbered(brides.with_columns(lot="birth")).join(
        numbered(grooms).select("province_code", "place", husband="cid", his_birth="birth"),
        on=["province_code", "place"],
        how="inner",
        maintain_order="left",
    )
    near = (pl.col("birth") - pl.col("his_birth")).dt.total_days().abs() <= 365 * rules["years_apart"]
    pairs = pairs.filter(near).rename({"cid": "wife"}).sort("wife")
    day = pl.Series(np.datetime64(month) + rng.integers(0, 25, pairs.height)).cast(pl.Date)
    his = pl.Series(rng.random(pairs.height) < rules["husband_moves"], dtype=pl.Boolean)
    return pairs.select("wife", "husband", since=day).with_columns(
        moves=pl.when(his).then(pl.lit("husband")).otherwise(pl.lit("wife"))
    )


def together(persons: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The persons with one of each new couple moved to the other, unless they share a house already."""
    moves, stays = (
        pl.when(pl.col("moves") == "wife").then(one).otherwise(other).alias("cid")
        for one, other in (("wife", "husband"), ("husband", "wife"))
    )
    home = new.select(stays).join(persons.select("cid", "house"), on="cid", how="left", maintain_order="left")
    target = new.select(moves, goes_on="since").with_columns(goes_to=home["house"])
    return moved(persons, target)
