"""A frequency attack on comparison keys with public marginals: names × birth year × amphoe, and no key at all.

Who steals a link file and its job's memory sees which keys are equal, and how often. Whoever also knows how often each
name, birth year and amphoe occurs ranks both and guesses. One field's key falls, and two fields' as well; a contract
may declare neither. Of keys of three fields hardly anything is learnt: nearly all occur once.
"""

from collections.abc import Sequence

import polars as pl
import pytest

from khlang import comparison
from khlang.contracts import second_route
from khlang.contracts.second_route import PARTS, ComparisonKey
from khlang.errors import ContractError
from khlang.simulate import labelled

#: Of a column's rows, the share whose value an attacker may guess: a tenth of a percent.
ALLOWED = 0.001
#: What no contract may declare → what the same attack guesses of it at least. Measured of these people: sex 1.00,
#: birth_year 0.66, given_sound 0.22, given 0.12, family_sound 0.12; two fields 0.027 and 0.008.
CONTROLS = {
    ("sex",): 1,
    ("birth_year",): 0.6,
    ("given_sound",): 0.2,
    ("given",): 0.1,
    ("family_sound",): 0.1,
    ("sex", "birth_year"): 0.02,
    ("sex", "amphoe"): 5 * ALLOWED,
}


@pytest.fixture(scope="module")
def stolen() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The fields of a register in one form, and every key that is attacked, row by row."""
    register = labelled.make(people=10_000, records=10, seed=17).register
    attacked = [ComparisonKey(_name(parts), parts) for parts in (*labelled.KEYS, *CONTROLS)]
    return comparison.parts(register), comparison.columns(register, attacked, key="ab" * 32, epoch="e01")


def _name(parts: Sequence[str]) -> str:
    return "+".join(parts)


def guessed(stolen: tuple[pl.DataFrame, pl.DataFrame], parts: Sequence[str]) -> float:
    """The share of rows whose value is right where keys and values are matched by the rank of their frequency.

    The attacker knows the marginal of each part exactly and takes parts for independent, as who has only public tables
    must: the expected count of a value is the product of its parts' shares.
    """
    value = pl.concat_str(parts, separator="|").alias("value")
    seen = stolen[0].select(value, *parts).with_columns(stolen[1][_name(parts)].alias("k")).drop_nulls()
    known = seen.select("value", *parts).unique("value")
    for part in parts:
        shares = seen[part].value_counts(normalize=True, name="share")
        known = known.join(shares.rename({"share": f"{part}_share"}), on=part)
    expected = pl.reduce(lambda one, two: one * two, [pl.col(f"{part}_share") for part in parts])
    ranked = known.with_columns(expected.alias("expected")).sort("expected", "value", descending=True)["value"]
    of_keys = seen["k"].value_counts(name="n").sort("n", "k", descending=True)["k"]
    guess = pl.DataFrame({"k": of_keys, "guess": ranked.head(len(of_keys))})
    joined = seen.join(guess, on="k")
    return float((joined["value"] == joined["guess"]).mean() or 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", labelled.KEYS, ids="+".join)
def test_keys_of_three_fields_tell_next_to_nothing(
    stolen: tuple[pl.DataFrame, pl.DataFrame], parts: tuple[str, ...]
) -> None:
    assert guessed(stolen, parts) <= ALLOWED


@pytest.mark.parametrize("parts", CONTROLS, ids="+".join)
def test_keys_of_fewer_fields_are_read_off_their_frequencies(
    stolen: tuple[pl.DataFrame, pl.DataFrame], parts: tuple[str, ...]
) -> None:
    """The positive control: the same attack succeeds, names included, on what the guard refuses in a contract."""
    assert guessed(stolen, parts) >= CONTROLS[parts]
    said = {"rows": "all", "fields": {PARTS[part]: ["x"] for part in parts},
            "keys": [{"name": "k", "parts": list(parts)}]}  # fmt: skip
    with pytest.raises(ContractError) as caught:
        second_route.read("contracts/a.yaml", said)
    assert caught.value.code == "CONTRACT-KEY-FIELDS"
