"""The waste answer as people are told it."""

from typing import TYPE_CHECKING, Any

from khlang.domains.waste import answers, picture
from khlang.domains.waste.definitions import load
from khlang.serve.figures import gap
from khlang.serve.told import Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

SHOWN = 12  # provinces
COMPLAINTS = "waste_complaints"
QUESTION = Words(
    "พื้นที่ใดอยู่ไกลจากสถานที่ฝังกลบขยะที่ถูกหลัก สถานที่ใดใกล้เต็ม และเรื่องร้องเรียนตามมาหรือไม่",
    "Which regions lie far from a sanitary landfill, which sites are soon full, and do complaints follow?",
)
NOTE = Words(
    "ต่างจากจริงเพราะบ้านที่ไม่มีสมาชิกคนใดเชื่อมกับทะเบียนบ้านได้ และน้ำหนักที่มาช้า",
    "The gap is what the extracts cannot show: houses of which no member is linked, and weights that came late.",
)
HOUSEHOLDS = Column("households", Words("ครัวเรือน", "households"))
SERVED = Column("served_households", Words("ได้รับบริการเก็บขยะ", "waste is collected"))
COMPLAINED = Column(COMPLAINTS, Words("เรื่องร้องเรียน", "complaints"))
RATE = Column("rate", Words("ต่อพันครัวเรือน", "per 1,000 households"), "text")
BY_PERIOD = (
    *(Column("period", Words("งวด", "period"), "text"), HOUSEHOLDS, SERVED, COMPLAINED),
    Column("far_amphoe", Words("อำเภอที่อยู่ไกล", "far amphoe")),
    Column("full_soon_sites", Words("สถานที่ใกล้เต็ม", "sites full soon")),
    Column("gap", Words("ครัวเรือนต่างจากจริง", "gap of households"), "change"),
)
BY_PROVINCE = (
    Column("name_th", Words("จังหวัด", "province"), "text"),
    Column("distance", Words("ระยะทาง (กม.)", "km to a sanitary landfill"), "text"),
    *(HOUSEHOLDS, SERVED, COMPLAINED),
    Column("recycled_share", Words("คัดแยก", "recycled"), "share"),
)
BY_BAND = (Column("band", Words("ระยะทาง", "distance"), "text"), HOUSEHOLDS, COMPLAINED, RATE)
BY_KIND = (
    Column("name_th", Words("ประเภท", "kind"), "text"),
    Column("sites", Words("สถานที่", "sites")),
    Column("full_soon", Words("ใกล้เต็ม", "full soon")),
    Column("overfull", Words("เกินความจุ", "overfull")),
    Column("years", Words("อายุที่เหลือ มัธยฐาน (ปี)", "median years left"), "text"),
)


def tell(settings: Settings, connection: "Connection", periods: list[str]) -> Told:
    """Ask everything as the analyst, and put what is beside it.

    Args:
        settings: Where the truth of the simulation and the names of places are.
        connection: Of an analyst of the project.
        periods: The months to tell of, in order; all are served.

    Raises:
        QueryError: Trino refused.
        ServiceError: Trino does not answer.
    """
    last = periods[-1]
    kinds = answers.sites(settings, connection)
    by_period = [row for row in answers.months(connection, kinds) if row["period"] in periods]
    everywhere = answers.provinces(settings, connection)[last]
    by_province = everywhere[:SHOWN]
    by_band = answers.bands(connection)[last]
    real = answers.population(settings, periods)
    far_km = load().far_m / 1000
    return Told(
        domain="waste",
        question=QUESTION,
        cards=_cards(by_period[-1]),
        tables=_tables(by_period, by_province, by_band, kinds[last], real),
        note=NOTE,
        figures={"by_period": by_period, "by_province": by_province, "by_band": by_band, "sites": kinds[last]},
        marts={"waste_by_amphoe": "by_period", "site_years": "sites"},
        population=real,
        picture=Words(
            "ระยะทางถึงสถานที่ฝังกลบถูกหลักรายจังหวัด (แผนที่และจังหวัดที่ไกลที่สุด) และเรื่องร้องเรียนตามระยะทาง",
            "Distance to a sanitary landfill by province, as a map and for the farthest; complaints by distance",
        ),
        draw=lambda file: picture.draw(file, everywhere, by_band, last, far_km),
    )


def _cards(last: dict[str, Any]) -> tuple[Card, ...]:
    return (
        Card(last["far_amphoe"], Words("อำเภอที่อยู่ไกลจากสถานที่ฝังกลบถูกหลัก", "amphoe far from a sanitary landfill")),
        Card(last["full_soon_sites"], Words("สถานที่กำจัดขยะที่ใกล้เต็ม", "sites that are soon full")),
        Card(last[COMPLAINTS], Words("เรื่องร้องเรียนในเดือน", "complaints in the month")),
    )


def _tables(
    by_period: list[dict[str, Any]],
    by_province: list[dict[str, Any]],
    by_band: list[dict[str, Any]],
    by_kind: list[dict[str, Any]],
    real: list[dict[str, Any]],
) -> tuple[Shown, ...]:
    months = [row | {"gap": gap(row, is_, "households")} for row, is_ in zip(by_period, real, strict=True)]
    last = by_period[-1]["period"]
    hidden = "× stands for a figure that may not be shown"
    return (
        Shown(Words("รายงวด", "by month, and the gap to the population"), BY_PERIOD, months),
        Shown(
            Words(f"รายจังหวัด งวด {last}", f"the farthest first; {hidden}"),
            BY_PROVINCE,
            [row | {"distance": _text(row["distance_km"], 1)} for row in by_province],
        ),
        Shown(
            Words(f"เรื่องร้องเรียนตามระยะทาง งวด {last}", f"complaints by distance; {hidden}"),
            BY_BAND,
            [row | {"rate": _text(row["complaints_per_1000"], 1)} for row in by_band],
        ),
        Shown(
            Words(f"สถานที่กำจัดขยะ งวด {last}", "disposal sites by kind"),
            BY_KIND,
            [row | {"years": _text(row["middle_years"], 1)} for row in by_kind],
        ),
    )


def _text(value: float | None, digits: int) -> str:
    """A figure as text; what is not known is a dash."""
    return "–" if value is None else f"{value:,.{digits}f}"
