"""A frequency attack on comparison keys with public marginals: names × birth year × amphoe, and no key at all.

Who steals a link file and its job's memory sees which keys are equal, and how often. Whoever also knows how often each
name, birth year and amphoe occurs ranks both and guesses. One field's key falls; a contract may not declare one. Of
keys of three fields hardly anything is learnt: nearly all occur once.
"""

from collections.abc import Sequence

import polars as pl
import pytest

from khlang import comparison
from khlang.contracts.second_route import ComparisonKey
from khlang.simulate import labelled
from khlang.simulate.labelled import Labelled

#: Of a column's rows, the share whose value an attacker may guess: a tenth of a percent.
ALLOWED = 0.001


@pytest.fixture(scope="module")
def people() -> Labelled:
    return labelled.make(people=10_000, records=10, seed=17)


def guessed(people: Labelled, parts: Sequence[str]) -> float:
    """The share of rows whose value is right where keys and values are matched by the rank of their frequency.

    The attacker knows the marginal of each part exactly and takes parts for independent, as who has only public tables
    must: the expected count of a value is the product of its parts' shares.
    """
    clear = comparison.parts(people.register).select(parts).drop_nulls()
    keys = comparison.columns(people.register, [ComparisonKey("k", tuple(parts))], key="ab" * 32, epoch="e01")
    seen = keys.drop_nulls().with_columns(clear.select(pl.concat_str(parts, separator="|").alias("value")))
    shares = {part: clear[part].value_counts(normalize=True, name="share") for part in parts}
    known = clear.unique()
    for part in parts:
        known = known.join(shares[part].rename({"share": f"{part}_share"}), on=part)
    expected = known.with_columns(
        pl.concat_str(parts, separator="|").alias("value"),
        pl.reduce(lambda one, two: one * two, [pl.col(f"{part}_share") for part in parts]).alias("expected"),
    )
    ranked = expected.sort("expected", "value", descending=True)["value"]
    of_keys = seen["k"].value_counts(name="n").sort("n", "k", descending=True)["k"]
    guess = pl.DataFrame({"k": of_keys, "guess": ranked.head(len(of_keys))})
    joined = seen.join(guess, on="k")
    return float((joined["value"] == joined["guess"]).mean() or 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", labelled.KEYS, ids="+".join)
def test_keys_of_three_fields_tell_next_to_nothing(people: Labelled, parts: tuple[str, ...]) -> None:
    assert guessed(people, parts) <= ALLOWED


def test_a_key_of_one_field_is_read_off_its_frequencies(people: Labelled) -> None:
    """The positive control: the same attack, on what no contract may declare; years of equal size are mixed up."""
    assert guessed(people, ["sex"]) == 1
    assert guessed(people, ["birth_year"]) > 100 * ALLOWED
