"""Everything stale of a domain's marts and of the ops tables, in one process."""

import time
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from khlang import contracts, deltastore, session, store
from khlang.curation import objects
from khlang.curation.lease import hold
from khlang.errors import GateRefusedError
from khlang.landing import ledger
from khlang.link import build, common, linkops, ops, records
from khlang.link.build import Workshop
from khlang.link.ready import Place, ready, settled, waiting, whole, with_reasons
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from pyspark.sql import SparkSession

#: How long a build waits without a further verdict, and in all, for what is being curated just now.
PATIENCE_SECONDS, MOST_SECONDS = 180.0, 3600.0
#: Between two looks, and for each that waits still: a look lists all receipts, and twenty are not curated in a second.
POLL_SECONDS, POLL_SECONDS_EACH = 1.0, 0.1


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


def link(settings: Settings, *, domain: str, as_of: str | None = None) -> list[dict[str, str]]:
    """Rebuild what is stale.

    Args:
        settings: The installation.
        domain: Whose marts.
        as_of: The last period that is looked at, ``YYYY-MM``; without it every one that is ready.

    Returns:
        One document a table and period that was built; an empty list when nothing was stale.

    Raises:
        ServiceError: Spark or the object store does not answer: run again, what is done is skipped.
        LeaseLostError: Another run is building the same table.
        GateRefusedError: A mart breaks its contract; the tables of ops tell of it when this is raised.
    """
    shop = workshop(settings, f"marts {domain}")
    receipts = store.client(settings, "curate")
    _await(receipts, {name for table in shop.contracts.marts if table.domain == domain for name in table.inputs})
    built, refused = _built(shop, domain, ready(ledger.decisions(receipts, kind="curated")), as_of)
    with hold(shop.place.objects, "ops"):  # one table for all domains, whose marts are built at the same time
        coming = waiting(*_places(receipts))
        landed = list(ledger.decisions(receipts, kind="landed-0"))
        still = settled(with_reasons(ledger.decisions(receipts, kind="curated"), landed), coming)
        built += ops.build(shop, ready=whole(ready(still)), decisions=still)
        built += linkops.build(shop, ready=whole(ready(still)), decisions=still)
    if refused:
        raise refused
    return [{"dataset": name, "period": period, "verdict": "built"} for name, period in built]


def _built(
    shop: Workshop, domain: str, ready_: build.Ready, as_of: str | None
) -> tuple[list[tuple[str, str]], GateRefusedError | None]:
    """What was built, and the refusal of a mart, which is raised when the tables of ops tell of it."""
    try:
        return build.build(shop, domain=domain, ready=ready_, as_of=as_of), None
    except GateRefusedError as error:
        return [], error


def load_common(settings: Settings) -> list[dict[str, str]]:
    """Bring common data up to date.

    Returns:
        One document a table that was written; an empty list when nothing had changed.

    Raises:
        ServiceError: The object store does not answer: run again, what is done is skipped.
    """
    shop, options = workshop(settings, "common"), deltastore.options(settings, "curate")
    loaded = common.load(shop, settings.contracts, options=options)
    return [{"dataset": name, "period": common.WHOLE, "verdict": "loaded"} for name in loaded]


def _await(receipts: "S3Client", inputs: set[str]) -> None:
    """Wait while one of these is being curated, so that one build tells of all of it.

    Where many domains are curated in turn, each verdict, of whatever dataset, is a reason to go on waiting.
    """
    began = last = time.monotonic()
    before = waiting(*_places(receipts))
    while any(name in inputs for name, _ in before):
        time.sleep(POLL_SECONDS + len(before) * POLL_SECONDS_EACH)
        still, now = waiting(*_places(receipts)), time.monotonic()
        if still != before:
            before, last = still, now
        if now - last > PATIENCE_SECONDS or now - began > MOST_SECONDS:
            return


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
