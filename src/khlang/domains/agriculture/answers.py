"""The agriculture questions as an analyst asks them, and the answers as they may be shown.

What leaves this module has passed the threshold of ``khlang.release``: no count of fewer than ten farmers or plots,
none that follows by subtraction; and of a crop that fewer than ten farmers of a province grow no weight or price.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.agriculture import asked
from khlang.domains.agriculture.asked import DEBT
from khlang.domains.agriculture.definitions import load
from khlang.release.threshold import protect, protect_column, protect_row, protect_rows, values
from khlang.serve import client
from khlang.serve.figures import share
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
PLOTS: dict[str, str | None] = {"plots": None, "failed_plots": "plots"}
RAINFED: dict[str, str | None] = {"rainfed_plots": None, "failed_rainfed_plots": "rainfed_plots"}
KINDS_TH = ("อาศัยน้ำฝน จังหวัดที่ฝนน้อย", "อาศัยน้ำฝน จังหวัดอื่น", "ชลประทาน ลุ่มน้ำที่น้ำไม่พอ", "ชลประทาน ลุ่มน้ำอื่น")
WEIGHTS = ("production_kg", "purchases_kg", "taken_percent", "price_percent")
TITLES_TH = {
    "judged_farmers": "ตัดสินได้",
    "failed_farmers": "ล้มเหลว",
    "failed_rate": "อัตราล้มเหลว",
    "failed_borrowers": "ล้มเหลวและมีหนี้",
    "overdue_failed_rate": "ค้างชำระ (ล้มเหลว)",
    "overdue_other_rate": "ค้างชำระ (ไม่ล้มเหลว)",
    "growers": "ผู้ปลูก",
    "taken_percent": "ตลาดรับซื้อ (ร้อยละ)",
    "price_percent": "ราคาเทียบปกติ (ร้อยละ)",
    "plots": "แปลง",
    "plots_rate": "ล้มเหลว",
    "rainfed_plots": "แปลงอาศัยน้ำฝน",
    "rainfed_rate": "ล้มเหลว (น้ำฝน)",
    "rain_percent": "ฝนเทียบค่าเฉลี่ยของภาค (ร้อยละ)",
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
    # The sums of the regions are shown, too: what a region's provinces hide must not follow from its sum.
    of_region = [[row for row in ordered if row["province_code"][0] == digit] for digit in load().regions]
    told = {row["province_code"]: row for some in of_region for row in shown(some, DEBT, RATES)}
    return [told[row["province_code"]] | {"name_th": names[row["province_code"]]} for row in ordered]


def regions(connection: "Connection", period: str) -> list[Row]:
    """The debt question by region of one period."""
    rows = _of(period, client.ask(connection, asked.DEBT_BY_REGION).dicts())
    return [row | {"name_th": load().regions[row["region"]]} for row in shown(rows, DEBT, RATES)]


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
    """Failed plots of one period: rain-fed ones where rain was little and elsewhere, irrigated ones by their basin."""
    counted = kinds(_of(period, client.ask(connection, asked.BY_RAIN).dicts()))
    return shown(counted, PLOTS, {"plots_rate": ("failed_plots", "plots")})


def kinds(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Plots and failed ones of the four kinds of ``KINDS_TH``, from the sums of dry provinces and of others (pure)."""

    def total(name: str, *, dry: bool | None = None) -> int:
        return sum(int(row[name]) for row in rows if dry is None or bool(row["is_dry"]) is dry)

    rainfed = [(total("rainfed_plots", dry=dry), total("failed_rainfed_plots", dry=dry)) for dry in (True, False)]
    watered = (total("irrigated_plots"), total("failed_irrigated_plots"))
    short = (total("irrigated_short_plots"), total("failed_irrigated_short_plots"))
    pairs = [*rainfed, short, (watered[0] - short[0], watered[1] - short[1])]
    return [{"name_th": name, "plots": all_, "failed_plots": failed}
            for name, (all_, failed) in zip(KINDS_TH, pairs, strict=True)]  # fmt: skip


def rain_by_province(settings: Settings, connection: "Connection", period: str) -> list[Row]:
    """Rain and failed rain-fed plots by province of one period, the driest first."""
    names = province_names(settings)
    rows = _of(period, client.ask(connection, asked.RAIN_BY_PROVINCE).dicts())
    told = [row | {"rain_percent": _number(row["rain_percent"])} for row in rows if row["rain_percent"] is not None]
    ordered = sorted(told, key=lambda row: (row["rain_percent"], row["province_code"]))
    rates = {"rainfed_rate": ("failed_rainfed_plots", "rainfed_plots")}
    return [row | {"name_th": names[row["province_code"]]} for row in shown(ordered, RAINFED, rates)]


def country(row: Mapping[str, Any], figures: Mapping[str, str | None], rates: Mapping[str, tuple[str, str]]) -> Row:
    """One row of sums, protected, with the rates of what may be shown (pure)."""
    return _rated({"period": row["period"]} | values(protect_row(row, figures)), rates)


def shown(
    rows: Sequence[Mapping[str, Any]], figures: Mapping[str, str | None], rates: Mapping[str, tuple[str, str]]
) -> list[Row]:
    """Rows whose sum is shown too: small counts, and what they would follow from, have no value (pure)."""
    return [
        _rated({**row, **values(cells)}, rates) for row, cells in zip(rows, protect_rows(rows, figures), strict=True)
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


def _rated(row: Row, rates: Mapping[str, tuple[str, str]]) -> Row:
    return row | {name: share(row[part], row[whole]) for name, (part, whole) in rates.items()}


def _percent(part: Any, whole: Any) -> float | None:
    return round(100 * float(part) / float(whole), 1) if whole else None


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _of(period: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["period"] == period]
