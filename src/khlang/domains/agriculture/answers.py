"""The agriculture questions as an analyst asks them, and the answers as they may be shown.

What leaves this module has passed the threshold of ``khlang.release``: no count of fewer than ten farmers or plots,
none that follows by subtraction; and of a crop that fewer than ten farmers of a province grow no weight or price.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.agriculture import asked
from khlang.domains.agriculture.asked import DEBT, RAIN
from khlang.release.threshold import Cell, protect, protect_column
from khlang.serve import client
from khlang.serve.places import code_names, province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
RATES = {
    "failed_rate": ("failed_farmers", "judged_farmers"),
    "overdue_failed_rate": ("overdue_failed_farmers", "failed_borrowers"),
    "overdue_other_rate": ("overdue_other_farmers", "other_borrowers"),
}
RAIN_RATES = {
    "rainfed_rate": ("failed_rainfed_plots", "rainfed_plots"),
    "irrigated_rate": ("failed_irrigated_plots", "irrigated_plots"),
    "short_rate": ("failed_irrigated_short_plots", "irrigated_short_plots"),
}
WEIGHTS = ("production_kg", "purchases_kg", "taken_percent", "price_percent")
TITLES_TH = {
    "farmers": "เกษตรกร",
    "judged_farmers": "ตัดสินได้",
    "failed_farmers": "ล้มเหลว",
    "failed_rate": "อัตราล้มเหลว",
    "failed_borrowers": "ล้มเหลวและมีหนี้",
    "overdue_failed_rate": "ค้างชำระ (ล้มเหลว)",
    "overdue_other_rate": "ค้างชำระ (ไม่ล้มเหลว)",
    "growers": "ผู้ปลูก",
    "taken_percent": "ตลาดรับซื้อ (ร้อยละ)",
    "price_percent": "ราคาเทียบปกติ (ร้อยละ)",
    "rainfed_plots": "แปลงอาศัยน้ำฝน",
    "rainfed_rate": "ล้มเหลว (น้ำฝน)",
    "irrigated_plots": "แปลงชลประทาน",
    "irrigated_rate": "ล้มเหลว (ชลประทาน)",
    "short_rate": "ล้มเหลว (ลุ่มน้ำน้ำไม่พอ)",
}


def months(connection: "Connection") -> list[Row]:
    """The debt question of the whole country, one row a period, protected, with rates."""
    rows = client.ask(connection, asked.DEBT_BY_PERIOD).dicts()
    return [country(row, DEBT, RATES) for row in rows]


def provinces(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """The debt question by province of one period, most farmers with a failed crop first."""
    names = province_names(settings)
    rows = _of(period, client.ask(connection, asked.DEBT_BY_PROVINCE).dicts())
    ordered = sorted(rows, key=lambda row: (-int(row["failed_farmers"]), row["province_code"]))
    return [row | {"name_th": names[row["province_code"]]} for row in shown(ordered, DEBT, RATES)]


def bands(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """In how many amphoe the median debt lies in which band; amphoe are no persons, borrowers are."""
    names = code_names(settings, "debt_band")
    rows = _of(period, client.ask(connection, asked.BANDS).dicts())
    return [row | {"name_th": names[row["median_debt_band"]]} for row in shown(rows, {"borrowers": None}, {})]


def crops(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """What the country grows and the market takes, by crop of one period."""
    names = code_names(settings, "crop")
    rows = _of(period, client.ask(connection, asked.BY_CROP).dicts())
    return [
        weighed(row | {"taken_percent": _percent(row["purchases_kg"], row["production_kg"])})
        | {"name_th": names[row["crop_code"]], "glut_growers": _in_glut(row, of)}
        for row, of in zip(shown(rows, {"growers": None}, {}), rows, strict=True)
    ]


def gluts(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Provinces and crops of which the market takes too little, most growers first."""
    places, names = province_names(settings), code_names(settings, "crop")
    rows = free(_of(period, client.ask(connection, asked.BY_MARKET).dicts()))
    return [row | {"name_th": f"{names[row['crop_code']]} {places[row['province_code']]}"} for row in rows]


