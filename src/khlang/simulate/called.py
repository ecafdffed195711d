"""Who is called what, month by month, and what an office that has names typed of them: the second route's columns.

Made only where it is asked for: names are one more part of the world, drawn from streams of their own, so that every
other column of every extract is what it is without them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from khlang.simulate import naming, typing_errors
from khlang.simulate.identifiers import generator
from khlang.simulate.months import period_of
from khlang.simulate.world import Part, World

#: The part of the world that holds them; no domain is called so.
PART = "names"
_KEPT = ("cid", "given_name", "family_name", "birth", "sex")


@dataclass(frozen=True)
class Called:
    """What an office writes of persons beside its contract's columns, with the declared error model.

    Attributes:
        headers: ``given_name``, ``family_name``, ``birth_date`` or ``sex`` → header in the file. A column of that
            header which is there already is replaced.
        careful: Whether it is the register.
    """

    headers: Mapping[str, str]
    careful: bool = False

    def columns(self, world: World, sent: pl.DataFrame, rng: np.random.Generator, *, encoding: str) -> pl.DataFrame:
        """These columns for rows as sent, in their order; letters that the file's encoding lacks are lost.

        Args:
            world: Of the month, with the part of names.
            sent: With ``cid`` and ``amphoe_code``.
            rng: Of this office, dataset and month: a month's file is typed anew.
            encoding: A codec of Python.
        """
        persons = sent.select("cid", "amphoe_code").join(world.parts[PART][PART], "cid", "left", maintain_order="left")
        amphoes = world.houses["amphoe_code"].unique().sort()
        typed = typing_errors.typed(rng, persons, amphoes=amphoes, careful=self.careful)
        return pl.DataFrame({header: _held(typed[name], encoding) for name, header in self.headers.items()})


def _held(texts: pl.Series, encoding: str) -> pl.Series:
    kept = [None if text is None else text.encode(encoding, "ignore").decode(encoding) for text in texts]
    return pl.Series(kept, dtype=pl.String)


def found(world: World, seed: int) -> Part:
    """Names of everybody of the first month; those of one house mostly share one."""
    return {PART: naming.named(world.persons, seed=seed).select(_KEPT)}


def advance(before: Part, world: World, seed: int) -> Part:
    """The same a month later: the dead keep theirs, for registers of others still hold them; the newborn get one.

    A newborn's family name is that of somebody of the house.
    """
    names = before[PART]
    new = world.persons.join(names, on="cid", how="anti", maintain_order="left")
    if new.is_empty():
        return before
    old = names.join(world.persons.select("cid", "house"), on="cid", maintain_order="left")
    at_home = old.unique("house", keep="first", maintain_order=True)
    rng = generator(seed, "names", period_of(world.month))
    given = pl.Series("given_name", naming.other(rng, new.height, sex=new["sex"].to_numpy()))
    alone = pl.Series("alone", naming.other(rng, new.height))
    joined = new.join(at_home.select("house", "family_name"), on="house", how="left", maintain_order="left")
    added = joined.with_columns(given, family_name=pl.col("family_name").fill_null(alone))
    return {PART: pl.concat([names, added.select(_KEPT)])}
