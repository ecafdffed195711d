"""Ends what a history was corrected from: only the facts that are believed today stay, each with its own times.

For an agency whose agreement asks that nothing remains of what it withdrew, and for the end of a retention. The files
of older versions go with ``khlang pool vacuum``; the projects' copies are made anew by the next ``serve``.
"""

from khlang import delta, lake
from khlang.contracts import Table, facts
from khlang.curation import rotation
from khlang.link.build import Workshop
from khlang.link.common import WHOLE
from khlang.link.history.build import records_of
from khlang.link.records import Records


def forgotten(shop: Workshop, table: Table) -> int:
    """How often a history was made to forget: copies of it from before hold more than it does."""
    return _records(shop, table).numbers().get(WHOLE, 0)


def forget(shop: Workshop, table: Table) -> int:
    """Keep only the facts that are believed today.

    Args:
        shop: Tables, receipts, contracts, session.
        table: A history.

    Returns:
        How many records went; 0 where it was never built.

    Raises:
        ServiceError: Pids are being changed by a rotation.
        LeaseLostError: Another run is at the same history.
    """
    rotation.require_rest(shop.place.objects)
    location = lake.table("history", table.name, table.version)
    if not shop.place.exists(location):
        return 0
    with shop.writer(table, location) as app:
        last = max((one["known_from"] for one in records_of(shop, table).states().values()), default="")
        rows, at = shop.read(table.name), shop.place.at(location)
        rows.createOrReplaceTempView(f"{table.name}_told")
        kept = shop.session().sql(facts.standing(table).format(table=f"{table.name}_told"))
        before, after = rows.count(), kept.count()
        number = _records(shop, table).begin({WHOLE: {"known_from": last}})
        delta.replace_all(kept, at, app=f"{app}.forget", version=number)
        _records(shop, table).finish(number)
    return before - after


def _records(shop: Workshop, table: Table) -> Records:
    return Records(shop.receipts, f"_forgotten/{table.versioned}")
