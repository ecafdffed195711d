"""Each agency's own handwriting: headers, encodings, forms of dates and numbers."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "vulnerable_persons": {
        "pid": "เลขประจำตัวประชาชนผู้เปราะบาง",
        "vulnerability_code": "ประเภทความเปราะบาง",
        "assessed_on": "วันที่ประเมิน",
        "help_code": "ความช่วยเหลือที่ได้รับ",
    },
    "debt_enforcements": {
        "pid": "เลขประจำตัวประชาชนลูกหนี้",
        "judged_on": "วันที่พิพากษา",
        "judgment_debt_baht": "หนี้ตามคำพิพากษา (บาท)",
        "stage_code": "ขั้นตอนการบังคับคดี",
        "staged_on": "วันที่เข้าขั้นตอน",
    },
}


def _some(rng: np.random.Generator, rows: int, share: float) -> pl.Expr:
    return pl.lit(pl.Series(rng.random(rows) < share, dtype=pl.Boolean))


def _social_worker(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A workbook: printed numbers, the day written out by some, Thai digits in some codes."""
    long = pl.lit(mess.buddhist(rows["assessed_on"], "long"))
    short = pl.lit(mess.buddhist(rows["assessed_on"], "short"))
    thai, code = _some(rng, rows.height, 0.3), pl.col("vulnerability_code")
    return rows.select(
        pid=mess.cid_text("cid", "printed"),
        vulnerability_code=pl.when(thai).then(mess.thai_digits(code)).otherwise(code),
        assessed_on=pl.when(_some(rng, rows.height, 0.4)).then(long).otherwise(short),
        help_code="help_code",
    )


def _court(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Cells of an old system: commas and Thai digits in money, Buddhist dates of two kinds."""
    thai = _some(rng, rows.height, 0.4)
    money = mess.baht(pl.col("judgment"), commas=True)
    slash, digits = (pl.lit(mess.buddhist(rows["judged_on"], form)) for form in ("slash", "short_thai_digits"))
    return rows.select(
        pid=mess.cid_text("cid"),
        judged_on=pl.when(thai).then(digits).otherwise(slash),
        judgment_debt_baht=pl.when(thai).then(mess.thai_digits(money)).otherwise(money),
        stage_code="stage_code",
        staged_on=pl.lit(mess.buddhist(rows["staged_on"], "slash")),
    )


HANDS = {
    "vulnerable_persons": Hand(
        HEADERS["vulnerable_persons"],
        _social_worker,
        title=("กระทรวงการพัฒนาสังคมและความมั่นคงของมนุษย์ (ข้อมูลจำลอง)", "ทะเบียนกลุ่มเปราะบาง ถึงเดือน {period}"),
    ),
    "debt_enforcements": Hand(HEADERS["debt_enforcements"], _court, encoding="cp874"),
}
