"""Whose child each newborn is.

Births of the last months are known when the world is founded, and every later one. A small child lives where its
mother lives: it is born into her house and moves with her.
"""

from datetime import date

import numpy as np
import polars as pl

from khlang.simulate.calibration import Assumptions
from khlang.simulate.world import WOMAN, ages, moved, numbered

BIRTHS = {"child": pl.Int64, "mother": pl.Int64, "born_on": pl.Date, "mother_age": pl.Int64, "birth_order": pl.Int64,
          "amphoe_code": pl.String}  # fmt: skip
CHILD, TEEN, GROWN = 0, 1, 2  # bands of a mother's age: below 15, 15 to 19, 20 and older


def age_on(birth: str, day: str) -> pl.Expr:
    """Completed years of who was born on one column's date on the other column's date."""
    born, on = pl.col(birth), pl.col(day)
    early = (born.dt.month() > on.dt.month()) | ((born.dt.month() == on.dt.month()) & (born.dt.day() > on.dt.day()))
    return (on.dt.year() - born.dt.year() - early.cast(pl.Int32)).cast(pl.Int64)


def found(
    rng: np.random.Generator, placed: pl.DataFrame, couples: pl.DataFrame, rules: Assumptions, month: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The mothers of the small children of the first month, each of the child's province.

    Args:
        rng: Stream of this purpose.
        placed: The first month's persons with their amphoe and province.
        couples: Those of the first month.
        rules: ``families`` of the assumptions.
        month: First day of the first month.

    Returns:
        The persons, each small child in its mother's house, and the births. A child for whom the province has no
        mother stays where it is, and its birth is not known.
    """
    back = rules["known_months"]
    since, middle = (pl.select(pl.lit(month).dt.offset_by(f"-{months}mo")).item() for months in (back, back // 2))
    women = placed.with_columns(age=ages(pl.col("birth"), middle)).pipe(_able, rules, none()["mother"])
    ranked = numbered(women.with_columns(lot=-_wish(rng, women, placed, couples, rules)))
    children = placed.filter(pl.col("birth") >= since).select("cid", "birth", "province_code")
    children = numbered(children.with_columns(lot=pl.Series(rng.random(children.height))))
    pairs = children.join(
        ranked.select("province_code", "place", "house", "amphoe_code", mother="cid", mother_birth="birth"),
        on=["province_code", "place"],
        how="inner",
        maintain_order="left",
    ).rename({"cid": "child", "birth": "born_on"})
    births = _told(rng, pairs, none()).sort("child")
    home = placed.join(pairs.select(cid="child", hers="house"), on="cid", how="left", maintain_order="left")
    home = home.with_columns(
        house=pl.coalesce("hers", "house"),
        moved_in_on=pl.when(pl.col("hers").is_null()).then("moved_in_on").otherwise("birth"),
    )
    return home.drop("hers", "house_id", "amphoe_code", "province_code"), births


def none() -> pl.DataFrame:
    """No birth yet."""
    return pl.DataFrame(schema=BIRTHS)


def mothers(
    rng: np.random.Generator,
    placed: pl.DataFrame,
    lately: pl.DataFrame,
    couples: pl.DataFrame,
    rules: Assumptions,
    *,
    count: int,
) -> pl.DataFrame:
    """Who gives birth this month: women of the whole country who have no child too young for that.

    Args:
        rng: Stream of this purpose.
        placed: Everybody alive, with age, amphoe and province.
        lately: Births of the last ``spacing_months``; their mothers are out of question.
        couples: A married woman has children more readily.
        rules: ``families`` of the assumptions.
        count: Births of the month; fewer where fewer women can.

    Returns:
        Rows of ``placed``, in its order.
    """
    women = _able(placed, rules, lately["mother"])
    wish = _wish(rng, women, placed, couples, rules).to_numpy()
    return women[np.sort(np.argsort(-wish, kind="stable")[:count])]


def born(rng: np.random.Generator, children: pl.DataFrame, chosen: pl.DataFrame, births: pl.DataFrame) -> pl.DataFrame:
    """The births of these children, each of the woman of the same row, after those known before."""
    pairs = children.select(child="cid", born_on="birth").with_columns(
        chosen.select("amphoe_code", mother="cid", mother_birth="birth")
    )
    return pl.concat([births, _told(rng, pairs, births)])


def follow(persons: pl.DataFrame, births: pl.DataFrame) -> pl.DataFrame:
    """The persons with each small child in its mother's house: it moves with her, and never without her."""
    small = births.select("child", cid="mother").join(persons, on="cid", how="inner", maintain_order="left")
    target = small.select(cid="child", goes_to="house", goes_on="moved_in_on")
    is_small = pl.col("cid").is_in(small["child"].implode()) & pl.col("left_house").is_not_null()
    stayed = persons.with_columns(
        house=pl.when(is_small).then("left_house").otherwise("house"),
        moved_in_on=pl.when(is_small).then("left_moved_in_on").otherwise("moved_in_on"),
        left_house=pl.when(~is_small).then("left_house"),
        left_moved_in_on=pl.when(~is_small).then("left_moved_in_on"),
    )
    return moved(stayed, target)


def _able(placed: pl.DataFrame, rules: Assumptions, not_these: pl.Series) -> pl.DataFrame:
    """Women of an age to have a child, without those named, and the band of their age."""
    women = placed.filter(pl.col("sex") == WOMAN, pl.col("age").is_between(rules["youngest"], rules["oldest"]))
    women = women.filter(~pl.col("cid").is_in(not_these.implode()))
    band = pl.when(pl.col("age") < 15).then(CHILD).when(pl.col("age") < 20).then(TEEN).otherwise(GROWN)
    return women.with_columns(band=band)


def _wish(
    rng: np.random.Generator, women: pl.DataFrame, everybody: pl.DataFrame, couples: pl.DataFrame, rules: Assumptions
) -> pl.Series:
    """A lot for each woman, the higher the sooner: births follow the people of a province, and its share of teens."""
    age, wife = pl.col("age"), pl.col("cid").is_in(couples["wife"].implode())
    teen = pl.col("province_code").replace_strict(rules["teen_in"], default=rules["teen"], return_dtype=pl.Float64)
    share = (
        pl.when(pl.col("band") == CHILD).then(rules["child"]).when(pl.col("band") == TEEN).then(teen)
        .otherwise(1 - teen - rules["child"])
    )  # fmt: skip
    grown = (rules["oldest"] + 1 - age) * pl.when(wife).then(1.0).otherwise(rules["unmarried_weight"])
    leaning = pl.when(pl.col("band") == CHILD).then(1.0).when(pl.col("band") == TEEN).then(age - 13).otherwise(grown)
    people = everybody.group_by("province_code").agg(people=pl.len())
    weight = (
        women.join(people, on="province_code", how="left", maintain_order="left")
        .with_columns(leaning=leaning.cast(pl.Float64))
        .select(share * pl.col("people") * pl.col("leaning") / pl.col("leaning").sum().over("province_code", "band"))
        .to_series()
    )
    return pl.Series(np.log(weight.to_numpy()) + rng.gumbel(size=women.height))


def _told(rng: np.random.Generator, pairs: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Pairs (child, born_on, mother, mother_birth, amphoe_code) as births: the mother's age and the order of birth."""
    aged = pairs.with_columns(mother_age=age_on("mother_birth", "born_on"))
    earlier = rng.binomial(3, np.clip((aged["mother_age"].to_numpy() - 17) / 45, 0.0, 1.0))
    known = before.group_by("mother").agg(known=pl.col("birth_order").max())
    return (
        aged.join(known, on="mother", how="left", maintain_order="left")
        .with_columns(birth_order=pl.coalesce(pl.col("known"), pl.Series(earlier.astype(np.int64))) + 1)
        .select(list(BIRTHS))
    )
