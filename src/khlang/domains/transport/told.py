"""The transport answer as people are told it."""

from typing import TYPE_CHECKING, Any

from khlang.domains.transport import answers, picture
from khlang.serve.figures import gap
from khlang.serve.told import Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

SHOWN = 12  # routes, provinces, nationalities
QUESTION = Words(
    "รถโดยสารสายใดล่าช้าหรือไม่มา ถนนในเมืองใดติดขัด และใครเดินทางเข้ามาทางอากาศ",
    "Which buses are late or never come, which towns are congested, and who comes by air?",
)
NOTE = Words(
    "ต่างจากจริงเพราะ GPS ที่เงียบหรือค้าง และค่าที่มาช้า",
    "The gap is what the extracts cannot show: buses whose GPS is silent or stuck, and readings that came late.",
)
PICTURE = Words(
    "รถโดยสารที่ช้าและที่ไม่มารายชั่วโมง รถติดรายจังหวัด และผู้โดยสารทางอากาศรายสัญชาติ",
    "Late and missing buses by hour; congestion by province; arrivals by air and their nowcast by nationality",
)
PERIOD = Column("period", Words("งวด", "period"), "text")
LATE = Column("late_share", Words("ถึงป้ายช้า", "late arrivals"), "share")
MISSING = Column("missing_share", Words("เที่ยวที่ไม่มา", "trips that never came"), "share")
CONGESTED = Column("congested_share", Words("ชั่วโมงที่รถติด", "congested hours"), "share")
PASSENGERS = Column("passengers", Words("ผู้โดยสารขาเข้า", "passengers"))
NOWCAST = Column("nowcast", Words("ประมาณการ", "nowcast"), "text")
PLANNED = Column("trips_planned", Words("เที่ยวตามตาราง", "trips planned"))
BY_PERIOD = (
    *(PERIOD, PLANNED, MISSING, LATE, CONGESTED, PASSENGERS, NOWCAST),
    Column("gap", Words("เที่ยวที่ไม่มา ต่างจากจริง", "never came: gap to what is"), "change"),
)
BY_ROUTE = (
    Column("route_code", Words("สาย", "route"), "text"),
    Column("name_th", Words("จังหวัด", "province"), "text"),
    *(PLANNED, MISSING, LATE),
    Column("median", Words("มัธยฐานที่ช้า ชั่วโมงที่ช้าสุด (วินาที)", "median delay of the latest hour, s"), "text"),
)
BY_PROVINCE = (
    Column("name_th", Words("จังหวัด", "province"), "text"),
    CONGESTED,
    Column("worst_hour", Words("ชั่วโมงที่ติดที่สุด", "worst hour"), "text"),
    Column("worst_share", Words("ติดในชั่วโมงนั้น", "congested then"), "share"),
)
BY_NATIONALITY = (
    Column("name_th", Words("สัญชาติ", "nationality"), "text"),
    PASSENGERS,
    Column("passengers_change", Words("จากเดือนก่อน", "on the month before"), "change"),
    NOWCAST,
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
    by_period = [row for row in answers.months(connection) if row["period"] in periods]
    by_route = answers.routes(settings, connection).get(last, [])[:SHOWN]
    by_hour = answers.hours(connection)[last]
    by_province = answers.provinces(settings, connection)[last][:SHOWN]
    by_nationality = answers.nationalities(settings, connection)[last][:SHOWN]
    real = answers.population(settings, periods)
    return Told(
        domain="transport",
        question=QUESTION,
        cards=_cards(by_period[-1]),
        tables=_tables(by_period, by_route, by_province, by_nationality, real),
        note=NOTE,
        figures={
            "by_period": by_period,
            "by_route": by_route,
            "by_hour": by_hour,
            "beside_roads": answers.beside(connection).get(last, []),
            "by_province": by_province,
            "by_nationality": by_nationality,
        },
        marts={"bus_punctuality": "by_hour", "congestion": "by_province", "air_arrivals": "by_nationality"},
        population=real,
        picture=PICTURE,
        draw=lambda file: picture.draw(file, by_hour, by_province, by_nationality, last),
    )


def _cards(last: dict[str, Any]) -> tuple[Card, ...]:
    return (
        Card(last["arrivals_late"], Words("ครั้งที่รถถึงป้ายช้ากว่า 5 นาที", "arrivals more than five minutes late")),
        Card(last["trips_missing"], Words("เที่ยวรถที่ไม่มา", "trips that never came")),
        Card(last["congested_hours"], Words("ชั่วโมงที่ถนนในเมืองติดขัด", "congested hours in built-up areas")),
        Card(last["passengers"], Words("ผู้โดยสารขาเข้าทางอากาศ", "passengers who arrived by air")),
    )


def _tables(
    by_period: list[dict[str, Any]],
    by_route: list[dict[str, Any]],
    by_province: list[dict[str, Any]],
    by_nationality: list[dict[str, Any]],
    real: list[dict[str, Any]],
) -> tuple[Shown, ...]:
    last = by_period[-1]["period"]
    months = [_expected(row) | {"gap": gap(row, is_, "trips_missing")}
              for row, is_ in zip(by_period, real, strict=True)]  # fmt: skip
    late = [row | {"median": _text(row["median_delay_seconds"])} for row in by_route]
    return (
        Shown(Words("รายงวด", "by month, and the gap to what is"), BY_PERIOD, months),
        Shown(Words(f"รายเส้นทาง ช่วงเย็น งวด {last}", "trips of 16 to 18 o'clock, the latest first"), BY_ROUTE, late),
        Shown(
            Words(f"รถติดในเขตชุมชนเมือง งวด {last}", "built-up areas, the most congested first"),
            BY_PROVINCE,
            by_province,
        ),
        Shown(
            Words(f"รายสัญชาติ งวด {last}", "most passengers first; × stands for a figure that may not be shown"),
            BY_NATIONALITY,
            [_expected(row) for row in by_nationality],
        ),
    )


def _expected(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its nowcast as text, and the day of the month that it is of."""
    value = row["nowcast_passengers"]
    return row | {"nowcast": "–" if value is None else f"{value:,} (ณ วันที่ {row['as_of_day']})"}


def _text(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