def _in_glut(row: Row, counted: Mapping[str, Any]) -> int | None:
    """Growers whose province is in a glut; that a market is in none tells of nobody."""
    if not counted["glut_provinces"]:
        return 0
    return None if row["growers"] is None else protect(int(counted["glut_growers"]), row["growers"]).value


def free(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Gluts that may be shown: none of few growers, and none by which few would follow from the crop's sum (pure)."""
    found = [row for row in rows if row["is_glut"]]
    kept: list[Row] = []
    for crop in sorted({row["crop_code"] for row in found}):
        of_crop = [row for row in found if row["crop_code"] == crop]
        cells = protect_column([int(row["growers"]) for row in of_crop])
        kept += [weighed(row) for row, cell in zip(of_crop, cells, strict=True) if cell.value is not None]
    return sorted(kept, key=lambda row: (-int(row["growers"]), row["province_code"], row["crop_code"]))


def rain(connection: "Connection", period: str) -> list[Row]:
    """Failed plots of one period where rain was little and elsewhere."""
    titles = {True: "จังหวัดที่ฝนน้อย", False: "จังหวัดอื่น"}
    rows = _of(period, client.ask(connection, asked.BY_RAIN).dicts())
    return [row | {"name_th": titles[bool(row["is_dry"])]} for row in shown(rows, RAIN, RAIN_RATES)]


def rain_by_province(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Rain and failed plots by province of one period, the driest first."""
    names = province_names(settings)
    rows = _of(period, client.ask(connection, asked.RAIN_BY_PROVINCE).dicts())
    told = [row | {"rain_percent": _number(row["rain_percent"])} for row in rows if row["rain_percent"] is not None]
    ordered = sorted(told, key=lambda row: (row["rain_percent"], row["province_code"]))
    return [row | {"name_th": names[row["province_code"]]} for row in shown(ordered, RAIN, RAIN_RATES)]


def country(row: Mapping[str, Any], figures: Mapping[str, str | None], rates: Mapping[str, tuple[str, str]]) -> Row:
    """One row of sums, protected, with the rates of what may be shown (pure)."""
    cells = {name: protect(int(row[name]), None if of is None else int(row[of])) for name, of in figures.items()}
    return _rated({"period": row["period"]} | {name: cell.value for name, cell in cells.items()}, rates)


def shown(
    rows: Sequence[Mapping[str, Any]], figures: Mapping[str, str | None], rates: Mapping[str, tuple[str, str]]
) -> list[Row]:
    """Rows whose sum is shown too: small counts, and what they would follow from, have no value (pure)."""
    columns: dict[str, list[Cell]] = {
        name: protect_column([int(row[name]) for row in rows], None if of is None else [int(row[of]) for row in rows])
        for name, of in figures.items()
    }
    return [
        _rated({**row, **{name: columns[name][place].value for name in figures}}, rates)
        for place, row in enumerate(rows)
    ]


def weighed(row: Mapping[str, Any]) -> Row:
    """Weights and prices as numbers; none where few grow the crop."""
    few = row["growers"] is None
    return {**row, **{name: None if few else _number(row[name]) for name in WEIGHTS if name in row}}


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the counts of the debt question in the simulated population, one row a period."""
    import polars as pl

    real = []
    for period in periods:
        frame = pl.read_parquet(settings.truth / "population" / "farm_debt" / f"{period}.parquet")
        sums = frame.select(pl.col(name).sum() for name in DEBT).row(0, named=True)
        real.append(country(sums | {"period": period}, DEBT, RATES))
    return real


def gap(seen: Mapping[str, Any], real: Mapping[str, Any], name: str) -> float | None:
    """By how much the extracts miss or overstate a count, as a share of what is; None where a figure is left out."""
    if seen[name] is None or not real[name]:
        return None
    return round(float(seen[name] / real[name]) - 1, 4)


def _rated(row: Row, rates: Mapping[str, tuple[str, str]]) -> Row:
    return row | {name: _share(row[part], row[whole]) for name, (part, whole) in rates.items()}


def _share(part: int | None, whole: int | None) -> float | None:
    """A part of a whole; None where one of them may not be shown."""
    return None if part is None or not whole else round(part / whole, 4)


def _percent(part: Any, whole: Any) -> float | None:
    return round(100 * float(part) / float(whole), 1) if whole else None


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _of(period: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["period"] == period]
