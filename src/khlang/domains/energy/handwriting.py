"""Each agency's own handwriting: headers, encodings, forms of dates and numbers."""

from collections.abc import Callable

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

METERS = {
    "meter_no": "หมายเลขเครื่องวัด",
    "house_id": "รหัสประจำบ้าน",
    "meter_type_code": "ประเภทผู้ใช้ไฟ",
    "meter_ampere": "ขนาดมิเตอร์ (แอมแปร์)",
    "amphoe_code": "รหัสอำเภอ",
    "meter_updated_on": "วันที่ปรับปรุง",
}
BILLS = {
    "meter_no": "หมายเลขเครื่องวัด",
    "bill_month": "ประจำเดือน",
    "reading_before_kwh": "เลขอ่านครั้งก่อน",
    "reading_kwh": "เลขอ่านครั้งหลัง",
    "used_kwh": "หน่วยที่ใช้",
    "bill_baht": "ค่าไฟฟ้า (บาท)",
    "bill_paid_on": "วันที่ชำระเงิน",
    "billed_on": "วันที่ออกใบแจ้ง",
}
HEADERS: dict[str, dict[str, str]] = {
    "mea_meters": METERS | {"meter_no": "MEA No", "meter_ampere": "แอมป์"},
    "pea_meters": METERS | {"meter_no": "PEA No"},
    "mea_bills": BILLS | {"meter_no": "MEA No", "bill_month": "รอบบิล", "used_kwh": "จำนวนหน่วย"},
    "pea_bills": BILLS | {"meter_no": "PEA No", "billed_on": "วันจดหน่วย"},
    "electricity_subsidies": {
        "pid": "เลขบัตรประชาชน",
        "subsidy_month": "เดือนที่ช่วยเหลือ",
        "subsidy_baht": "เงินช่วยเหลือค่าไฟฟ้า (บาท)",
        "subsidy_granted_on": "วันที่โอน",
    },
    "power_outages": {
        "outage_no": "เลขที่เหตุ",
        "amphoe_code": "อำเภอ",
        "outage_cause_code": "สาเหตุ",
        "outage_began_on": "วันที่ไฟดับ",
        "outage_ended_on": "วันที่จ่ายไฟคืน",
        "outage_minutes": "ระยะเวลา (นาที)",
        "outage_customers": "ผู้ใช้ไฟที่ได้รับผลกระทบ (ราย)",
        "outage_reported_on": "วันรายงาน",
    },
}
Written = Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]


def _two_ways(rng: np.random.Generator, days: pl.Series, first: str, second: str) -> pl.Expr:
    """One column of dates as two clerks write it; what is not there stays a dash."""
    other = pl.lit(pl.Series(rng.random(len(days)) < 0.4))
    text = pl.when(other).then(pl.lit(mess.buddhist(days, second))).otherwise(pl.lit(mess.buddhist(days, first)))
    return text.fill_null("-")


def _whole(column: str) -> pl.Expr:
    """Whole numbers with commas."""
    digits = pl.col(column).cast(pl.String).str.reverse()
    return digits.str.replace_all(r"(\d{3})", "$1,").str.strip_suffix(",").str.reverse().alias(column)


def _buddhist_month(column: str) -> pl.Expr:
    year = (pl.col(column).str.slice(0, 4).cast(pl.Int32) + 543).cast(pl.String)
    return (pl.col(column).str.slice(5, 2) + "/" + year).alias(column)


def _meters(dashes: bool) -> Written:
    def write(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
        """House codes with dashes or without; sizes in Thai digits here and there."""
        thai = pl.lit(pl.Series(rng.random(rows.height) < 0.2))
        size = pl.col("meter_ampere").cast(pl.String)
        dashed = pl.col("house_id").str.replace(r"^(\d{4})(\d{6})(\d)$", "$1-$2-$3")
        return rows.select(
            "meter_no",
            dashed if dashes else pl.col("house_id"),
            "meter_type_code",
            pl.when(thai).then(mess.thai_digits(size)).otherwise(size).alias("meter_ampere"),
            "amphoe_code",
            _two_ways(rng, rows["meter_updated_on"], "slash", "short").alias("meter_updated_on"),
        )

    return write


def _bills(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Readings with commas, a dash where a bill is owed, dates of two clerks."""
    return rows.select(
        "meter_no",
        _buddhist_month("bill_month"),
        _whole("reading_before_kwh"),
        _whole("reading_kwh"),
        _whole("used_kwh"),
        mess.baht(pl.col("bill_baht"), commas=True),
        _two_ways(rng, rows["bill_paid_on"], "slash", "short_thai_digits").alias("bill_paid_on"),
        _two_ways(rng, rows["billed_on"], "short", "long").alias("billed_on"),
    )


def _subsidies(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Citizen IDs as printed, money in Thai digits here and there."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.25))
    money = mess.baht(pl.col("subsidy_baht"), commas=True)
    return rows.select(
        mess.cid_text("cid", "printed").alias("pid"),
        _buddhist_month("subsidy_month"),
        pl.when(thai).then(mess.thai_digits(money)).otherwise(money).alias("subsidy_baht"),
        _two_ways(rng, rows["subsidy_granted_on"], "slash", "long").alias("subsidy_granted_on"),
    )


def _outages(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A sheet of the regulator: long dates in Thai digits beside short ones, customers with commas."""
    return rows.select(
        *("outage_no", "amphoe_code", "outage_cause_code"),
        _two_ways(rng, rows["outage_began_on"], "short", "long").alias("outage_began_on"),
        _two_ways(rng, rows["outage_ended_on"], "short", "slash").alias("outage_ended_on"),
        pl.col("outage_minutes").cast(pl.String),
        _whole("outage_customers"),
        pl.lit(mess.buddhist(rows["outage_reported_on"], "slash")).alias("outage_reported_on"),
    )


HANDS = {
    "mea_meters": Hand(HEADERS["mea_meters"], _meters(dashes=False), encoding="utf-8-sig"),
    "pea_meters": Hand(HEADERS["pea_meters"], _meters(dashes=True), encoding="cp874"),
    "mea_bills": Hand(HEADERS["mea_bills"], _bills),
    "pea_bills": Hand(HEADERS["pea_bills"], _bills, separator="|", suffix="txt"),
    "electricity_subsidies": Hand(HEADERS["electricity_subsidies"], _subsidies),
    "power_outages": Hand(
        HEADERS["power_outages"],
        _outages,
        title=("สำนักงานคณะกรรมการกำกับกิจการพลังงาน (ข้อมูลจำลอง)", "รายงานเหตุไฟฟ้าดับ ประจำเดือน {period}"),
    ),
}
