"""A person's whole way back without a server: an office that sealed, a pool of two tables, an authority, keepers."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import write_deltalake
from tests import agency_kit, policykit
from tests.agency_kit import Kit

from khlang import contracts, lake, private, pseudonym, settings
from khlang.agency import home as home_
from khlang.agency.submission import Submission
from khlang.curation import objects
from khlang.keys import bundle, reidentify, shares
from khlang.keys.shares import Share
from khlang.landing import statement
from khlang.policy import book
from khlang.projects import reidentify as asking
from khlang.projects import steps
from khlang.projects.reidentify import Pool
from khlang.serve.project import Project
from khlang.settings import Settings

CONTRACTS = contracts.load(agency_kit.CONTRACTS)
DATASET, PERIOD = "welfare_registrants", "2026-01"
KEEPERS = ("first", "second", "third")
ACTIVE = dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC)
ROWS = 30


@dataclass(frozen=True)
class World:
    """``persons``: of each row of the office's file its CID, the project's pid, and the row's number there."""

    kit: Kit
    settings: Settings
    sealed: Submission
    pool: Pool
    shares: tuple[Share, ...]
    persons: list[dict[str, Any]]

    def ask(self, person: int | None = None, at: dt.datetime = ACTIVE, **changes: Any) -> bytes:
        """The pool's question about one person, the fourth row's where none is named."""
        told = {"dataset": DATASET, "legal_basis": "PDPA section 24(2)", "by": "analyst-a", "why": "a child at risk"}
        who = self.persons[3]["pid"] if person is None else person
        with steps.at(at):
            return asking.ask(self.settings, "poverty", who, **{**told, **changes}, where=self.pool)

    def request(self, question: bytes, at: dt.datetime = ACTIVE, enrolment: dict[str, Any] | None = None) -> bytes:
        """What the authority makes of it for the keepers."""
        public = (self.settings.registry / "receipt.pub").read_text(encoding="ascii").strip()
        told = enrolment or self.kit.home.enrolment()
        return reidentify.ask(self.kit.authority, question, pool=public, enrolment=told, at=at)

    def agreed(self, request: bytes, keepers: Sequence[int] = (0, 1)) -> list[bytes]:
        """Some keepers' yes."""
        return [reidentify.share(request, self.shares[one], why="lawful") for one in keepers]

    def answer(self, request: bytes, agreed: Sequence[bytes], at: dt.datetime = ACTIVE) -> bytes:
        """What goes to the agency."""
        told = json.loads(request)["request"]
        return reidentify.answer(self.kit.authority, told, agreed, by="operator", at=at)


def world(root: Path) -> World:
    """Everything up to the question: nothing is asked yet. ``root`` is the installation's ``var``."""
    here = settings.load({"KHLANG_ROOT": str(agency_kit.CONTRACTS.parent), "KHLANG_VAR": str(root)})
    kit = agency_kit.make(root / "outside")
    given = shares.split(kit.authority.folder, keepers=KEEPERS, need=2, verify_key=kit.authority.public_key())
    bundle.publish(kit.authority, here.registry, CONTRACTS)
    home_.start(kit.home.path, bundle=kit.bundle_text(), sealing_key=kit.authority.source_secret().hex())
    statement.ensure_key(here)
    rows = agency_kit.registrants(ROWS)
    sealed = agency_kit.seal(kit, agency_kit.write_csv(root / "outside" / "registrants.csv", rows))
    for name in ("pool", "project-poverty"):
        private.write(here.secrets / f"{name}.key", ("1" if name == "pool" else "2") * 64)
    for one in policykit.events():
        book.add(here, "poverty", lambda _, one=one: one)  # type: ignore[misc]
    persons = _tables(kit, here, root, sealed)
    stands = {(DATASET, PERIOD): sealed.manifest["submission"]}
    pool = Pool(objects.folder(root / "lake"), lambda: stands)
    known = {row["pid"]: number for number, row in enumerate(rows, start=2)}  # row 1 is the header
    told = [{**one, "row": known[one["cid"]]} for one in persons]
    return World(kit, here, sealed, pool, tuple(given), sorted(told, key=lambda one: int(one["row"])))


def _tables(kit: Kit, here: Settings, root: Path, sealed: Submission) -> list[dict[str, Any]]:
    """A spine and a curated table of what was sealed; gives CID and project pid of each row."""
    key = pseudonym.derive_key(bytes.fromhex("1" * 64), "pool", "e01")
    rows = kit.opened(sealed.folder).select("row_number", pl.col("pid").alias("s"))
    pooled = pseudonym.pool_column(rows["s"], key=key, epoch="e01")
    whole = rows.with_columns(pooled.alias("p"), pseudonym.pid_column(pooled).alias("pid"))
    spine = whole.select(pl.lit("th-cid").alias("type"), "p", "pid", pl.lit(PERIOD).alias("first_period"))
    curated = whole.select("pid", "row_number", pl.lit(PERIOD).alias("period"))
    place = objects.folder(root / "lake")
    for layer, name, frame in (("spine", "spine", spine), ("curated", DATASET, curated)):
        write_deltalake(place.at(lake.table(layer, name, 1)), frame.to_arrow())  # type: ignore[arg-type]
    own = Project.of(here, "poverty")
    mine = pseudonym.pid_column(pseudonym.project_column(whole["p"], key=own.derived(), project="poverty"))
    cids = [one["pid"] for one in agency_kit.registrants(ROWS)]
    sealing = kit.authority.source_key()
    sources = {pseudonym.source_pseudonym(str(c), key=sealing, epoch="e01", type="th-cid"): c for c in cids}
    both = zip(whole["s"], mine, strict=True)
    return [{"cid": sources[s], "pid": pid} for s, pid in both if s in sources]
