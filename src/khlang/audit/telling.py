"""What the ledger answers: to owners who used their data, to analysts what they asked, to the pool what is missing.

A column is its owner's where a table that was read is made of a dataset of that agency which has a column of this name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from khlang import inside
from khlang.audit.event import Event
from khlang.contracts import Contracts, Table

Row = dict[str, Any]


def who(events: Iterable[Event], contracts: Contracts, *, agency: str | None = None) -> list[Row]:
    """Who used an owner's columns, for which project, how often, how many rows that gave its reader, when last.

    Args:
        events: The ledger's.
        contracts: Which table is made of which datasets.
        agency: Whose columns; without it every owner's.

    Returns:
        One row an owner, dataset, project, user and table, in that order.
    """
    found: dict[tuple[str, ...], list[tuple[Event, set[str]]]] = defaultdict(list)
    for event in events:
        for read in event["tables"] if event["kind"] == "completed" else ():
            for dataset in _sources(read["table"], contracts):
                columns = {column.name for column in dataset.columns} & set(read["columns"])
                if columns and agency in {None, dataset.agency}:
                    key = (dataset.agency, dataset.name, read["schema"], event["user"], read["table"])
                    found[key].append((event, columns))
    names = ("agency", "dataset", "project", "user", "table")
    return [
        dict(zip(names, key, strict=True))
        | {
            "columns": " ".join(sorted(set().union(*(columns for _, columns in uses)))),
            "queries": len({event["query"] for event, _ in uses}),
            "rows": sum(event.get("counts", {}).get("outputRows", 0) for event, _ in uses),
            "day": max(event["query"][:8] for event, _ in uses),
            "last": max(event["at"] for event, _ in uses),
        }
        for key, uses in sorted(found.items())
    ]


def mine(events: Iterable[Event], *, user: str) -> list[Row]:
    """An analyst's own queries, inside the workspace and out of it, in the order in which they ended."""
    return [
        {
            "at": event["at"],
            "query": event["query"],
            "state": event["state"],
            "error": event["error"],
            "rows": event.get("counts", {}).get("outputRows"),
            "tables": " ".join(sorted({read["table"] for read in event["tables"]})),
            "sql": event.get("sql", ""),
        }
        for event in events
        if event["kind"] == "completed" and inside.login(event["user"]) == inside.login(user)
    ]


def gaps(events: Iterable[Event]) -> list[str]:
    """What the ledger should have and has not: Trino numbers its queries of a start of it without a hole.

    A query that runs while this is asked is no gap: only numbers below one that was told are missed.
    """
    numbers: dict[str, set[int]] = defaultdict(set)
    for event in (one for one in events if one["kind"] != "page"):
        _, _, number, start = event["query"].split("_")
        numbers[start].add(int(number))
    return [
        f"{start}: no query {number:05d}"
        for start, told in sorted(numbers.items())
        for number in sorted(set(range(min(told), max(told))) - told)
    ]


def _sources(name: str, contracts: Contracts) -> Iterator[Table]:
    """The datasets that a table is made of, through other tables where it is made of those."""
    table = next((one for one in contracts.tables if name == one.versioned), None)  # a view leads to its table
    for each in table.inputs if table else ():
        if contracts[each].layer == "curated":
            yield contracts[each]
        else:
            yield from _sources(contracts[each].versioned, contracts)
