"""All pending submissions of a dataset in one process, and the receipts of what became of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from khlang import contracts, session
from khlang.curation import objects, rekey, rotate, run
from khlang.curation.ledger import Ledger
from khlang.curation.run import Curator, Decision, Work
from khlang.errors import ContractError, IntegrityError
from khlang.gates import docs
from khlang.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def curate(
    dataset: str,
    settings: Settings,
    spark: "SparkSession",
    *,
    ledger: Ledger | None = None,
    lake: objects.Lake | None = None,
    log: Callable[[str], None] = lambda line: None,  # noqa: ARG005
) -> list[dict[str, Any]]:
    """Curate what is pending of a dataset, oldest first; one refusal does not stop the next.

    Args:
        dataset: Name of the dataset.
        settings: Where this installation keeps contracts, the pool's key and the pages of the gate.
        spark: The session.
        ledger: The receipts; those of the pool unless given.
        lake: The lake; the pool's bucket unless given.
        log: Told one line a submission.

    Returns:
        The decisions, in the order they were made; nothing pending gives an empty list.

    Raises:
        ServiceError: Spark or the object store does not answer: run again, what is done is skipped.
        LeaseLostError: Another writer took over the table.
    """
    tables = contracts.load(settings.contracts)
    table = tables.require("curated", dataset)
    book = ledger or _receipts(settings)
    place = lake or objects.bucket(settings)
    if rotate.waiting(settings, book):  # first: who comes in before the bridge stays two persons
        counts = rotate.bridges(settings, spark, lake=place, ledger=book)
        log("bridges: " + ", ".join(f"{count} {fate}" for fate, count in counts.items()))
    curator = Curator(
        spark=spark,
        place=place,
        pool=rekey.pool(settings),
        tables=tables,
        report=lambda told, decision, verdict: docs.write(
            settings.var / "docs" / "gates", told, decision.as_dict(), verdict
        ),
    )
    decisions = []
    for number, waiting in enumerate(book.pending(dataset, run.revision(table))):
        if number == 0:
            run.warm()
        work = replace(waiting, usual=book.usual(dataset, waiting.submission.period))
        session.fit(spark, work.rows)
        decision = _decide(curator, work, table, newest=book.promoted(dataset, work.submission.period))
        book.decide(decision)
        log(
            f"curate {dataset} {decision.period} #{decision.sequence}: {decision.verdict}, "
            f"{decision.rows_curated} of {decision.rows_in} rows, {sum(decision.seconds.values()):.1f} s"
        )
        decisions.append(decision.as_dict())
    return decisions


def _decide(curator: Curator, work: Work, table: contracts.Table, *, newest: int) -> Decision:
    """Curate one submission, or say why it is not: superseded, or not as its contract says."""
    blank = Decision.of(work, run.revision(table))
    if newest > blank.txn_version:
        # Delta would skip a lower version without a word, and the receipt would claim what did not happen.
        blank.verdict = "superseded"
        return blank
    try:
        return curator.one(work, table)
    except (ContractError, IntegrityError) as error:
        blank.verdict = "refused"
        blank.failures = [_failure(error)]
        return blank


def _failure(error: ContractError | IntegrityError) -> dict[str, Any]:
    nothing = dict.fromkeys(("column", "count", "share", "limit"))
    return {
        "rule_id": f"curate/{error.code}",
        "code": error.code,
        **nothing,
        "severity": "critical",
        "radius": "stop",
        "message_th": f"ข้อมูลไม่ตรงตามข้อกำหนด: {error}",
        "message_en": str(error),
    }


def _receipts(settings: Settings) -> Ledger:
    from khlang.curation.receipts import Receipts

    return Receipts(settings)
