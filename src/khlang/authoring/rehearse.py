"""A sample through seal → open → curate → gate on this machine: the real code of each hop, keys that are thrown away.

Nothing of it leaves the scratch folder, which is removed at the end: no server is asked, no key of the installation
is read.
"""

import dataclasses
import json
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang import lake as lake_
from khlang import private
from khlang.agency import home as home_
from khlang.agency import submission
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions
from khlang.authoring.texts import Texts
from khlang.contracts import Contracts, Rule, Table, load, rules
from khlang.curation import objects, service
from khlang.curation.run import Decision, Work
from khlang.keys import authority as authority_
from khlang.keys import bundle, canaries
from khlang.landing import opening
from khlang.landing.registry import Epoch
from khlang.settings import Settings

if TYPE_CHECKING:
    import polars as pl
    from pyspark.sql import SparkSession

Tell = Callable[[str], None]
#: Questions that need another month or another person to answer; a rehearsal has neither.
ANSWERED = frozenset({"SAME-AS-LAST-MONTH"})


@dataclass(frozen=True)
class Rehearsal:
    """What became of a sample: rows sealed, why identifiers had no pseudonym, and the gate's decision."""

    table: Table
    rows: int
    reasons: dict[str, dict[str, int]]
    decision: dict[str, Any]

    @property
    def promoted(self) -> bool:
        """Whether the gate let it through."""
        return bool(self.decision["verdict"] == "promoted")

    def judged(self) -> list[tuple[Rule, str, Any]]:
        """Every rule, what became of it, and what was measured."""
        failed = {failure["rule_id"]: failure for failure in self.decision["failures"]}
        found = self.decision["metrics"]
        return [
            (rule, failed[rule.id]["severity"] if rule.id in failed else "ok", found.get(rule.metric))
            for rule in rules(self.table)
        ]


@dataclass
class _Book:
    """A ledger of one submission, as long as the rehearsal."""

    work: Work
    decisions: list[Decision] = field(default_factory=list)

    def pending(self, dataset: str, revision: int) -> list[Work]:
        del dataset, revision
        return [] if self.decisions else [self.work]

    def promoted(self, dataset: str, period: str) -> int:
        del dataset, period
        return 0

    def usual(self, dataset: str, period: str) -> int:
        del dataset, period
        return 0

    def decide(self, decision: Decision) -> None:
        self.decisions.append(decision)


def rehearse(
    texts: Texts, name: str, sample: Path, *, period: str, options: ReadOptions, settings: Settings,
    spark: "Callable[[], SparkSession]", tell: Tell,
) -> Rehearsal:  # fmt: skip
    """Take a sample through the hops.

    Args:
        texts: The contracts, a draft over them included.
        name: The dataset.
        sample: An extract as the office saves it.
        period: ``YYYY-MM``.
        options: Sheet, encoding, delimiter; findings that are accepted.
        settings: Where Spark's jars and configuration lie.
        spark: Opens a session, when sealing has gone well.
        tell: Told each step.

    Raises:
        KhlangError: A hop refuses the file or its rows, as it would at the agency or the pool.
    """
    with _scratch(texts, settings) as mine:
        tables = load(mine.contracts)
        table = tables.require("curated", name)
        tell("ปิดผนึก / sealing")
        made, rows = _through_the_office(mine, tables, table, sample, period=period, options=options)
        tell(f"เปิดผนึกแล้ว {rows.height:,} แถว / opened; จัดระเบียบและตรวจ / curating and gating")
        place = objects.folder(mine.var / "lake")
        sub = lake_.Submission(table.agency, table.name, made.manifest["period"], made.manifest["submission"])
        accepted = Path(place.at(sub.accepted))
        accepted.mkdir(parents=True)
        rows.write_parquet(accepted / "part-0001.parquet")
        private.write(mine.secrets / "pool.key", secrets.token_hex(32))
        book = _Book(Work(sub, 1, rows.height))
        (decision,) = service.curate(name, mine, spark(), ledger=book, lake=place)
    return Rehearsal(table, made.manifest["rows"], made.manifest["pid_reasons"], decision)


@contextmanager
def _scratch(texts: Texts, settings: Settings) -> Iterator[Settings]:
    """An installation of its own whose contracts are those that are tried."""
    with tempfile.TemporaryDirectory(prefix="khlang-test-") as name:
        root = Path(name)
        texts.write(root)
        (root / "infra").symlink_to(settings.root / "infra")
        mine = dataclasses.replace(settings, root=root, var=root / "var")
        private.folder(mine.secrets)
        yield mine


def _through_the_office(
    settings: Settings, tables: Contracts, table: Table, sample: Path, *, period: str, options: ReadOptions
) -> "tuple[submission.Submission, pl.DataFrame]":
    """Seal as the agency does and open as land does, canaries met."""
    import pyrage

    authority = authority_.start(settings.authority, simulation=True)
    identity = pyrage.x25519.Identity.generate()
    agency = table.agency
    told = bundle.make(
        authority, agency=agency, contracts=tables, recipients={period: str(identity.to_public())},
        gateway_url="https://127.0.0.1:9", gateway_ca="",
    )  # fmt: skip
    office = settings.agency(agency)
    home_.start(office, bundle=json.dumps(told), sealing_key=authority.source_secret().hex())
    chosen = dataclasses.replace(options, accept=options.accept | ANSWERED)
    made = submission.seal(Home(office), sample, dataset=table.name, period=period, options=chosen)
    mine = tables.by_agency(agency)
    expected = canaries.expected(authority, canaries.of(authority, agency, mine), mine).get(table.name, {})
    content = opening.Content(table, Epoch("e01", authority.profile()), opening.Canaries(expected))
    opened = [
        content.take_out(part, pyrage.decrypt((made.folder / part["name"]).read_bytes(), [identity]))
        for part in made.manifest["parts"]
    ]
    content.check(made.manifest)
    import polars as pl

    return made, pl.concat(opened)
