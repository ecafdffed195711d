"""One agency's monthly extract: which rows of the world it sends, what a faultless reading keeps, whose handwriting.

A row as sent holds the value that a faultless reading of the file gives (money in satang, land in rai/100), the true
``cid`` (Int64) of whoever it is about, and ``fault``: what is wrong with the citizen ID as written (null: nothing).
Rows may be there twice, or twice with different values, or late; nothing else about them is wrong. Rows about nobody
(a gauge's reading, a price) have no ``cid``, and their ``fault`` is null.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from khlang.simulate import called
from khlang.simulate.calibration import Assumptions
from khlang.simulate.called import Called
from khlang.simulate.files import XLSX_ROWS, write_text, write_workbook
from khlang.simulate.identifiers import generator
from khlang.simulate.mess import blank_some, faults, send_some_twice
from khlang.simulate.months import period_of
from khlang.simulate.world import World

Sent = dict[str, pl.DataFrame]
PERSON = "cid"


@dataclass(frozen=True)
class Month:
    """One month and the one before it, with the mess of the assumptions.

    Attributes:
        world: State of the month.
        earlier_jobs: Jobs of the month before; its late ones are sent now.
        mess: ``mess`` of the assumptions.
        seed: Same seed, same rows.
    """

    world: World
    earlier_jobs: pl.DataFrame
    mess: Assumptions
    seed: int

    @property
    def period(self) -> str:
        """``YYYY-MM``."""
        return period_of(self.world.month)

    def stream(self, purpose: str, dataset: str) -> np.random.Generator:
        """A random stream of this purpose, dataset and month."""
        return generator(self.seed, purpose, dataset, self.period)


@dataclass(frozen=True)
class Hand:
    """How an office writes an extract down.

    Attributes:
        headers: Logical column → the header in the file; the contract's aliases must cover each (a test holds it).
        write: Rows as sent → the file's cells under those headers, and columns that nobody asked for.
        encoding: A codec of Python.
        separator: Between two cells.
        suffix: Of the text file.
        title: Lines above the header of the workbook that an extract below ``files.XLSX_ROWS`` goes into;
            ``{period}`` stands for the month. Empty: always text.
    """

    headers: Mapping[str, str]
    write: Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]
    encoding: str = "utf-8"
    separator: str = ","
    suffix: str = "csv"
    title: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extract:
    """What one agency sends of one dataset each month.

    Attributes:
        dataset: As its contract is named.
        agency: Who sends it.
        rows: The month's rows, before anything is wrong with them.
        hand: How they are written down.
        grain: Columns of which a kept row is the only one; with ``cid`` among them a row without a sound one is out.
        latest_by: Of several rows of one grain the one with the latest of this counts.
        may_be_blank: Columns that the office sometimes leaves empty; no mart judges by them.
        most: Rows that one person stands on at most; the contract's GATE-HEAVY allows as many.
        called: The names and birth dates that stand in the file where the simulation was asked for them.
    """

    dataset: str
    agency: str
    rows: Callable[[Month, np.random.Generator], pl.DataFrame]
    hand: Hand
    grain: tuple[str, ...]
    latest_by: str
    may_be_blank: tuple[str, ...] = ()
    most: int = 3
    called: Called | None = None

    def sent(self, month: Month) -> pl.DataFrame:
        """Rows in the order sent, with ``fault``; see the module's docstring for what a row holds."""
        rng = month.stream("sent", self.dataset)
        rows = self.rows(month, rng)
        rows = blank_some(rng, rows, self.may_be_blank, month.mess["nulls"])
        if PERSON not in rows.columns:
            return send_some_twice(rng, rows.with_columns(fault=pl.lit(None, pl.String)), month.mess["duplicates"])
        rows = rows.with_columns(faults(rng, rows.height, month.mess["bad_cid"]))
        return send_some_twice(rng, rows, month.mess["duplicates"], person=PERSON, most=self.most)

    def kept(self, sent: pl.DataFrame) -> pl.DataFrame:
        """Rows that curation keeps of those sent.

        1. A row whose citizen ID has a ``fault`` is not linked. Where the citizen ID is part of the grain the row is
           out; elsewhere it stays with a null ``cid``.
        2. Of the rows left with one grain the one with the latest ``latest_by`` counts. Exact copies are equal, and
           a correction or a second registration is dated strictly later, so there is never a choice.
        """
        rows = sent.with_columns(cid=pl.when(pl.col("fault").is_null()).then("cid")) if PERSON in sent.columns else sent
        if PERSON in self.grain:
            rows = rows.filter(pl.col("cid").is_not_null())
        return rows.sort(self.latest_by, descending=True).unique(
            subset=list(self.grain), keep="first", maintain_order=True
        )

    def write(self, month: Month, sent: pl.DataFrame, folder: Path) -> Path:
        """Write the file as the agency would, under ``<folder>/<agency>/extracts/<dataset>/<period>/``."""
        written = self.hand.write(sent, month.stream("handwriting", self.dataset)).rename(dict(self.hand.headers))
        if self.called and called.PART in month.world.parts:
            rng = month.stream("typed", self.dataset)
            written = written.with_columns(self.called.columns(month.world, sent, rng, encoding=self.hand.encoding))
        place = folder / self.agency / "extracts" / self.dataset / month.period
        name = f"{self.dataset}_{month.period.replace('-', '_')}"
        for old in place.glob(f"{name}.*"):  # a smaller population may have left a workbook where now goes text
            old.unlink()
        if self._in_workbook(written.height):
            title = [line.format(period=month.period) for line in self.hand.title]
            return write_workbook(written, place / f"{name}.xlsx", title=title)
        return write_text(
            written, place / f"{name}.{self.hand.suffix}", encoding=self.hand.encoding, separator=self.hand.separator
        )

    def whose(self, sent: pl.DataFrame) -> pl.DataFrame:
        """The truth of links: each row as sent by its line in the file (from 1), with ``cid`` and ``fault``."""
        first = len(self.hand.title) + 3 if self._in_workbook(sent.height) else 2  # after titles, an empty row, headers
        return sent.select(pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias("line"), "cid", "fault")

    def _in_workbook(self, rows: int) -> bool:
        return bool(self.hand.title) and rows < XLSX_ROWS
