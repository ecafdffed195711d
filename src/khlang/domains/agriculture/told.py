"""The agriculture answer as people are told it."""

from typing import TYPE_CHECKING, Any

from khlang.domains.agriculture import answers, picture
from khlang.domains.agriculture.definitions import load
from khlang.serve.figures import gap
from khlang.serve.told import UNKNOWN, Card, Column, Shown, Told, Words
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

SHOWN = 12  # provinces
QUESTION = Words(
    "เกษตรกรที่เพาะปลูกล้มเหลวเป็นหนี้ค้างชำระเท่าใด และที่ใดปลูกพืชที่ตลาดไม่รับซื้อ",
    "Who is in debt after a failed crop, and who grows what the market does not take?",
)
NOTE = Words(
    "เห็นเฉพาะเงินกู้ ธ.ก.ส. ต่างจากจริงเพราะเลขประจำตัวที่ผิดหรือขาด และผลผลิตที่รายงานช้า",
    "Only loans of the bank for agriculture are seen; the gap is refused and missing citizen IDs, and harvests that "
    "were reported late.",
)
FARMERS = Column("judged_farmers", Words("มีรายงานผลผลิต", "farmers judged"))
FAILED = Column("failed_farmers", Words("ล้มเหลว", "with a failed crop"))
_DEBT = (
    FARMERS,
    FAILED,
    Column("failed_rate", Words("อัตราล้มเหลว", "failed"), "share"),
    Column("failed_borrowers", Words("ล้มเหลวและมีหนี้", "failed, with a loan")),
    Column("overdue_failed_rate", Words("ค้างชำระ (ล้มเหลว)", "of these overdue"), "share"),
    Column("overdue_other_rate", Words("ค้างชำระ (ไม่ล้มเหลว)", "overdue of the others"), "share"),
)
_MARKET = (
    Column("growers", Words("ผู้ปลูก", "growers")),
    Column("taken", Words("ตลาดรับซื้อ", "taken of the harvest"), "text"),
)
_PLOTS = (
    Column("plots", Words("แปลง", "plots")),
    Column("failed_plots", Words("ล้มเหลว", "failed")),
    Column("plots_rate", Words("อัตราล้มเหลว", "share"), "share"),
)


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
    months = [row for row in answers.months(connection) if row["period"] in periods]
    real = answers.population(settings, periods)
    provinces, regions = answers.provinces(settings, connection, last), answers.regions(connection, last)
    crops, gluts = answers.crops(settings, connection, last), answers.gluts(settings, connection, last)
    rain, bands = answers.rain(connection, last), answers.bands(settings, connection, last)
    gaps = [row | {"gap": gap(row, is_, FAILED.name)} for row, is_ in zip(months, real, strict=True)]
    return Told(
        domain="agriculture",
        question=QUESTION,
        cards=_cards(months[-1], crops),
        tables=(*_debts(last, gaps, regions, provinces), _bands(last, bands), *_fields(last, crops, gluts, rain)),
        note=NOTE,
        figures={
            "by_period": months,
            "by_province": provinces,
            "by_region": regions,
            "by_band": bands,
            "by_crop": crops,
            "gluts": gluts,
            "by_rain": rain,
        },
        marts={"farm_debt": "by_province", "crop_market": "by_crop", "crop_rain": "by_rain"},
        population=real,
        picture=Words(
            "เกษตรกรที่เพาะปลูกล้มเหลวรายจังหวัด (แผนที่และจำนวน) และร้อยละที่ตลาดรับซื้อรายพืช",
            "Farmers with a failed crop by province, as a map and counted; what the market takes of each crop",
        ),
        draw=lambda file: picture.draw(file, provinces, crops, last, float(load().glut_percent)),
    )


def _cards(last: dict[str, Any], crops: list[dict[str, Any]]) -> tuple[Card, ...]:
    glut = [row["glut_growers"] for row in crops if row["glut_growers"] is not None]
    return (
        Card(last["failed_farmers"], Words("เกษตรกรที่เพาะปลูกล้มเหลว", "farmers with a failed crop")),
        Card(
            last["overdue_failed_farmers"],
            Words("เกษตรกรที่ล้มเหลวและค้างชำระหนี้", "of these overdue on a farm loan"),
        ),
        Card(sum(glut) if glut else None, Words("ผู้ปลูกพืชที่ล้นตลาด", "growers of what the market does not take")),
    )


def _debts(last: str, months: Any, regions: Any, provinces: Any) -> tuple[Shown, ...]:
    change = Column("gap", Words("ต่างจากจริง", "gap to what is"), "change")
    marked = "× stands for a figure that may not be shown"
    return (
        Shown(
            Words("รายงวด", "by month, and the gap to the population"),
            (Column("period", Words("งวด", "period"), "text"), *_DEBT, change),
            months,
        ),
        Shown(Words(f"รายภาค งวด {last}", f"by region; {marked}"), (_named("ภาค", "region"), *_DEBT), regions),
        Shown(
            Words(f"รายจังหวัด งวด {last}", f"most farmers with a failed crop first; {marked}"),
            (_named("จังหวัด", "province"), *_DEBT[:3]),
            provinces[:SHOWN],
        ),
    )


def _bands(last: str, bands: Any) -> Shown:
    return Shown(
        Words(f"มัธยฐานหนี้ของอำเภอ งวด {last}", "amphoe by the median of what a borrower owes"),
        (
            _named("ช่วงหนี้", "band"),
            Column("amphoe", Words("อำเภอ", "amphoe")),
            Column("borrowers", Words("ผู้มีหนี้", "borrowers")),
        ),
        bands,
    )


def _fields(last: str, crops: Any, gluts: Any, rain: Any) -> tuple[Shown, ...]:
    price = Column("price", Words("ราคาเทียบปกติ", "price of the usual one"), "text")
    return (
        Shown(
            Words(f"รายพืช งวด {last}", "by crop, of the crop year so far"),
            (_named("พืช", "crop"), *_MARKET),
            [_market(row) for row in crops],
        ),
        Shown(
            Words(f"ล้นตลาด งวด {last}", "gluts, most growers first; those of few growers are left out"),
            (_named("พืชและจังหวัด", "crop and province"), *_MARKET, price),
            [_market(row) for row in gluts[:SHOWN]],
        ),
        Shown(
            Words(f"แปลงที่เก็บเกี่ยวในงวด {last}", "plots harvested in the month, by where their water comes from"),
            (_named("แหล่งน้ำ", "water"), *_PLOTS),
            rain,
        ),
    )


def _market(row: dict[str, Any]) -> dict[str, Any]:
    """A crop's per cents as text; what is not known, or may not be, is a dash."""
    percents = {"taken": row["taken_percent"], "price": row.get("price_percent")}
    return row | {name: UNKNOWN if value is None else f"{value:.1f} %" for name, value in percents.items()}
