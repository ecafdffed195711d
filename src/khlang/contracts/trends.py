"""What is measured of every month of a dataset beside its rules: rows, empty cells, means, shares of codes.

They are what a month is held against its own past by (``GATE-TREND``). Counts and means of a whole extract, never a
value of a row. A mean of nothing is 0, as a share of nothing is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from khlang.contracts.model import Quality, Table
from khlang.errors import ContractError

Kind = Literal["rows", "null", "mean", "share"]
MOST_CODES = 12  # a list of more has shares too small to move
TITLES: Mapping[Kind, str] = {"rows": "จำนวนแถว", "null": "ค่าว่าง", "mean": "ค่าเฉลี่ย", "share": "สัดส่วนรหัส"}


@dataclass(frozen=True)
class Measure:
    """One figure of a month: ``sql`` over the staged rows; ``value`` is the code that a share counts."""

    name: str
    kind: Kind
    sql: str
    title_th: str
    column: str | None = None
    value: str | None = None


def measures(table: Table) -> dict[str, Measure]:
    """Every measure by name: ``rows``, ``null__<column>``, ``mean__<column>``, ``share__<column>__<code>``.

    Of identifiers and free text only how many are empty.
    """
    made = [Measure("rows", "rows", "count(*)", TITLES["rows"])]
    for column in table.columns:
        name, words = column.name, f"{column.meaning_th} ({column.name})"
        if column.nullable:
            made.append(Measure(f"null__{name}", "null", _share(f"`{name}` IS NULL"), f"ค่าว่างของ {words}", name))
        if column.identifier or column.free_text:
            continue
        if column.standard in {"money", "integer"} and not column.values:
            mean = f"coalesce(CAST(avg(CASE WHEN reason IS NULL THEN `{name}` END) AS DOUBLE), 0.0D)"
            made.append(Measure(f"mean__{name}", "mean", mean, f"ค่าเฉลี่ยของ {words}", name))
        for code in column.values if len(column.values) <= MOST_CODES else ():
            share = _share(f"`{name}` = '{code}'")
            made.append(Measure(f"share__{name}__{code}", "share", share, f"รหัส {code} ของ {words}", name, code))
    return {each.name: each for each in made}


def beyond(table: Table, found: Mapping[str, Any], *, period: str) -> dict[str, float]:
    """Metric of each learned band → how far the month's figure lies outside of it; 0 within.

    Args:
        table: The dataset, with the bands of its expectations.
        found: Measure → the month's figure.
        period: ``YYYY-MM``; where a band is seasonal its own month's counts.
    """
    told = {}
    for quality in table.quality:
        if quality.code == "GATE-TREND":
            name = str(quality.arguments["measure"])
            least, most = band(quality, period)
            figure = float(found.get(name) or 0)
            told[metric(name)] = max(0.0, least - figure, figure - most)
    return told


def band(quality: Quality, period: str) -> tuple[float, float]:
    """Least and most of a learned band in a month."""
    arguments = quality.arguments
    own = (arguments.get("seasonal") or {}).get(period[5:])
    least, most = own or (arguments["minimum"], arguments["maximum"])
    return float(least), float(most)


def metric(measure: str) -> str:
    """The metric that the gate judges of a measure."""
    return f"trend_beyond__{measure}"


def require_band(table: Table, quality: Quality) -> None:
    """Refuse a learned band of nothing that is measured, or that is no band.

    Raises:
        ContractError: The measure is unknown, or a bound no number, or the least above the most.
    """
    place = f"expectations/{table.path}, rule GATE-TREND"
    arguments = quality.arguments
    if arguments["measure"] not in measures(table):
        raise ContractError(
            f"{place}: {arguments['measure']} is not measured of {table.name}.",
            "Name one that `khlang gate learn` proposes, or learn anew.",
        )
    months = arguments.get("seasonal") or {}
    bounds = [[arguments["minimum"], arguments["maximum"]], *months.values()]
    numbers = all(isinstance(pair, list) and len(pair) == 2 for pair in bounds)
    if not numbers or not all(type(each) in {int, float} for pair in bounds for each in pair):
        raise ContractError(f"{place}: a bound is no number.", "Write minimum, maximum, and a pair a season's month.")
    if any(least > most for least, most in bounds) or any(not _is_month(month) for month in months):
        raise ContractError(f"{place}: a band is upside down, or of no month.", 'Months are "01" to "12", in quotes.')


def _is_month(month: Any) -> bool:
    return isinstance(month, str) and len(month) == 2 and month.isdigit() and 1 <= int(month) <= 12


def _share(predicate: str) -> str:
    kept = f"count(CASE WHEN reason IS NULL AND {predicate} THEN 1 END)"
    return f"coalesce({kept} / nullif(1.0D * count(CASE WHEN reason IS NULL THEN 1 END), 0.0D), 0.0D)"
