"""Each agency's own handwriting: headers, encodings, forms of dates and numbers."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "births": {
        "pid": "เลขประจำตัวประชาชนมารดา",
        "child_pid": "เลขประจำตัวประชาชนเด็ก",
        "born_on": "วันเดือนปีที่คลอด",
        "amphoe_code": "อำเภอที่คลอด",
        "hospital_code": "รหัสสถานบริการ",
        "mother_age": "อายุมารดา (ปี)",
        "birth_order": "ครรภ์ที่",
        "birth_recorded_on": "วันที่บันทึก",
    },
    "disability_register": {
        "pid": "เลขประจำตัวคนพิการ",
        "disability_type_code": "ประเภทความพิการ",
        "card_issued_on": "วันออกบัตร",
        "card_expires_on": "วันบัตรหมดอายุ",
        "amphoe_code": "รหัสอำเภอ",
    },
    "disability_allowances": {
        "pid": "เลขบัตรประชาชนผู้รับเบี้ย",
        "allowance_month": "ประจำเดือน",
        "allowance_baht": "จำนวนเงิน (บาท)",
        "paid_on": "วันที่จ่าย",
        "amphoe_code": "อำเภอ",
    },
    "health_coverage": {
        "pid": "PERSON_ID",
        "scheme_code": "MAIN_INSCL",
        "covered_from": "START_DATE",
    },
}


def _two_ways(rng: np.random.Generator, days: pl.Series, first: str, second: str) -> pl.Expr:
    """One column of dates as two clerks write it."""
    other = pl.lit(pl.Series(rng.random(len(days)) < 0.4, dtype=pl.Boolean))
    return pl.when(other).then(pl.lit(mess.buddhist(days, second))).otherwise(pl.lit(mess.buddhist(days, first)))


def _births(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Numbers as printed on the card, Buddhist dates of two kinds, a dash where the office knows nothing."""
    days, thai = rows["born_on"], pl.lit(pl.Series(rng.random(rows.height) < 0.3, dtype=pl.Boolean))
    age = pl.col("mother_age").cast(pl.String)
    return rows.select(
        pid=mess.cid_text("cid", "printed"),
        child_pid=mess.printed(pl.col("child_pid").cast(pl.String)).fill_null("-"),
        born_on=_two_ways(rng, days, "short", "slash"),
        amphoe_code="amphoe_code",
        hospital_code=pl.col("hospital_code").fill_null("-"),
        mother_age=pl.when(thai).then(mess.thai_digits(age)).otherwise(age),
        birth_order=pl.col("birth_order").cast(pl.String).fill_null("-"),
        birth_recorded_on=pl.lit(mess.buddhist(rows["birth_recorded_on"], "slash")),
    )


def _register(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A workbook; Thai digits in some numbers, the day written out; a card without an end has a dash."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.3, dtype=pl.Boolean))
    cid = mess.cid_text("cid")
    return rows.select(
        pid=pl.when(thai).then(mess.thai_digits(cid)).otherwise(cid),
        disability_type_code="disability_type_code",
        card_issued_on=_two_ways(rng, rows["card_issued_on"], "long", "short"),
        card_expires_on=pl.lit(mess.buddhist(rows["card_expires_on"], "short")).fill_null("-"),
        amphoe_code="amphoe_code",
    )


def _allowances(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Commas and Thai digits in money, the month as ``2569-01``."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.5, dtype=pl.Boolean))
    money = mess.baht(pl.col("allowance"), commas=True)
    year = (pl.col("allowance_month").str.slice(0, 4).cast(pl.Int64) + 543).cast(pl.String)
    return rows.select(
        pid=mess.cid_text("cid"),
        allowance_month=year + pl.col("allowance_month").str.slice(4),
        allowance_baht=pl.when(thai).then(mess.thai_digits(money)).otherwise(money),
        paid_on=_two_ways(rng, rows["paid_on"], "short_thai_digits", "short"),
        amphoe_code="amphoe_code",
    )


def _coverage(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A system's table: English headers, ISO dates, small letters in some codes."""
    small = pl.lit(pl.Series(rng.random(rows.height) < 0.05, dtype=pl.Boolean))
    return rows.select(
        pid=mess.cid_text("cid"),
        scheme_code=pl.when(small).then(pl.col("scheme_code").str.to_lowercase()).otherwise("scheme_code"),
        covered_from=pl.col("covered_from").dt.to_string("%Y-%m-%d"),
    )


HANDS = {
    "births": Hand(HEADERS["births"], _births, encoding="cp874"),
    "disability_register": Hand(
        HEADERS["disability_register"],
        _register,
        title=("กรมส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ (ข้อมูลจำลอง)", "ทะเบียนบัตรประจำตัวคนพิการ ถึงเดือน {period}"),
    ),
    "disability_allowances": Hand(HEADERS["disability_allowances"], _allowances, separator="\t", suffix="txt"),
    "health_coverage": Hand(HEADERS["health_coverage"], _coverage, encoding="utf-8-sig"),
}
