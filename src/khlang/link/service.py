"""Everything stale of a domain's marts and of the ops tables, in one process."""

import time
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from khlang import contracts, session, store
from khlang.curation import objects
from khlang.landing import ledger
from khlang.link import build, ops, records
from khlang.link.build import Workshop
from khlang.link.ready import Place, ready, settled, waiting, whole, with_reasons
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from pyspark.sql import SparkSession

#: How long a build waits for what is being curated just now, so that one build tells of all of it.
PATIENCE_SECONDS, POLL_SECONDS = 180.0, 1.0


def workshop(settings: Settings, app: str) -> Workshop:
    """The pool's own; Spark is opened when something is built, and not before."""
    turn = Lock()

    @cache
    def opened() -> "SparkSession":
        opened = session.spark(settings, app)
        curated = ledger.decisions(store.client(settings, "curate"), kind="curated")
        session.fit(opened, sum(int(one.get("rows_curated") or 0) for one in curated))
        return opened

    def spark() -> "SparkSession":
        with turn:  # two marts are built at a time, and the first to ask opens it
            return opened()

    return Workshop(objects.bucket(settings), records.bucket(settings), contracts.load(settings.contracts), spark)


def link(settings: Settings, *, domain: str) -> list[dict[str, str]]:
    """Rebuild what is stale.

    Returns:
        One document a table and period that was built; an empty list when nothing was stale.

    Raises:
        ServiceError: Spark or the object store does not answer: run again, what is done is skipped.
        LeaseLostError: Another run is building the same table.
    """
    shop = workshop(settings, f"marts {domain}")
    receipts = store.client(settings, "curate")
    coming = _at_rest(receipts)
    curated = list(ledger.decisions(receipts, kind="curated"))
    landed = list(ledger.decisions(receipts, kind="landed-0"))
    inputs = ready(curated)
    built = build.build(shop, domain=domain, ready=inputs)
    built += ops.build(shop, ready=whole(inputs), decisions=settled(with_reasons(curated, landed), coming))
    return [{"dataset": name, "period": period, "verdict": "built"} for name, period in built]


def _at_rest(receipts: "S3Client") -> set[str]:
    """Wait while something accepted is being curated; the periods that are not at rest when patience is at an end."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (coming := waiting(*_places(receipts))) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
    return coming


def _places(receipts: "S3Client") -> tuple[list[Place], list[Place]]:
    """What is judged and what is accepted, from the names of the receipts alone."""
    found: dict[str, list[Place]] = {"curated": [], "landed": []}
    for submission, names in ledger.stages(receipts).items():
        for name in names:
            kind, _, rest = name.partition("-")
            if ledger.WITHDRAWAL in names and kind in {"landed", ledger.EMPTIED}:
                kind = "landed" if kind == ledger.EMPTIED else ""  # nothing else of it is curated any more
            if kind in found and rest[:6].isdigit():
                found[kind].append((submission.dataset, submission.period, int(rest[:6])))
    return found["curated"], found["landed"]
