"""The labour answer as people are told it."""

from typing import TYPE_CHECKING, Any

from khlang.domains.labour import answers, picture
from khlang.serve.told import Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

SHOWN = 12  # provinces
QUESTION = Words(
    "บัณฑิตทำงานตรงสาขาที่เรียนหรือไม่ และครูไม่พอที่ใด",
    "Do graduates work in what they studied, and where do schools lack teachers?",
)
NOTE = Words(
    "นับได้เฉพาะงานที่มีประกันสังคม ต่างจากจริงเพราะเลขประจำตัวที่ผิดหรือขาด แถวที่มาช้า และอาชีพที่ไม่มีผู้บันทึก",
    "Only insured jobs are seen; the gap is refused and missing citizen IDs, late rows, and occupations that nobody "
    "recorded.",
)
_WORK = (
    Column("graduates", Words("ผู้สำเร็จการศึกษา", "graduates")),
    Column("graduates_with_occupation", Words("ทราบอาชีพ", "occupation known")),
    Column("mismatched_graduates", Words("ไม่ตรงสาขา", "mismatched")),
    Column("mismatch_rate", Words("อัตราไม่ตรงสาขา", "mismatch rate"), "share"),
)
_SCHOOL = (
    Column("students", Words("นักเรียน", "students")),
    Column("teachers", Words("ครู", "teachers")),
    Column("teachers_needed", Words("ครูที่ต้องมี", "needed")),
    Column("teachers_short", Words("ครูที่ขาด", "missing")),
)
_DEMAND = (
    Column("insured_workers", Words("ผู้ประกันตน", "insured workers")),
    Column("openings", Words("อัตราว่าง", "posts offered")),
)
_TESTS = (
    Column("attended", Words("ผู้เข้าทดสอบ", "sat")),
    Column("passed", Words("ผู้ผ่าน", "passed")),
    Column("passed_percent", Words("ร้อยละ", "per cent"), "text"),
)
PERIOD = Column("period", Words("งวด", "period"), "text")


def _named(th: str, en: str) -> Column:
    return Column("name_th", Words(th, en), "text")


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
    months = [row for row in answers.by_period(connection) if row["period"] in periods]
    fields = answers.by_field(settings, connection, last)
    cohorts = answers.by_cohort(connection, last)
    provinces = answers.by_province(settings, connection, last)
    demand = answers.by_occupation(settings, connection, last)
    tests = answers.skill_tests(connection, last)
    return Told(
        domain="labour",
        question=QUESTION,
        cards=_cards(months[-1]),
        tables=(*_tables(last, months, fields, cohorts, provinces), *_market(last, demand, tests)),
        note=NOTE,
        figures={
            "by_period": months,
            "by_field": fields,
            "by_cohort": cohorts,
            "by_province": provinces,
            "by_occupation": demand,
            "skill_tests": tests,
        },
        marts={
            "graduate_mismatch": "by_field",
            "teacher_shortage": "by_province",
            "labour_demand": "by_occupation",
            "skill_test_rates": "skill_tests",
        },
        population=answers.population(settings, periods),
        picture=Words(
            "อัตราทำงานไม่ตรงสาขารายสาขา และครูที่ต้องมีกับครูที่ขาดรายจังหวัด (จำนวนและแผนที่)",
            "Mismatch by field; teachers needed and missing by province, counted and as a map",
        ),
        draw=lambda file: picture.draw(file, fields, provinces, last),
    )


def _cards(last: dict[str, Any]) -> tuple[Card, ...]:
    return (
        Card(
            last["mismatched_graduates"],
            Words("ผู้สำเร็จการศึกษาที่ทำงานไม่ตรงสาขา", "graduates who work outside what they studied"),
        ),
        Card(last["teachers_short"], Words("ครูที่ขาด รวมทุกสถานศึกษา", "teachers missing, over all schools")),
    )


def _tables(last: str, months: Any, fields: Any, cohorts: Any, provinces: Any) -> tuple[Shown, ...]:
    return (
        Shown(Words("รายงวด", "by month"), (PERIOD, *_WORK, *_SCHOOL), months),
        Shown(Words(f"รายสาขา งวด {last}", "by field of education"), (_named("สาขา", "field"), *_WORK), fields),
        Shown(
            Words(f"รายรุ่น งวด {last}", "by cohort, year of the Buddhist era"),
            (_named("ปีที่สำเร็จ", "cohort"), *_WORK),
            cohorts,
        ),
        Shown(
            Words(
                f"รายจังหวัด งวด {last}",
                "most missing first; × stands for a figure that may not be shown (below ten, or found by subtraction)",
            ),
            (_named("จังหวัด", "province"), *_SCHOOL),
            provinces[:SHOWN],
        ),
    )


def _market(last: str, demand: Any, tests: Any) -> tuple[Shown, ...]:
    return (
        Shown(Words(f"รายหมวดอาชีพ งวด {last}", "by occupation"), (_named("หมวดอาชีพ", "occupation"), *_DEMAND), demand),
        Shown(
            Words("ทดสอบมาตรฐานฝีมือแรงงาน (ตัวเลขที่เผยแพร่จริง)", "skill tests: published figures, not simulated"),
            (_named("ไตรมาส", "quarter"), *_TESTS),
            tests,
        ),
    )
