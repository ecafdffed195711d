"""The welfare answer as people are told it."""

from typing import TYPE_CHECKING, Any

from khlang.domains.welfare import answers, picture
from khlang.serve.figures import gap
from khlang.serve.told import Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

SHOWN = 12  # provinces
QUESTION = Words(
    "ผู้ลงทะเบียนยากจนจริงหรือไม่ และใครยังตกหล่น",
    "Are the registrants truly poor, and which poor households hold no registrant?",
)
NOTE = Words(
    "ต่างจากจริงเพราะเลขประจำตัวที่ผิดหรือขาด แถวที่มาช้า และรายได้ที่ไม่มีทะเบียนใดรู้",
    "The gap is what the extracts cannot show: refused and missing citizen IDs, late rows, and income that no register "
    "holds.",
)
PERIOD = Column("period", Words("งวด", "period"), "text")
REGISTRANTS = Column("registrants", Words("ผู้ลงทะเบียน", "registrants"))
CONTRADICTIONS = Column("contradictions", Words("รายได้ขัดกัน", "contradictions"))
POOR = Column("poor_households", Words("ครัวเรือนยากจน", "poor households"))
WITHOUT = Column("poor_households_without_registrant", Words("ไม่มีผู้ลงทะเบียน", "…without a registrant"))
BY_PERIOD = (
    *(PERIOD, REGISTRANTS, Column("insured", Words("เป็นผู้ประกันตน", "insured")), CONTRADICTIONS),
    *(Column("eligible", Words("เข้าเกณฑ์", "eligible")), POOR, WITHOUT),
    Column("gap", Words("ต่างจากจริง", "gap to what is"), "change"),
)
BY_PROVINCE = (Column("name_th", Words("จังหวัด", "province"), "text"), REGISTRANTS, CONTRADICTIONS, POOR, WITHOUT)


def tell(settings: Settings, connection: "Connection", periods: list[str]) -> Told:
    """Ask everything as the analyst, and put what is beside it.

    Args:
        settings: Where the truth of the simulation and the names of provinces are.
        connection: Of an analyst of the project.
        periods: The months to tell of, in order; all are served.

    Raises:
        QueryError: Trino refused.
        ServiceError: Trino does not answer.
    """
    found = {one.period: one.as_dict() for one in answers.ask(settings, connection) if one.period in periods}
    judged = [row for row in answers.judged(connection) if row["period"] in periods]
    by_period = [found[row["period"]]["country"] | row for row in judged]
    everywhere = found[periods[-1]]["provinces"]
    by_province = everywhere[:SHOWN]
    real = answers.population(settings, periods)
    return Told(
        domain="welfare",
        question=QUESTION,
        cards=_cards(by_period[-1]),
        tables=_tables(by_period, by_province, real),
        note=NOTE,
        figures={"by_period": by_period, "by_province": by_province, "eligibility": judged},
        marts={"welfare_eligibility": "eligibility", "welfare_by_amphoe": "by_period"},
        population=real,
        picture=Words(
            "ครัวเรือนยากจนและที่ไม่มีผู้ลงทะเบียนรายจังหวัด และครัวเรือนยากจนที่ไม่มีผู้ลงทะเบียนรายงวด",
            "Poor households and the share without a registrant by province; those without a registrant by month",
        ),
        draw=lambda file: picture.draw(file, by_province, by_period, real, everywhere=everywhere),
    )


def _cards(last: dict[str, Any]) -> tuple[Card, ...]:
    whole = "×" if last["registrants"] is None else f"{last['registrants']:,}"
    return (
        Card(
            last["contradictions"],
            Words(
                "ผู้ลงทะเบียนที่ค่าจ้างประกันสังคมขัดกับรายได้ที่แจ้ง",
                "registrants whose insured wages contradict the declared income",
            ),
        ),
        Card(
            last["poor_households_without_registrant"],
            Words("ครัวเรือนยากจนที่ไม่มีผู้ลงทะเบียน", "poor households without a registrant"),
        ),
        Card(last["eligible"], Words(f"จากผู้ลงทะเบียน {whole} คน เข้าเกณฑ์", "registrants found eligible")),
    )


def _tables(
    by_period: list[dict[str, Any]], by_province: list[dict[str, Any]], real: list[dict[str, Any]]
) -> tuple[Shown, ...]:
    months = [row | {"gap": gap(row, is_, WITHOUT.name)} for row, is_ in zip(by_period, real, strict=True)]
    last = by_period[-1]["period"]
    return (
        Shown(Words("รายงวด", "by month, and the gap to the population"), BY_PERIOD, months),
        Shown(
            Words(
                f"รายจังหวัด งวด {last}",
                "most registrants first; × stands for a figure that may not be shown (below ten, or found by "
                "subtraction)",
            ),
            BY_PROVINCE,
            by_province,
        ),
    )
