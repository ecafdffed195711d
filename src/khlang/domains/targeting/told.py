"""The targeting answer as people are told it: the second question of pilot 1."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.domains.targeting import answers, picture
from khlang.serve.figures import gap
from khlang.serve.told import Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Rows = Sequence[Mapping[str, Any]]
SHOWN = 12  # provinces
WITHOUT = "poor_households_without_registrant"
QUESTION = Words(
    "สวัสดิการแห่งรัฐรวมใครผิด ตกหล่นใคร และความช่วยเหลือใดจะไปถึงผู้ตกหล่น (โครงการนำร่อง 1 คำถามที่สอง)",
    "Whom does the welfare scheme include by mistake, whom does it miss, and what help would reach the missed? "
    "(pilot 1, second question)",
)
NOTE = Words(
    "ต่างจากจริงเพราะรายได้ที่ไม่มีทะเบียนใดรู้ และเลขประจำตัวที่ผิดหรือขาด ผู้มีเลขผิดดูเหมือนไม่มีหน่วยงานใดรู้จัก",
    "The gap is income that no register holds, and wrong or missing citizen IDs: whose number is wrong seems to be "
    "known to nobody.",
)
PERIOD = Column("period", Words("งวด", "period"), "text")
POOR = (
    Column("poor_households", Words("ครัวเรือนยากจน", "poor households")),
    Column(WITHOUT, Words("ไม่มีผู้ลงทะเบียน", "…without a registrant")),
    Column("exclusion_error", Words("ร้อยละที่ตกหล่น", "exclusion error"), "share"),
)
HELD = (
    Column("registrants", Words("ผู้ลงทะเบียน", "registrants")),
    Column("ineligible_registrants", Words("ไม่เข้าเกณฑ์", "not eligible")),
    Column("inclusion_error", Words("ร้อยละที่รวมผิด", "inclusion error"), "share"),
)
MISSED = (
    Column("missed_persons", Words("ผู้ตกหล่น (คน)", "missed persons")),
    Column("social_persons", Words("พม. รู้จัก", "known to social workers")),
    Column("social_unaided", Words("…แต่ไม่ได้ช่วย", "…and not helped")),
    Column("nobody_persons", Words("ไม่มีใครรู้จัก", "known to nobody")),
    Column("older_alone_persons", Words("ผู้สูงอายุอยู่ลำพัง", "older, alone")),
)
CHANNEL = (
    Column("missed_persons", Words("ผู้ตกหล่น (คน)", "missed persons, first known here")),
    Column("missed_share", Words("ร้อยละ", "share"), "share"),
    Column("reached_persons", Words("ในบ้านที่รู้จัก (คน)", "in a house where it knows somebody")),
)
PLACE = (
    *POOR,
    Column("missed_persons", Words("ผู้ตกหล่น (คน)", "missed persons")),
    Column("social_reached", Words("ในบ้านที่พม. รู้จัก", "in a house that social workers know")),
    Column("social_share", Words("ร้อยละ", "share"), "share"),
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
    by_type = answers.by_type(settings, connection, last)
    by_channel = answers.by_channel(settings, connection, last)
    by_province = answers.by_province(settings, connection, last)
    real = answers.population(settings, periods)
    return Told(
        domain="targeting",
        question=QUESTION,
        cards=_cards(by_period[-1]),
        tables=_tables(by_period, real, by_type, by_channel, by_province),
        note=NOTE,
        figures={
            "by_period": by_period,
            "by_type": by_type,
            "by_channel": by_channel,
            "by_province": by_province,
        },
        marts={"welfare_targeting": "by_type", "welfare_missed": "by_channel"},
        population=real,
        picture=Words(
            "ครัวเรือนยากจนที่ตกหล่นรายประเภทและรายจังหวัด และช่องทางที่จะไปถึงผู้ตกหล่น",
            "Poor households missed, by type and province; the channels that would reach the missed",
        ),
        draw=lambda file: picture.draw(file, by_type, by_channel, by_province, last),
    )


def _cards(last: Mapping[str, Any]) -> tuple[Card, ...]:
    return (
        Card(last[WITHOUT], Words("ครัวเรือนยากจนที่ตกหล่น", "poor households that the scheme misses")),
        Card(last["ineligible_registrants"], Words("ผู้ลงทะเบียนที่ไม่เข้าเกณฑ์", "registrants who are not eligible")),
        Card(last["social_unaided"], Words("ผู้ตกหล่นที่พม. รู้จักแต่ยังไม่ได้ช่วย", "missed, known and not helped")),
    )


def _tables(by_period: Rows, real: Rows, by_type: Rows, by_channel: Rows, by_province: Rows) -> tuple[Shown, ...]:
    last = by_period[-1]["period"]
    months = [{**row, "gap": gap(row, is_, WITHOUT)} for row, is_ in zip(by_period, real, strict=True)]
    apart = Column("gap", Words("ตกหล่น ต่างจากจริง", "missed: gap to what is"), "change")
    return (
        Shown(Words("รายงวด", "by month, and the gap to the population"), (PERIOD, *HELD, *POOR, apart), months),
        Shown(Words("ผู้ตกหล่น รายงวด", "missed persons by month"), (PERIOD, *MISSED), by_period),
        Shown(
            Words(f"รายประเภทครัวเรือน งวด {last}", "by type of household; × stands for what may not be shown"),
            (_name("ประเภท", "type"), *HELD, *POOR),
            by_type,
        ),
        Shown(
            Words(f"ช่องทางที่จะไปถึงผู้ตกหล่น งวด {last}", "what would reach the missed: the first channel counts"),
            (_name("ช่องทาง", "channel"), *CHANNEL),
            by_channel,
        ),
        Shown(
            Words(f"รายจังหวัด งวด {last}", "most missed households first"),
            (_name("จังหวัด", "province"), *PLACE),
            by_province[:SHOWN],
        ),
    )


def _name(th: str, en: str) -> Column:
    return Column("name_th", Words(th, en), "text")
