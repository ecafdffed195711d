"""Curates all that is pending of one dataset, oldest first, one submission at a time, each whole or not at all."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from khlang import gates, lake
from khlang.contracts import Contracts, Table, trends
from khlang.curation import metrics as gate_metrics
from khlang.curation import promote, references, rotation, staging
from khlang.curation.lease import Lease, hold
from khlang.curation.objects import Lake
from khlang.curation.rekey import Pool
from khlang.gates import Verdict, expectations

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: Raise when the same accepted copy would now give other rows.
CODE_REVISION = 1


@dataclass(frozen=True)
class Work:
    """One accepted submission to curate, as the ledger has it."""

    submission: lake.Submission
    sequence: int
    rows: int
    usual: int = 0  # rows of its earlier months, the median; 0 for the first
    withdrawn: bool = False  # nothing counts for its period any more


@dataclass
class Decision:
    """What became of one submission; the receipt's content."""

    agency: str
    dataset: str
    period: str
    submission: str
    sequence: int
    revision: int
    txn_version: int
    verdict: str = ""
    rows_in: int = 0
    rows_curated: int = 0
    rows_quarantined: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)
    link: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Work, revision: int) -> "Decision":
        """The decision of one submission before anything is known of it."""
        sub = work.submission
        version = work.sequence * 10_000 + revision
        return cls(sub.agency, sub.dataset, sub.period, sub.id, work.sequence, revision, version)

    def as_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def revision(table: Table) -> int:
    """Grows with a change of this code or of the contract's version; below 10,000.

    With a new major version all that was accepted is curated again, into the new version's table.
    """
    major, minor, patch = (int(part) for part in table.version_text.split("."))
    return (major - 1) * 1000 + CODE_REVISION * 100 + minor * 10 + patch


