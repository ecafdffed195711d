"""How each extract links, for an engineer."""

from typing import TYPE_CHECKING, Any

from khlang.serve.client import ask

if TYPE_CHECKING:
    from trino.dbapi import Connection

LINK_RATES = "SELECT * FROM link_rates ORDER BY period, dataset"


def link_rates(connection: "Connection") -> list[dict[str, Any]]:
    """One row a period and dataset; sums over whole extracts, no cell."""
    return ask(connection, LINK_RATES).dicts()
