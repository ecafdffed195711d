"""The ledger held against what is known elsewhere: what the gateway was told, and which rules held at the time. Pure.

Trino's own numbers are :func:`khlang.audit.telling.gaps`. All three are joined by the query's id.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khlang.audit.event import Event, identity

#: Trino reads its rules every second, a busy one later; and ids count whole seconds.
LATE = dt.timedelta(seconds=10)
#: What Trino itself lets everybody ask, of what the asking account may see.
_OPEN = frozenset({"information_schema"})


@dataclass(frozen=True)
class Rules:
    """Rules that held from a moment (UTC) on."""

    at: dt.datetime
    tables: Sequence[Mapping[str, Any]]


def untold(before: Sequence[str], events: Iterable[Event], after: Sequence[str]) -> list[str]:
    """What the gateway took and the ledger has not, and what stands in the ledger and came by no request.

    Args:
        before: The gateway's list as it was before the ledger was read.
        events: The ledger's; those from before the list began are not judged.
        after: The list as it was afterwards: queries end meanwhile.
    """
    told = [identity(event) for event in events if event["kind"] != "page"]
    held, known = set(told), set(after)
    began = next((number for number, one in enumerate(told) if one in known), len(told))
    missing = [f"{_query(one)}: the gateway took it, the ledger has it not" for one in before if one not in held]
    strange = [one for one in told[began:] if one not in known]
    return missing + [f"{_query(one)}: it stands in the ledger, and the gateway never took it" for one in strange]


def unlawful(events: Iterable[Event], versions: Sequence[Rules]) -> list[str]:
    """Queries that gave what no rules of their time gave: a table without a right, or rows and columns unfiltered.

    Queries from before the first version are not judged.
    """
    return [
        f"{event['query']}: {event['user']} {wrong}"
        for event in events
        if event["kind"] == "completed" and event.get("state") == "FINISHED"
        for wrong in _judged(event, _in_force(event, versions))
    ]


def _query(event: str) -> str:
    return event.partition("-")[2]


def _judged(event: Event, held: Sequence[Rules]) -> Iterable[str]:
    for read in event["tables"] if held else ():
        if read["schema"] in _OPEN:
            continue
        rules = [rule for one in held if (rule := _rule(one, read.get("as") or event["user"], read))]
        name = f"{read['schema']}.{read['table']}"
        if not rules:
            yield f"read {name}, which no rules of that time gave"
        elif all(rule.get("filter") for rule in rules) and not read["filters"]:
            yield f"read {name} without the filter that every rule of that time had"
        elif all(_masked(rule, read) for rule in rules) and not read["masks"]:
            yield f"read {name} without the masks that every rule of that time had"


def _in_force(event: Event, versions: Sequence[Rules]) -> list[Rules]:
    """The rules that held while a query was planned; its id tells the second in which it came."""
    came = dt.datetime.strptime("".join(event["query"].split("_")[:2]), "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    ends = [*(one.at for one in versions), dt.datetime.max.replace(tzinfo=dt.UTC)][1:] if versions else []
    return [one for one, end in zip(versions, ends, strict=True) if one.at <= came + LATE and end >= came - LATE]


def _rule(held: Rules, user: str, read: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The rule that gave a table, as Trino finds it: the first that fits."""
    asked = {"user": user, "catalog": read["catalog"], "schema": read["schema"], "table": read["table"]}
    for rule in held.tables:
        if all(re.fullmatch(str(rule.get(key, ".*")), value) for key, value in asked.items()):
            return rule if "SELECT" in rule["privileges"] else None
    return None


def _masked(rule: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    return bool({one["name"] for one in rule.get("columns", ()) if "mask" in one} & set(read["columns"]))
