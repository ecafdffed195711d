"""Two sealed folders of the same rows: is every pseudonym of every row the same, byte for byte?

Only a demonstration can look: it holds the month's identity, which is the pool's, and the row maps, which are the
agency's, in one hand.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from khlang import manifest
from khlang.agency.home import Home
from khlang.contracts import Table

ROW = "row"


@dataclass(frozen=True)
class Compared:
    """``rows`` looked at on both sides; column → rows in which they differ; pseudonyms that are there."""

    rows: tuple[int, int]
    differing: dict[str, int]
    pseudonyms: dict[str, int]

    @property
    def same(self) -> bool:
        """Whether there is no difference, and something to differ."""
        return self.rows[0] == self.rows[1] > 0 and not any(self.differing.values()) and all(self.pseudonyms.values())


def opened(home: Home, folder: Path, table: Table, identity: str, files: list[tuple[str, int]]) -> pl.DataFrame:
    """Pseudonyms and reasons of a sealed folder in the order of the office's rows, under the number of the row.

    Args:
        home: The agency's folder.
        folder: The sealed folder.
        table: Its contract.
        identity: The month's secret.
        files: The office's files in order, each with its rows of data; its header is row 1.
    """
    import pyrage

    key = pyrage.x25519.Identity.from_str(identity)
    made = manifest.parse((folder / "manifest.json").read_bytes())
    rowmap = pl.read_parquet(home.rowmap(made["dataset"], made["period"], made["submission"]))
    first, before = {}, 0
    for name, rows in files:
        first[name] = before - 2
        before += rows
    row = pl.col("source_file").replace_strict(first, return_dtype=pl.Int64) + pl.col("source_row")
    places = rowmap.select("row_number", row.alias(ROW)).drop_nulls()
    columns = [name for column in table.identifiers for name in (column.name, f"{column.name}_reason")]
    frames = []
    for part in made["parts"]:
        data = pyrage.decrypt((folder / part["name"]).read_bytes(), [key])
        rows_of = pl.read_parquet(io.BytesIO(data), columns=[*columns, "row_number"])
        frames.append(rows_of.join(places, on="row_number").select(ROW, *columns))
    return pl.concat(frames).sort(ROW)


def compare(one: pl.DataFrame, other: pl.DataFrame, table: Table) -> Compared:
    """Hold two sides against each other, row by row."""
    same_length = one.height == other.height
    columns = [name for name in one.columns if same_length]
    differing = {name: int(one[name].ne_missing(other[name]).sum()) for name in columns}
    pseudonyms = {column.name: one[column.name].n_unique() - 1 for column in table.identifiers}
    return Compared((one.height, other.height), differing, pseudonyms)
