"""Everything stale of a domain's marts and of the ops tables, in one process."""

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from khlang import contracts, session, store
from khlang.curation import objects
from khlang.landing import ledger
from khlang.link import build, ops, records
from khlang.link.build import Workshop
from khlang.link.ready import ready, settled, with_reasons
from khlang.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def workshop(settings: Settings, app: str) -> Workshop:
    """The pool's own; Spark is opened when something is built, and not before."""
    turn = Lock()

    @cache
    def opened() -> "SparkSession":
        return session.spark(settings, app)

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
    curated = list(ledger.decisions(receipts, kind="curated"))
    landed = list(ledger.decisions(receipts, kind="landed-0"))
    inputs = ready(curated)
    built = build.build(shop, domain=domain, ready=inputs)
    built += ops.build(shop, ready=inputs, decisions=settled(with_reasons(curated, landed), landed))
    return [{"dataset": name, "period": period, "verdict": "built"} for name, period in built]
