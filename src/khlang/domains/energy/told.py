"""The energy answer as people are told it."""

from typing import TYPE_CHECKING, Any

from khlang.domains.energy import answers, picture
from khlang.serve.figures import gap
from khlang.serve.told import Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

SHOWN = 12  # provinces
BURDENED, MISSED, STRAY = "burdened_households", "missed_households", "subsidised_unregistered_households"
QUESTION = Words(
    "ค่าไฟฟ้าเป็นภาระของผู้มีรายได้น้อยที่ใด การช่วยเหลือไปไม่ถึงใคร และไฟฟ้าดับบ่อยที่ใด",
    "Where is electricity a burden on the poor, whom does the subsidy miss, and where is the current cut most?",
)
NOTE = Words(
    "ต่างจากจริงเพราะรายได้นอกระบบไม่อยู่ในทะเบียนใด และใบแจ้งที่มาช้า",
    "The gap is what the extracts cannot show: informal income is in no register, so that many look burdened who are"
    " not; and bills that came late.",
)
JUDGED = Column("welfare_billed_households", Words("ครัวเรือนที่มีผู้ลงทะเบียน", "registrants' households with a bill"))
HEAVY = Column(BURDENED, Words("ค่าไฟฟ้าเป็นภาระ", "burdened"))
LOW = Column("low_use_households", Words("ใช้ไฟน้อย", "of little use"))
NOT_REACHED = Column(MISSED, Words("การช่วยเหลือไปไม่ถึง", "missed by the subsidy"))
NOT_REGISTERED = Column(STRAY, Words("ได้รับโดยไม่มีผู้ลงทะเบียน", "subsidised, unregistered"))
COUNTS = (JUDGED, HEAVY, LOW, NOT_REACHED, NOT_REGISTERED)
BY_PERIOD = (
    *(Column("period", Words("งวด", "period"), "text"), *COUNTS),
    Column("gap", Words("ภาระต่างจากจริง", "gap of burdened"), "change"),
)
BY_PROVINCE = (Column("name_th", Words("จังหวัด", "province"), "text"), *COUNTS)
BY_HOURS = (
    Column("name_th", Words("จังหวัด", "province"), "text"),
    Column("outages", Words("เหตุไฟฟ้าดับ", "outages")),
    Column("outages_unclear", Words("วันเวลาขัดกัน", "unclear")),
    Column("per_household", Words("ชั่วโมงต่อครัวเรือน", "hours per household"), "text"),
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
    all_hours = answers.hours(settings, connection)
    by_period = [row for row in answers.months(connection, all_hours) if row["period"] in periods]
    by_province = answers.provinces(settings, connection)[last][:SHOWN]
    by_hours, mean = all_hours[last], by_period[-1]["hours_per_household"]
    real = answers.population(settings, periods)
    return Told(
        domain="energy",
        question=QUESTION,
        cards=_cards(by_period[-1]),
        tables=_tables(by_period, by_province, by_hours[:SHOWN], real),
        note=NOTE,
        figures={"by_period": by_period, "by_province": by_province, "hours": by_hours},
        marts={"energy_burden": "by_period", "outage_hours": "hours"},
        population=real,
        picture=Words(
            "ครัวเรือนที่การช่วยเหลือไปไม่ถึงรายจังหวัด และชั่วโมงไฟฟ้าดับต่อครัวเรือน (รวมแผนที่)",
            "Households that the subsidy misses by province; hours without current per household, also as a map",
        ),
        draw=lambda file: picture.draw(file, by_province, by_hours, last, mean),
    )


def _cards(last: dict[str, Any]) -> tuple[Card, ...]:
    return (
        Card(last[BURDENED], Words("ครัวเรือนที่ค่าไฟฟ้าเป็นภาระ", "households whose bill is a burden")),
        Card(last[MISSED], Words("ครัวเรือนที่การช่วยเหลือไปไม่ถึง", "households that the subsidy misses")),
        Card(last[STRAY], Words("ครัวเรือนที่ได้รับโดยไม่มีผู้ลงทะเบียน", "subsidised households without a registrant")),
    )


def _tables(
    by_period: list[dict[str, Any]],
    by_province: list[dict[str, Any]],
    by_hours: list[dict[str, Any]],
    real: list[dict[str, Any]],
) -> tuple[Shown, ...]:
    months = [row | {"gap": gap(row, is_, BURDENED)} for row, is_ in zip(by_period, real, strict=True)]
    last = by_period[-1]["period"]
    return (
        Shown(Words("รายงวด", "by month, and the gap to the population"), BY_PERIOD, months),
        Shown(
            Words(f"รายจังหวัด งวด {last}", "most missed households first; × stands for a figure that may not be shown"),
            BY_PROVINCE,
            by_province,
        ),
        Shown(
            Words(f"ไฟฟ้าดับรายจังหวัด งวด {last}", "most hours per household first"),
            BY_HOURS,
            [row | {"per_household": _text(row["hours"])} for row in by_hours],
        ),
    )


def _text(value: float | None) -> str:
    """A figure as text; what is not known is a dash."""
    return "–" if value is None else f"{value:,.2f}"
