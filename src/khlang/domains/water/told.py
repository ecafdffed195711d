"""The water answer as people are told it."""

from typing import TYPE_CHECKING, Any

from khlang.domains.water import answers, picture
from khlang.domains.water.definitions import load
from khlang.serve.figures import gap
from khlang.serve.told import Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

SHOWN = 12  # provinces
REPEATED = "repeated_households"
QUESTION = Words(
    "ครัวเรือนใดน้ำท่วมซ้ำ และลุ่มน้ำใดมีน้ำเก็บกักไม่พอกับความต้องการ",
    "Which households stood in repeated floods, and which basins store less water than is wanted?",
)
NOTE = Words(
    "ต่างจากจริงเพราะบ้านที่ไม่มีใครเชื่อมกับทะเบียนบ้านได้ และค่าที่มาช้า",
    "The gap is what the extracts cannot show: houses of which no member is linked, and readings that came late.",
)
HOUSEHOLDS = Column("households", Words("ครัวเรือน", "households"))
FLOODED = Column("flooded_households", Words("เคยน้ำท่วม", "flooded"))
AGAIN = Column(REPEATED, Words("น้ำท่วมซ้ำ", "in repeated floods"))
BY_PERIOD = (
    *(Column("period", Words("งวด", "period"), "text"), HOUSEHOLDS, FLOODED, AGAIN),
    Column("short_basins", Words("ลุ่มน้ำที่น้ำไม่พอ", "short basins")),
    Column("gap", Words("ต่างจากจริง", "gap to what is"), "change"),
)
BY_PROVINCE = (Column("name_th", Words("จังหวัด", "province"), "text"), HOUSEHOLDS, FLOODED, AGAIN)
BY_BASIN = (
    Column("name_th", Words("ลุ่มน้ำ", "basin"), "text"),
    Column("storage", Words("น้ำเก็บกัก (ล้าน ลบ.ม.)", "stored, million m³"), "text"),
    Column("demand", Words("ความต้องการต่อเดือน", "wanted a month"), "text"),
    Column("months", Words("ใช้ได้ (เดือน)", "months it lasts"), "text"),
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
    everywhere = answers.provinces(settings, connection)[last]
    by_province = everywhere[:SHOWN]
    by_basin = answers.basins(settings, connection)[last]
    often = answers.often(connection)[last]
    real = answers.population(settings, periods)
    return Told(
        domain="water",
        question=QUESTION,
        cards=_cards(by_period[-1]),
        tables=_tables(by_period, by_province, by_basin, real),
        note=NOTE,
        figures={"by_period": by_period, "by_province": by_province, "by_basin": by_basin, "floods": often},
        marts={"flooded_homes": "floods", "water_by_amphoe": "by_period"},
        population=real,
        picture=Words(
            "ครัวเรือนน้ำท่วมซ้ำรายจังหวัด (แผนที่และจำนวน) และน้ำเก็บกักของแต่ละลุ่มน้ำใช้ได้กี่เดือน",
            "Households in repeated floods by province, as a map and counted; months that each basin's storage lasts",
        ),
        draw=lambda file: picture.figure(
            by_province, by_basin, last, float(load().short_months), everywhere=everywhere
        ).savefig(file),
    )


def _cards(last: dict[str, Any]) -> tuple[Card, ...]:
    return (
        Card(last[REPEATED], Words("ครัวเรือนที่น้ำท่วมซ้ำ", "households in repeated floods")),
        Card(last["flooded_households"], Words("ครัวเรือนที่เคยน้ำท่วม", "households that a flood reached")),
        Card(last["short_basins"], Words("ลุ่มน้ำที่น้ำเก็บกักไม่พอ", "basins that are short of water")),
    )


def _tables(
    by_period: list[dict[str, Any]],
    by_province: list[dict[str, Any]],
    by_basin: list[dict[str, Any]],
    real: list[dict[str, Any]],
) -> tuple[Shown, ...]:
    months = [row | {"gap": gap(row, is_, REPEATED)} for row, is_ in zip(by_period, real, strict=True)]
    last = by_period[-1]["period"]
    return (
        Shown(Words("รายงวด", "by month, and the gap to the population"), BY_PERIOD, months),
        Shown(
            Words(
                f"รายจังหวัด งวด {last}",
                "most households in repeated floods first; × stands for a figure that may not be shown",
            ),
            BY_PROVINCE,
            by_province,
        ),
        Shown(Words(f"รายลุ่มน้ำ งวด {last}", "the shortest basins first"), BY_BASIN, [_basin(row) for row in by_basin]),
    )


def _basin(row: dict[str, Any]) -> dict[str, Any]:
    """A basin's figures as text; what was not reported is a dash."""
    figures = {"storage": row["storage_mcm"], "demand": row["demand_mcm"], "months": row["months_of_storage"]}
    texts = {name: "–" if value is None else f"{value:,.2f}" for name, value in figures.items()}
    return {"name_th": row["name_th"]} | texts
