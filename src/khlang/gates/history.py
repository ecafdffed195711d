"""A page per dataset: what was measured of it month by month, each figure as a line with its expected band.

Made of the results that stand beside the pages of single submissions; one file, in Thai, to be read with no network.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from khlang.contracts import Table
from khlang.contracts.trends import Kind, Measure, band, measures
from khlang.gates.sparkline import Point, svg

PAGE = "index.html"
HEADS: Mapping[Kind, str] = {
    "rows": "จำนวนแถว", "null": "สัดส่วนค่าว่าง", "mean": "ค่าเฉลี่ย", "share": "สัดส่วนของแต่ละรหัส",
}  # fmt: skip
Told = Mapping[str, Any]


def months(home: Path) -> list[Told]:
    """What was told of every month, in order: of several submissions the last that was promoted, else the last."""
    last: dict[str, tuple[tuple[bool, int, int], Told]] = {}
    for file in sorted(home.glob("*.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        decision = told["decision"]
        rank = decision["verdict"] == "promoted", decision["sequence"], decision["revision"]
        entry = {**told, "page": f"{file.stem}.html"}
        last[decision["period"]] = max(
            (rank, entry), last.get(decision["period"], (rank, entry)), key=lambda one: one[0]
        )
    return [told for _, (_, told) in sorted(last.items())]


def write(home: Path, table: Table) -> Path:
    """Write the page of a dataset into the folder of its submissions' pages."""
    told = months(home)
    page = home / PAGE
    figures = {kind: rows for kind in HEADS if (rows := _rows(table, told, kind))}
    page.write_text(
        _template().render(
            table=table,
            months=told,
            sections=[{"title": HEADS[kind], "rows": rows} for kind, rows in figures.items()],
            font=_font(),
            outside=sum(row["outside"] for rows in figures.values() for row in rows),
        ),
        encoding="utf-8",
    )
    return page


def series(table: Table, measure: Measure, told: Sequence[Told]) -> list[Point]:
    """The months of one figure; months that were judged before it was measured have none."""
    bands = {q.arguments["measure"]: q for q in table.quality if q.code == "GATE-TREND"}
    learned = bands.get(measure.name)
    points = []
    for month in told:
        figure = (month.get("trends") or {}).get(measure.name)
        if figure is not None:
            period = month["decision"]["period"]
            expected = band(learned, period) if learned else None
            points.append(Point(period, float(figure), text(measure, float(figure)), expected))
    return points


def text(measure: Measure, value: float) -> str:
    """A figure as people read it."""
    return {"rows": f"{value:,.0f}", "mean": f"{value:,.2f}"}.get(measure.kind, f"{value:.2%}")


def _rows(table: Table, told: Sequence[Told], kind: Kind) -> list[dict[str, Any]]:
    rows = []
    for measure in measures(table).values():
        points = series(table, measure, told) if measure.kind == kind else []
        if points:
            last = points[-1]
            expected = " – ".join(text(measure, bound) for bound in last.band) if last.band else "–"
            rows.append({
                "title": measure.title_th, "name": measure.name, "picture": svg(points, measure.name),
                "last": last.text, "band": expected, "outside": not last.is_within,
            })  # fmt: skip
    return rows


@cache
def _font() -> str:
    import fontpkg_sarabun

    file = Path(fontpkg_sarabun.__file__).parent / "files" / "Sarabun-Regular.ttf"
    return base64.b64encode(file.read_bytes()).decode("ascii")


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined).get_template("history.html.jinja")
