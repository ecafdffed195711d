"""A labelled set for the second route: a register, and records of people whose citizen ID cannot be used.

Which record is whom is known here and nowhere in what is sealed.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from khlang.simulate import calibration, naming, population, typing_errors
from khlang.simulate.identifiers import generator
from khlang.simulate.world import ages

START = date(2026, 1, 1)
#: The parts of each comparison key that such a set is linked by: what is attacked is what is measured. Each bears
#: another error: the last four a wrong family or given name together with a wrong year, or day and month
#: (docs/decisions/220-second-route-measured.md says on what they were chosen).
KEYS = (
    ("given", "family", "birth_date", "sex"),
    ("given_sound", "family_sound", "birth_date", "sex"),
    ("given_sound", "birth_date", "sex", "amphoe"),
    ("family_sound", "birth_date", "sex", "amphoe"),
    ("given_sound", "family_sound", "birth_year", "sex"),
    ("given_sound", "family_sound", "birth_day", "sex"),
    ("given_sound", "family_sound", "amphoe"),
    ("given_sound", "birth_date", "sex"),
    ("family_sound", "birth_date", "sex"),
    ("given_sound", "birth_year", "sex", "amphoe"),
    ("given_sound", "birth_day", "sex", "amphoe"),
    ("family_sound", "birth_year", "sex", "amphoe"),
    ("family_sound", "birth_day", "sex", "amphoe"),
)


@dataclass(frozen=True)
class Labelled:
    """``register`` and ``records``: the five fields as text and ``person``; ``groups``: what is known of each person.

    ``person`` is the row of the simulated population; some records are of people that the register lacks.
    """

    register: pl.DataFrame
    records: pl.DataFrame
    groups: pl.DataFrame


def make(*, people: int, records: int, seed: int, absent: float = 0.05) -> Labelled:
    """Draw a set.

    Args:
        people: Persons of the simulated country; the register lacks some.
        records: Records without a usable citizen ID.
        seed: Same seed, same set.
        absent: Share of people whom the register does not have.
    """
    rules = calibration.load()
    world = population.found(rules, people=people, months=1, seed=seed, start=START)
    whole = naming.named(world.residents(), seed=seed).with_row_index("person")
    rng = generator(seed, "second route")
    known = whole.filter(pl.Series(rng.random(whole.height) >= absent))
    some = whole[rng.permutation(whole.height)[:records]]
    amphoes = rules.amphoe["amphoe_code"]
    register = typing_errors.typed(rng, known, amphoes=amphoes, careful=True)
    typed = typing_errors.typed(rng, some, amphoes=amphoes)
    band = (ages(pl.col("birth"), START) // 20 * 20).clip(0, 80).cast(pl.String) + "+"
    groups = whole.select("person", "sex", "province_code", band.alias("age_band"))
    return Labelled(register.with_columns(known["person"]), typed.with_columns(some["person"]), groups)