@dataclass
class Curator:
    """Everything that stays the same from one submission to the next: connections are paid for once."""

    spark: "SparkSession"
    place: Lake
    pool: Pool
    tables: Contracts
    report: Callable[[Table, Decision, Verdict], object] = lambda table, decision, verdict: None  # noqa: ARG005

    def one(self, work: Work, table: Table) -> Decision:
        """Curate one submission.

        Raises:
            ContractError: The accepted copy's columns are not the contract's, or the suite cannot be judged whole.
            LeaseLostError: Another writer took over.
        """
        sub, decision = work.submission, Decision.of(work, revision(table))
        with hold(self.place.objects, f"curated.{table.versioned}") as lease:
            rotation.require_rest(self.place.objects)
            if work.withdrawn:
                return self._take_out(table, decision, lease)
            staged = self._stage(work, table, decision, lease)
            verdict = self._gate(staged, work, table, decision)
            decision.verdict = "promoted" if verdict.promoted else "refused"
            commit = promote.Commit(sub.dataset, sub.period, decision.txn_version)
            if verdict.promoted:
                self._promote(staged, table, decision, commit, lease)
            else:
                self._keep_back(staged, table, decision, commit, lease)
            with _timed(decision, "clean"):
                self.place.objects.delete_folder(self.place.key(sub.staging(table.version)))
        with _timed(decision, "report"):
            self.report(table, decision, verdict)
        return decision

    def _take_out(self, table: Table, decision: Decision, lease: Lease) -> Decision:
        """Leave a period without rows: its content was withdrawn and nothing stands in its place."""
        decision.verdict = "withdrawn"
        commit = promote.Commit(decision.dataset, decision.period, decision.txn_version)
        with _timed(decision, "write"):
            lease.check()
            promote.take_out(self.spark, table, place=self.place, commit=commit)
        return decision

    def _stage(self, work: Work, table: Table, decision: Decision, lease: Lease) -> "DataFrame":
        # A folder for each token: a writer that was fenced and wakes up cannot touch the files of its successor.
        where = f"{self.place.at(work.submission.staging(table.version))}/{lease.token:08d}"
        with _timed(decision, "stage"):
            accepted = self.spark.read.parquet(self.place.at(work.submission.accepted))
            frame = staging.stage(accepted, table, period=work.submission.period, pool=self.pool)
            # On an object store a rename is a copy: the second algorithm of Hadoop's committer makes one, not two.
            writer = frame.write.mode("overwrite").option("mapreduce.fileoutputcommitter.algorithm.version", "2")
            writer.parquet(where)
            return self.spark.read.schema(frame.schema).parquet(where)

    def _gate(self, staged: "DataFrame", work: Work, table: Table, decision: Decision) -> Verdict:
        with _timed(decision, "metrics"):
            named = gate_metrics.expressions(table) | gate_metrics.trends_of(table)
            least = gate_metrics.least(table, work.usual)
            references.show(staged, table, tables=self.tables, place=self.place, period=work.submission.period)
            found = gate_metrics.compute(staged, named, manifest_rows=work.rows, least_rows=least)
            found |= trends.beyond(table, found[gate_metrics.TRENDS], period=work.submission.period)
            raw = gate_metrics.raw_columns(staged) if found["raw_id_cells"] else []
        with _timed(decision, "gate"):
            verdict = gates.judge(found, table, raw=raw)
        decision.rows_in = found["rows"]
        decision.metrics = {name: value for name, value in found.items() if name != gate_metrics.REJECTS}
        decision.rejects = gate_metrics.rejects(found)
        with _timed(decision, "rows"):
            decision.rejects = gate_metrics.reject_rows(staged, decision.rejects)
        decision.failures = verdict.as_list()
        return verdict

    def _keep_back(
        self, staged: "DataFrame", table: Table, decision: Decision, commit: promote.Commit, lease: Lease
    ) -> None:
        """Of a refused extract the bad rows are kept with their reasons; nothing of it is promoted.

        Of one in which the scan found raw identifiers nothing is kept at all.
        """
        decision.rows_quarantined = 0 if decision.metrics["raw_id_cells"] else int(decision.metrics["rejected"])
        if decision.rows_quarantined:
            rows = promote.quarantine_rows(staged, table, decision.submission)
            with _timed(decision, "write"):
                lease.check()
                promote.keep_back(rows, table, place=self.place, commit=commit, submission=decision.submission)

    def _promote(
        self, staged: "DataFrame", table: Table, decision: Decision, commit: promote.Commit, lease: Lease
    ) -> None:
        spine, alias = self.tables["spine"], self.tables["spine_alias"]
        with _timed(decision, "spine"), hold(self.place.objects, "spine.spine_v1") as turn:
            where = promote.ensure_spine(self.spark, self.place, spine, alias)
            aliased = promote.written(self.place, alias)
            decision.link, collides = promote.extend_spine(
                staged, table, locations=where, aliased=aliased, commit=commit, lease=turn
            )
        aliases = self.spark.read.format("delta").load(where[1]) if collides else None
        rows = promote.curated_rows(staged, table, aliases=aliases)
        rejected = promote.quarantine_rows(staged, table, decision.submission)
        kept, out = int(decision.metrics["accepted"]), int(decision.metrics["rejected"])
        with _timed(decision, "write"), ThreadPoolExecutor(2) as both:
            lease.check()
            writes = [
                both.submit(promote.write_curated, rows, table, place=self.place, commit=commit, count=kept),
                both.submit(promote.write_quarantine, rejected, table, place=self.place, commit=commit, count=out),
            ]
            for write in writes:
                write.result()
        decision.rows_curated, decision.rows_quarantined = kept, out


class _timed:  # noqa: N801  # reads as a phrase in a with statement
    def __init__(self, decision: Decision, stage: str) -> None:
        self._decision, self._stage = decision, stage

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._decision.seconds[self._stage] = round(time.monotonic() - self._began, 3)


def warm() -> None:
    """Import GX in a thread while Spark stages the first submission."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="gx")
    pool.submit(expectations.load)
    pool.shutdown(wait=False)
