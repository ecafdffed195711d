"""Brings the tables of linkage up to date: ``linkage``, ``linkage_shown``, ``linkage_rows``, ``mart_joins``.

The first three are made of one look at what is promoted, a dataset and period at a time; the last of what builds of
marts have measured.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from khlang.contracts import Contracts, Table
from khlang.link import joinbook, linkage, linktables, ops
from khlang.link.build import Ready, Workshop, digest
from khlang.link.pairs import Pair, Side, pairs, sides
from khlang.link.records import Records, State

Decision = Mapping[str, Any]
Months = dict[tuple[str, str], str]


def build(shop: Workshop, *, ready: Ready, decisions: Iterable[Decision]) -> list[ops.Pair]:
    """Rebuild what is stale of all four.

    Args:
        shop: Tables, receipts, contracts, session.
        ready: Which periods have all their inputs.
        decisions: Curate's decisions, each with ``pid_reasons`` of its manifest where land told them.

    Returns:
        ``(table, period)`` of every period that was written.
    """
    promoted = {(d["dataset"], d["period"]): d for d in sorted(decisions, key=ops.order) if d["verdict"] == "promoted"}
    return build_linkage(shop, ready=ready, promoted=promoted) + build_mart_joins(shop)


def build_linkage(shop: Workshop, *, ready: Ready, promoted: Mapping[ops.Pair, Decision]) -> list[ops.Pair]:
    """Rebuild the stale months of the three tables that are made of curated and quarantined rows."""
    every = pairs(shop.contracts)
    table = shop.contracts["linkage"]
    records = Records(shop.receipts, f"_ops/{table.versioned}")
    stale = records.stale(wanted(shop.contracts, every, ready))
    if not stale:
        return []
    number, due = records.begin(stale), ops.pairs_of(stale)
    read = {name: {period for _, period in due} for key in stale for name in stale[key]["inputs"]}
    months = {(n, p): str(d["submission"]) for (n, p), d in promoted.items() if p in read.get(n, ())}
    groups, rows = look(shop, every, months, promoted, due)
    written = {"linkage": groups, "linkage_shown": linktables.shown(groups), "linkage_rows": rows}
    for name, content in written.items():
        ops.write(shop, shop.contracts[name], content, pairs=due, version=number)
    records.finish(number)
    return sorted({(name, period) for name in written for _, period in due})


def wanted(contracts: Contracts, every: Iterable[Pair], ready: Ready) -> dict[str, State]:
    """What each dataset's month is to be made of: itself, its register, and whatever it is linked to that is there.

    A dataset that links waits for its register.
    """
    every, code = tuple(every), digest(*(Path(m.__file__ or "").read_bytes() for m in (linkage, linktables)))
    versions = {table.name: {p: v[table.name] for p, v in ready((table.name,)).items()} for table in contracts.datasets}
    found: dict[str, State] = {}
    for table in contracts.datasets:
        link = contracts.link(table)
        needed = {pair.target for pair in every if pair.source == table.name}
        needed |= {pair.register for pair in every if pair.source == table.name}
        for period in versions[table.name]:
            if link and period not in versions[link[1].name]:
                continue
            inputs = {n: versions[n][period] for n in sorted({table.name, *needed}) if period in versions[n]}
            found[f"{table.name}/{period}"] = {"inputs": inputs, "code": code}
    return found


def look(
    shop: Workshop, every: tuple[Pair, ...], months: Months, promoted: Mapping[ops.Pair, Decision], due: list[ops.Pair]
) -> tuple[list[ops.Row], list[ops.Row]]:
    """Rows of ``linkage`` and of ``linkage_rows`` for these datasets and periods."""
    known, own = sides(shop.contracts), {pair: months[pair] for pair in due if pair in months}
    mine = [side for side in known.values() if any(name == side.dataset for name, _ in own)]
    counted, without, back = [], [], []
    if mine:
        shop.session()  # a column that is named before the session is open would be one of a session of this process
        counted = [
            row
            for row in linkage.counted(shop, every, known, months)
            if (every[row["number"]].source, row["period"]) in own
        ]
        without = linkage.without_identifier(shop, mine, own)
        back = linkage.kept_back(shop, [side for side in mine if _links(shop.contracts, side)], own)
    held: dict[ops.Pair, dict[bool, int]] = {}
    for row in back:
        held.setdefault((row["dataset"], row["period"]), {})[row["is_duplicate"]] = int(row["rows"])
    linked = {
        (every[row["number"]].source, row["period"]): row
        for row in counted
        if row["dimension"] == linkage.WHOLE and _is_register(shop.contracts, every[row["number"]])
    }
    lines = []
    for pair in due:
        table, link = shop.contracts[pair[0]], shop.contracts.link(shop.contracts[pair[0]])
        column = link[0].name if link else None
        told = (promoted.get(pair, {}), linked.get(pair, {}), held.get(pair, {}))
        lines.append(linktables.reconciled(table, pair[1], *told, link=column))
    return linktables.groups(shop.contracts, every, counted, without), lines


def build_mart_joins(shop: Workshop) -> list[ops.Pair]:
    """Rebuild the stale months of ``mart_joins``: what the last build of each mart's month measured, refused or not."""
    table = shop.contracts["mart_joins"]
    found: dict[str, tuple[Table, str, Mapping[str, Any], str | None]] = {}
    asked: dict[str, State] = {}
    for mart in shop.contracts.marts:
        for period, (build_, measured) in joinbook.kept(shop.receipts, mart).items():
            reason = joinbook.allowed(shop.receipts, mart, period)
            found[f"{mart.name}/{period}"] = (mart, period, measured, reason)
            asked[f"{mart.name}/{period}"] = {"inputs": {"build": build_}, "allowed": reason}
    records = Records(shop.receipts, f"_ops/{table.versioned}")
    stale = records.stale(asked)
    if not stale:
        return []
    number, due = records.begin(stale), ops.pairs_of(stale)
    rows = []
    for key in stale:
        rows += linktables.joined(shop.contracts, *found[key])
    ops.write(shop, table, rows, pairs=due, version=number, key="mart")
    records.finish(number)
    return sorted({(table.name, period) for _, period in due})


def _links(contracts: Contracts, side: Side) -> bool:
    """Whether a dataset links by this side of it, where it has several."""
    link = contracts.link(contracts[side.dataset])
    return link is not None and link[0].name == side.column


def _is_register(contracts: Contracts, pair: Pair) -> bool:
    """Whether a pair is that of a dataset and the register of the type it links by."""
    link = contracts.link(contracts[pair.source])
    return link is not None and (pair.target, pair.kind) == (link[1].name, link[0].identifier)
