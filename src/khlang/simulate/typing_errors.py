"""Persons as an office typed them: the declared error model of ``data/typing_errors.yaml``, drawn from a seed.

Used by the labelled sets that measure the second route; nothing of linkage reads the model.
"""

import importlib.resources
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import yaml

from khlang.simulate import mess, naming
from khlang.simulate.world import WOMAN

Draw = Callable[[float], np.ndarray]
_TONES = "\u0e48\u0e49\u0e4a\u0e4b"
_SILENT = "\u0e4c"
_FORMS = ("slash", "short", "long", "short_thai_digits")


@cache
def model() -> Mapping[str, Any]:
    """The declared model."""
    text = importlib.resources.files("khlang.simulate").joinpath("data/typing_errors.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def typed(
    rng: np.random.Generator, persons: pl.DataFrame, *, amphoes: pl.Series, careful: bool = False
) -> pl.DataFrame:
    """What an office has of persons: ``given_name, family_name, birth_date, sex, amphoe`` as text, in their order.

    Args:
        rng: Of this office.
        persons: ``given_name, family_name, birth DATE, sex, amphoe_code``.
        amphoes: All amphoes' codes.
        careful: Whether it is the register.
    """
    said, rows = model(), persons.height
    factor = float(said["register"]) if careful else 1.0

    def hit(share: float) -> np.ndarray:
        return rng.random(rows) < share * factor

    given, family = _names(rng, persons, hit)
    births = [_birth(rng, day, kind) for day, kind in zip(persons["birth"], _kinds(rng, rows, factor), strict=True)]
    form = str(rng.choice(np.array(_FORMS)))
    sexes, places = said["sex"], said["amphoe"]
    wrong = np.where(hit(sexes["wrong"]), 3 - persons["sex"].to_numpy(), persons["sex"].to_numpy())
    elsewhere = amphoes.gather(rng.integers(len(amphoes), size=rows))
    amphoe = [str(there) if moved else str(here) for here, there, moved
              in zip(persons["amphoe_code"], elsewhere, hit(places["other"]), strict=True)]  # fmt: skip
    return pl.DataFrame(
        {
            "given_name": _blank(given, hit(said["names"]["missing"])),
            "family_name": _blank(family, hit(said["names"]["missing"])),
            "birth_date": [None if day is None else mess.day_text(day, form) for day in births],
            "sex": _blank([str(code) for code in wrong], hit(sexes["missing"])),
            "amphoe": _blank(amphoe, hit(places["missing"])),
        },
        schema=dict.fromkeys(("given_name", "family_name", "birth_date", "sex", "amphoe"), pl.String),
    )


def _names(rng: np.random.Generator, persons: pl.DataFrame, hit: Draw) -> tuple[list[str], list[str]]:
    said, rows, sex = model()["names"], persons.height, persons["sex"].to_numpy()
    given, family = persons["given_name"].to_list(), persons["family_name"].to_list()
    renamed, wed = naming.other(rng, rows, sex=sex), naming.other(rng, rows)
    leaves = np.where(sex == WOMAN, hit(said["other_family_woman"]), hit(said["other_family_man"]))
    given = _chosen(given, renamed, hit(said["other_given"]))
    family = _chosen(family, wed, leaves)
    given, family = (_slipped(rng, names, hit(said[kind])) for names, kind in ((given, "given"), (family, "family")))
    titled = [("นางสาว" if code == WOMAN else "นาย") + name for name, code in zip(given, sex, strict=True)]
    given = _chosen(given, titled, hit(said["titled"]))
    family = _chosen(family, [name.replace("ำ", "\u0e4d\u0e32") for name in family], hit(said["split_am"]))
    return _chosen(given, [f" {name}\u200b " for name in given], hit(said["spaced"])), family


def _slipped(rng: np.random.Generator, names: list[str], wrong: np.ndarray) -> list[str]:
    kinds = model()["letters"]
    weights = np.array(list(kinds.values()), dtype=float)
    drawn = rng.choice(np.array(list(kinds)), size=len(names), p=weights / weights.sum())
    return [slip(rng, name, str(kind)) if bad else name for name, kind, bad in zip(names, drawn, wrong, strict=True)]


def slip(rng: np.random.Generator, name: str, kind: str) -> str:
    """A name with one slip of a kind of the model; as it is where there is no place for that."""
    marks = {"tone": _TONES, "silent": _SILENT}.get(kind)
    spots = [at for at, letter in enumerate(name) if (letter in marks if marks else _alike(letter, kind))]
    if kind == "swapped":
        spots = spots[:-1]
    if not spots:
        return name
    at = int(rng.choice(np.array(spots)))
    before, letter, after = name[:at], name[at], name[at + 1 :]
    if kind == "silent":
        return before[:-1] + after
    if kind == "swapped":
        return before + after[:1] + letter + after[1:]
    if kind in {"tone", "dropped"}:
        return before + after
    return before + (letter * 2 if kind == "doubled" else str(rng.choice(np.array(_alike(letter, kind))))) + after


def _alike(letter: str, kind: str) -> list[str]:
    """What may stand in a letter's place; the letter itself for kinds that put nothing there."""
    if kind == "homophone":
        return [other for group in model()["homophones"] if letter in group for other in group if other != letter]
    if kind == "neighbour":
        rows = [(row, row.index(letter)) for row in model()["keyboard"] if letter in row]
        return [row[at] for row, place in rows for at in (place - 1, place + 1) if 0 <= at < len(row)]
    return [letter]


def _kinds(rng: np.random.Generator, rows: int, factor: float) -> list[str]:
    said = model()["birth_date"]
    shares = [share * factor for share in said.values()]
    return list(map(str, rng.choice(np.array([*said, "right"]), size=rows, p=[*shares, 1 - sum(shares)])))


def _birth(rng: np.random.Generator, day: date, kind: str) -> date | None:
    if kind == "missing":
        return None
    if kind == "first_of_january":
        return day.replace(month=1, day=1)
    if kind == "digit":
        month, number = (
            (int(rng.integers(1, 13)), day.day) if rng.random() < 0.5 else (day.month, int(rng.integers(1, 29)))
        )
        return date(day.year, month, min(number, 28))
    if kind == "year":
        return date(day.year + int(rng.choice(np.array([-10, -1, 1, 10]))), day.month, min(day.day, 28))
    if kind == "swapped" and day.day <= 12:
        return date(day.year, day.day, min(day.month, 28))
    return day


def _chosen(names: list[str], others: list[str], mask: np.ndarray) -> list[str]:
    return [other if taken else name for name, other, taken in zip(names, others, mask, strict=True)]


def _blank(values: list[str], mask: np.ndarray) -> list[str | None]:
    return [None if gone else value for value, gone in zip(values, mask, strict=True)]
