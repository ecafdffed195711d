"""What the ledger keeps of an event of Trino: who, when, which tables and columns, how much. Never a value."""

from collections.abc import Mapping
from typing import Any, Literal

from khlang.audit import redact
from khlang.errors import InputError

Kind = Literal["created", "completed"]
Event = dict[str, Any]
_COUNTS = ("outputRows", "physicalInputRows", "physicalInputBytes")


def identity(event: Mapping[str, Any]) -> str:
    """By which an event is known when it is told again: its kind and its query."""
    return f"{event.get('kind')}-{event.get('query')}"


def read(body: object) -> Event:
    """The ledger's event of what Trino's HTTP listener posts, a query's beginning or its end.

    Raises:
        InputError: It is neither.
    """
    whole = _mapping(body)
    told, context = _mapping(whole.get("metadata")), _mapping(whole.get("context"))
    query = redact.word(told.get("queryId"))
    if not query or query == redact.GONE or not query.replace("_", "").isalnum():
        raise InputError("The event names no query.", "Look at etc/http-event-listener.properties.", code="AUDIT-EVENT")
    ended = "endTime" in whole
    failure = _mapping(_mapping(whole.get("failureInfo")).get("errorCode"))
    return {
        "kind": "completed" if ended else "created",
        "query": query,
        "user": redact.word(context.get("user")),
        "source": redact.word(context.get("source")),
        "schema": redact.word(context.get("schema")),
        "state": redact.word(told.get("queryState")),
        "at": _time(whole.get("endTime" if ended else "createTime")),
        "sql": redact.query(str(told.get("query") or "")),
        "error": redact.word(failure.get("name")),
        "tables": [_table(one) for one in _list(told.get("tables"))] if ended else [],
        "counts": _counts(_mapping(whole.get("statistics"))),
    }


def _table(told: object) -> Event:
    table = _mapping(told)
    columns = [_mapping(column) for column in _list(table.get("columns"))]
    return {
        "catalog": redact.word(table.get("catalog")),
        "schema": redact.word(table.get("schema")),
        "table": redact.word(table.get("table")),
        "as": redact.word(table.get("authorization")),
        "columns": sorted({redact.word(column.get("column")) for column in columns}),
        "filters": len(_list(table.get("filters"))),
        "masks": sum(1 for column in columns if column.get("mask")),
    }


def _counts(told: Mapping[str, Any]) -> dict[str, int]:
    found = {name: told.get(name) for name in _COUNTS}
    return {name: int(value) for name, value in found.items() if isinstance(value, int | float)}


def _time(told: object) -> str:
    """A time as text; Trino writes ISO 8601, or seconds since 1970."""
    if isinstance(told, int | float):
        return str(int(told * 1000))
    text = str(told or "")
    return text if len(text) <= 40 and set(text) <= set("0123456789-:.TZ+") else redact.GONE


def _mapping(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _list(told: object) -> list[Any]:
    return told if isinstance(told, list) else []
