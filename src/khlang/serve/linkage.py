"""How records link by group, as it may be shown: rows for the report, and a heat map of them in Thai."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang import contracts, settings
from khlang.release import threshold
from khlang.serve import bars, thai
from khlang.serve.client import ask
from khlang.serve.places import code_names
from khlang.serve.told import LEFT_OUT

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from trino.dbapi import Connection

SHOWN = (
    "SELECT * FROM linkage_shown WHERE dimension <> 'province' ORDER BY dataset, linked_dataset, dimension, group_code"
)
ROWS = "SELECT * FROM linkage_rows ORDER BY period, dataset"
JOINS = "SELECT * FROM mart_joins ORDER BY period, mart, join_name"
SECOND = "SELECT * FROM link_weights ORDER BY dataset, linked_dataset, period, route, weight_from DESC"
IS_SECOND = "SHOW TABLES LIKE 'link_weights'"
WHOLE, UNKNOWN, TITLE = ("all", "all"), "unknown", "สัดส่วนที่เชื่อมโยงได้ ตามเพศและกลุ่มอายุ งวด {}"
#: Columns of the picture; the names of groups come from the code lists.
DIMENSIONS = ("sex", "age_band")
#: Counts of a reconciliation that stand for persons; the rest of a line is no count of them.
UNLINKED = ("missing", "bad_format", "bad_check", "placeholder", "class_not_allowed")
Row = dict[str, Any]


def shown(connection: "Connection", periods: Sequence[str]) -> list[Row]:
    """Groups by sex and age as an analyst may see them."""
    return [row for row in ask(connection, SHOWN).dicts() if row["period"] in periods]


def reconciled(connection: "Connection", periods: Sequence[str]) -> list[Row]:
    """One line a dataset and month, small counts left out; ``unlinked`` sums the reasons, ``is_whole``: it adds up."""
    told = []
    for row in ask(connection, ROWS).dicts():
        if row["period"] in periods:
            unlinked = sum(row[f"unlinked_{reason}"] for reason in UNLINKED)
            counts = row | {"unlinked": unlinked}
            names = ("rows_linked", "rows_not_in_register", "unlinked", "rows_rejected", "rows_duplicate")
            kept = {name: threshold.protect(counts[name]).value for name in names}
            whole = {name: row[name] for name in ("dataset", "agency", "period", "rows_in", "rows_about_nobody")}
            told.append(whole | kept | {"is_whole": row["rows_unexplained"] == 0})
    return told


def joins(connection: "Connection", periods: Sequence[str]) -> list[Row]:
    """Every declared join of every mart's month: a rate and its band; no count."""
    names = ("mart", "dataset", "linked_dataset", "join_key", "match_rate", "rate_low", "rate_high", "is_met", "period")
    return [{name: row[name] for name in names} for row in ask(connection, JOINS).dicts() if row["period"] in periods]


def second_route(connection: "Connection", periods: Sequence[str]) -> list[Row]:
    """Records by route and band of weight, as an analyst may see them; none where no linkage job has run."""
    if not ask(connection, IS_SECOND).rows:
        return []
    return [row for row in ask(connection, SECOND).dicts() if row["period"] in periods]


def grid(
    rows: Sequence[Row], names: Mapping[str, Mapping[str, str]], titles: Mapping[str, str]
) -> tuple[list[str], list[str], list[list[float | None]]]:
    """Rows of one period as a table of rates.

    Args:
        rows: Of ``linkage_shown``.
        names: Dimension → code → its name.
        titles: Dataset → its title.

    Returns:
        Labels of rows (pairs), labels of columns (all, then the groups in the order of their lists), rates; None where
        there is none or it may not be shown. Pairs of which no group but the unknown is told are left out.
    """
    columns = [WHOLE, *((dimension, code) for dimension in DIMENSIONS for code in names[dimension])]
    rates: dict[tuple[str, str], dict[tuple[str, str], float | None]] = {}
    for row in rows:
        held = rates.setdefault((row["dataset"], row["linked_dataset"]), {})
        held[row["dimension"], row["group_code"]] = row["match_rate"]
    told = {pair: held for pair, held in rates.items() if any(column in held for column in columns[1:])}
    pairs = sorted(told)
    labels = [f"{titles.get(mine, mine)} → {titles.get(theirs, theirs)}" for mine, theirs in pairs]
    heads = ["ทั้งหมด", *(names[dimension][code] for dimension, code in columns[1:])]
    return labels, heads, [[told[pair].get(column) for column in columns] for pair in pairs]


def figure(
    labels: Sequence[str], heads: Sequence[str], rates: Sequence[Sequence[float | None]], period: str
) -> "Figure":
    """A heat map: how far each group's rate lies from its pair's whole, the rate written in each cell."""
    import numpy as np
    from matplotlib.figure import Figure

    values = np.array([[np.nan if rate is None else rate for rate in row] for row in rates], dtype=float)
    with thai.style():
        made = Figure(figsize=(12, 1.6 + 0.42 * max(len(labels), 3)), layout="constrained", dpi=130)
        axes = made.subplots()
        apart = values - values[:, :1] if len(labels) else np.zeros((1, len(heads)))
        image = axes.imshow(np.ma.masked_invalid(apart), cmap="RdBu", vmin=-0.2, vmax=0.2, aspect="auto")
        axes.set_facecolor("#e6e8eb")
        axes.set_xticks(range(len(heads)), heads)
        axes.set_yticks(range(len(labels)), labels)
        axes.tick_params(length=0)
        for place, row in enumerate(rates):
            for column, rate in enumerate(row):
                dark = rate is not None and abs(apart[place, column]) > 0.12
                text = LEFT_OUT if rate is None else f"{rate:.1%}"
                axes.text(column, place, text, ha="center", va="center", fontsize=9, color="white" if dark else "black")
        axes.set_title(TITLE.format(period), loc="left")
        bar = made.colorbar(image, ax=axes, shrink=0.8, pad=0.01)
        bar.set_label("ต่างจากสัดส่วนรวม")
        bar.set_ticks([-0.2, -0.1, 0, 0.1, 0.2], labels=["−20 จุด", "−10", "0", "+10", "+20 จุด"])
        if not labels:
            axes.text(0.5, 0.5, "ทุกกลุ่มนับได้น้อยเกินกว่าจะแสดง", transform=axes.transAxes, ha="center")
        bars.explain(made)
        made.canvas.draw()  # within the style: text is laid out when it is drawn
    return made


def draw(file: Path, rows: Sequence[Row]) -> None:
    """Write the picture of the last period as PNG."""
    here = settings.load()
    names = {dimension: code_names(here, dimension) for dimension in DIMENSIONS}
    titles = {table.name: table.title_th for table in contracts.load(here.contracts).datasets}
    period = max((row["period"] for row in rows), default="–")
    last = [row for row in rows if row["period"] == period]
    figure(*grid(last, names, titles), period).savefig(file)
