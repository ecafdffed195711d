"""The table ``ops.column_uses``: who used which owner's columns, from the ledger, for whoever may ask it by SQL.

Written whole from the whole ledger: it can be made again at any time, and the ledger stays what counts. Trino shows an
agency's staff the rows of their agency (``contracts/staff.yaml``).
"""

import datetime as dt
import json
from collections.abc import Iterable

import polars as pl

from khlang import deltastore
from khlang.audit import ledger, store, telling
from khlang.audit.event import Event
from khlang.contracts import Contracts, polars_schema
from khlang.curation import objects
from khlang.curation.lease import hold
from khlang.serve import describing, register
from khlang.settings import Settings

NAME = "column_uses"


def events(settings: Settings) -> list[Event]:
    """All of the ledger's, as the gateway's role reads them."""
    return [json.loads(data)["event"] for data in ledger.entries(store.bucket(settings))]


def frame(events: Iterable[Event], contracts: Contracts) -> pl.DataFrame:
    """Rows of the table, sorted by its grain: an owner's dataset, a month, a project, an account, a table."""
    table = contracts[NAME]
    months: dict[str, list[Event]] = {}
    for event in events:
        if event["kind"] == "completed":
            months.setdefault(event["query"][:6], []).append(event)
    rows = [
        {
            "agency": row["agency"], "dataset": row["dataset"], "used_month": f"{month[:4]}-{month[4:]}",
            "used_schema": row["project"], "reader": row["user"], "read_table": row["table"],
            "read_columns": row["columns"], "queries": row["queries"], "rows_told": row["rows"],
            "last_used_on": dt.datetime.strptime(row["day"], "%Y%m%d").date(),  # noqa: DTZ007  # a day alone
        }
        for month, held in sorted(months.items())
        for row in telling.who(held, contracts)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=polars_schema(table)).sort(table.grain)


def write(settings: Settings, contracts: Contracts, events: list[Event]) -> int:
    """Write the table as of these events and show it; gives its rows.

    Raises:
        ServiceError: The store or Trino does not answer, or another run is writing it.
    """
    item = next(one for one in register.served(contracts) if one.table.name == NAME)
    lake, made = objects.bucket(settings), frame(events, contracts)
    with hold(lake.objects, f"ops.{item.table.versioned}") as lease:
        lease.check()
        # The ledger only grows: its length is the version, so that an older reading never replaces a newer one.
        options = deltastore.options(settings, "curate")
        deltastore.replace_all(made, item.location, item.table, app=NAME, version=len(events), options=options)
    register.show(settings, [item], exists=lake.exists)
    describing.describe(settings, [item])
    return made.height
