"""What curate promoted or withdrew, taken into all histories, or taken out for good, in one process."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from khlang import lake, store
from khlang.landing import ledger
from khlang.link.history import build
from khlang.link.history import forget as ending
from khlang.link.history.arrivals import Decision
from khlang.link.service import workshop
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def take_in(settings: Settings) -> list[dict[str, str]]:
    """Bring every history up to date.

    Returns:
        One document an arrival that was taken in; an empty list when there was none.

    Raises:
        ServiceError: Spark or the object store does not answer: run again, what is done is skipped.
    """
    shop = workshop(settings, "history")
    datasets = {table.inputs[0] for table in shop.contracts.histories}
    told = list(_decisions(store.client(settings, "curate"), datasets))
    return [{"dataset": name, "period": period, "verdict": "built"} for name, period in build.build(shop, told)]


def forget(settings: Settings) -> dict[str, int]:
    """Keep in every history only what is believed today.

    Returns:
        History → how many records went.

    Raises:
        ServiceError: Spark or the object store does not answer: run again.
    """
    shop = workshop(settings, "history")
    return {table.name: ending.forget(shop, table) for table in shop.contracts.histories}


def _decisions(receipts: "S3Client", datasets: set[str]) -> Iterator[tuple[Decision, datetime]]:
    """Curate's decisions of these datasets, each with the time at which the store took it."""
    told = [one for dataset in sorted(datasets) for one in ledger.decisions(receipts, dataset=dataset, kind="curated")]
    times = store.written(receipts, lake.RECEIPTS)  # after the decisions: curate goes on writing meanwhile
    for decision in told:
        place = lake.Submission(*(str(decision[name]) for name in ("agency", "dataset", "period", "submission")))
        yield decision, times[place.receipt_key(str(decision["stage"]))]
