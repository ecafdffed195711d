"""The health answer as people are told it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.health import answers, picture
from khlang.serve.figures import gap
from khlang.serve.told import LEFT_OUT, Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Rows = Sequence[Mapping[str, Any]]
SHOWN = 12  # provinces
WITHOUT = "persons_without_allowance"
QUESTION = Words(
    "หญิงวัยรุ่นเป็นแม่มากที่ใดและออกจากโรงเรียนหรือไม่ และคนพิการคนใดไม่ได้รับเบี้ย",
    "Where do girls become mothers and leave school, and which persons with a disability draw no allowance?",
)
NOTE = Words(
    "ต่างจากจริงเพราะเลขประจำตัวที่ผิดหรือขาดในบัญชีจ่ายเบี้ย ผู้มีเลขผิดดูเหมือนไม่ได้รับเบี้ย",
    "The gap is refused and missing citizen IDs: whose number is wrong in the list of payments seems to draw nothing.",
)
PERIOD = Column("period", Words("งวด", "period"), "text")
BIRTHS = (
    Column("births", Words("การเกิด 24 เดือน", "births of 24 months")),
    Column("births_15_19", Words("แม่อายุ 15–19 ปี", "mothers of 15–19")),
    Column("girls_15_19", Words("หญิงอายุ 15–19 ปี", "girls of 15–19")),
    Column("rate", Words("ต่อหญิง 1,000 คนต่อปี", "a year per 1,000 girls"), "text"),
)
SCHOOL = (
    Column("teen_mothers_students", Words("แม่วัยรุ่นที่เป็นนักเรียน", "of them students")),
    Column("teen_mothers_left_school", Words("ออกกลางคันแล้ว", "have left school")),
    Column("left_share", Words("ร้อยละที่ออก", "share that left"), "share"),
)
CARDS = (
    Column("group_persons", Words("มีบัตรที่ใช้ได้", "valid cards")),
    Column(WITHOUT, Words("ไม่ได้รับเบี้ย", "without an allowance")),
    Column("without_share", Words("ร้อยละที่ไม่ได้รับ", "share without"), "share"),
)
MONTH = (
    Column("card_holders", Words("มีบัตรคนพิการที่ใช้ได้", "valid disability cards")),
    Column(WITHOUT, Words("ไม่ได้รับเบี้ย", "without an allowance")),
    Column("drawing_without_card", Words("ได้เบี้ยโดยไม่มีบัตร", "drawing without a card")),
    Column("gap", Words("ไม่ได้รับเบี้ย ต่างจากจริง", "without: gap to what is"), "change"),
)


def tell(settings: Settings, connection: "Connection", periods: list[str]) -> Told:
    """Ask everything as the analyst, and put what is beside it.

    Args:
        settings: Where the truth of the simulation and the names of codes are.
        connection: Of an analyst of the project.
        periods: The months to tell of, in order; all are served.

    Raises:
        QueryError: Trino refused.
        ServiceError: Trino does not answer.
    """
    last = periods[-1]
    by_period = [row for row in answers.by_period(connection) if row["period"] in periods]
    by_region = answers.by_region(connection, last)
    by_province = answers.by_province(settings, connection, last)
    by_type = answers.by_type(settings, connection, last)
    by_distance = answers.by_distance(connection, last)
    real = answers.population(settings, periods)
    return Told(
        domain="health",
        question=QUESTION,
        cards=_cards(by_period[-1]),
        tables=(*_births(last, by_period, by_region), *_allowances(by_period, real, by_distance, by_type, by_province)),
        note=NOTE,
        figures={
            "by_period": by_period,
            "by_region": by_region,
            "by_province": by_province,
            "by_type": by_type,
            "by_distance": by_distance,
        },
        marts={"teen_births": "by_region", "disability_gap": "by_province"},
        population=real,
        picture=Words(
            "อัตราการเกิดจากแม่วัยรุ่นรายภาค และผู้มีบัตรคนพิการที่ไม่ได้รับเบี้ยรายกลุ่มและรายจังหวัด",
            "Teen births by region; persons with a disability card and no allowance by group and province",
        ),
        draw=lambda file: picture.draw(file, by_region, [*by_distance, *by_type], by_province, last),
    )


def _cards(last: Mapping[str, Any]) -> tuple[Card, ...]:
    return (
        Card(last["births_15_19"], Words("การเกิดจากแม่อายุ 15–19 ปี ใน 24 เดือน", "births of teen mothers, 24 months")),
        Card(last["teen_mothers_left_school"], Words("แม่วัยรุ่นที่ออกกลางคันหลังคลอด", "of them left school since")),
        Card(last[WITHOUT], Words("ผู้มีบัตรคนพิการที่ไม่ได้รับเบี้ย", "card holders without an allowance")),
    )


def _births(last: str, by_period: Rows, by_region: Rows) -> tuple[Shown, ...]:
    return (
        Shown(Words("การเกิด รายงวด", "births by month"), (PERIOD, *BIRTHS, *SCHOOL), _rates(by_period)),
        Shown(
            Words(f"การเกิด รายภาค งวด {last}", "by region; × stands for a figure that may not be shown"),
            (_name("ภาค", "region"), *BIRTHS),
            _rates(by_region),
        ),
    )


def _allowances(by_period: Rows, real: Rows, by_distance: Rows, by_type: Rows, by_province: Rows) -> tuple[Shown, ...]:
    last = by_period[-1]["period"]
    months = [{**row, "gap": gap(row, is_, WITHOUT)} for row, is_ in zip(by_period, real, strict=True)]
    return (
        Shown(Words("เบี้ยความพิการ รายงวด", "allowances by month"), (PERIOD, *MONTH), months),
        Shown(
            Words(f"ใกล้และไกล งวด {last}", "towns and far amphoe"),
            (_name("อำเภอ", "amphoe"), *CARDS),
            by_distance,
        ),
        Shown(Words(f"รายประเภท งวด {last}", "by type of disability"), (_name("ประเภท", "type"), *CARDS), by_type),
        Shown(
            Words(f"รายจังหวัด งวด {last}", "most without an allowance first"),
            (_name("จังหวัด", "province"), *CARDS),
            by_province[:SHOWN],
        ),
    )


def _rates(rows: Rows) -> list[dict[str, Any]]:
    """Rows with the rate as text; what may not be shown is marked."""
    rates = [row["teen_birth_rate"] for row in rows]
    return [{**row, "rate": LEFT_OUT if rate is None else f"{rate:.1f}"} for row, rate in zip(rows, rates, strict=True)]


def _name(th: str, en: str) -> Column:
    return Column("name_th", Words(th, en), "text")
