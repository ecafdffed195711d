"""Each agency's own handwriting: headers, encodings, forms of dates and numbers."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "waste_collection": {
        "local_office_id": "รหัส อปท.",
        "amphoe_code": "รหัสอำเภอ",
        "waste_month": "ประจำเดือน",
        "waste_kind_code": "ประเภทขยะ",
        "waste_tonnes": "ปริมาณ (ตัน)",
        "waste_site_id": "รหัสสถานที่กำจัด",
        "weighed_on": "วันที่บันทึก",
    },
    "disposal_sites": {
        "waste_site_id": "รหัสสถานที่",
        "amphoe_code": "อำเภอ",
        "waste_site_kind_code": "วิธีกำจัด",
        "site_latitude": "LAT",
        "site_longitude": "LONG",
        "site_capacity_tonnes": "ความจุ (ตัน)",
        "site_filled_tonnes": "ขยะสะสม (ตัน)",
        "site_filled_percent": "ใช้ไปแล้ว (%)",
        "inspected_on": "วันที่ตรวจ",
    },
    "waste_fees": {
        "house_id": "รหัสประจำบ้าน",
        "waste_service_code": "การให้บริการเก็บขยะ",
        "waste_fee_baht": "ค่าธรรมเนียม (บาท)",
        "fee_paid_on": "วันที่ชำระ",
        "fee_recorded_on": "วันที่บันทึก",
        "amphoe_code": "รหัสอำเภอ",
    },
    "waste_complaints": {
        "complaint_no": "เลขรับเรื่อง",
        "house_id": "รหัสประจำบ้าน",
        "amphoe_code": "อำเภอ",
        "waste_complaint_kind_code": "เรื่องที่ร้องเรียน",
        "complained_on": "วันรับเรื่อง",
        "resolved_on": "วันยุติ",
        "complaint_updated_on": "ปรับปรุงล่าสุด",
    },
}


def _parts(column: str, digits: int) -> pl.Expr:
    """Whole parts of a unit as decimal text: thousandths for ``digits`` 3."""
    one = int(10**digits)
    return (pl.col(column) // one).cast(pl.String) + "." + (pl.col(column) % one).cast(pl.String).str.zfill(digits)


def _with_commas(text: pl.Expr) -> pl.Expr:
    whole, rest = text.str.extract(r"^(\d+)"), text.str.extract(r"(\..*)$")
    commas = whole.str.reverse().str.replace_all(r"(\d{3})", "$1,").str.strip_suffix(",").str.reverse()
    return commas + rest


def _two_ways(rng: np.random.Generator, days: pl.Series, first: str, second: str) -> pl.Expr:
    """One column of dates as two clerks write it; what is not there stays a dash."""
    other = pl.lit(pl.Series(rng.random(len(days)) < 0.4))
    text = pl.when(other).then(pl.lit(mess.buddhist(days, second))).otherwise(pl.lit(mess.buddhist(days, first)))
    return text.fill_null("-")


def _dashed(column: str) -> pl.Expr:
    return pl.col(column).str.replace(r"^(\d{4})(\d{6})(\d)$", "$1-$2-$3")


def _collection(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai digits in a third of the weights; a dash where nothing goes to a site; months as ``01/2569``."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.33))
    weight = _with_commas(_parts("waste_tonnes", 3))
    year = (pl.col("waste_month").str.slice(0, 4).cast(pl.Int32) + 543).cast(pl.String)
    return rows.select(
        "local_office_id",
        "amphoe_code",
        (pl.col("waste_month").str.slice(5, 2) + "/" + year).alias("waste_month"),
        "waste_kind_code",
        pl.when(thai).then(mess.thai_digits(weight)).otherwise(weight).alias("waste_tonnes"),
        pl.col("waste_site_id").fill_null("-"),
        _two_ways(rng, rows["weighed_on"], "slash", "short").alias("weighed_on"),
    )


def _sites(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A sheet: positions in degrees, weights with commas, long Buddhist dates in Thai digits beside short ones."""
    return rows.select(
        "waste_site_id",
        "amphoe_code",
        "waste_site_kind_code",
        _parts("site_latitude", 6),
        _parts("site_longitude", 6),
        _with_commas(_parts("site_capacity_tonnes", 3)),
        _with_commas(_parts("site_filled_tonnes", 3)),
        _parts("site_filled_percent", 2).fill_null("-"),
        _two_ways(rng, rows["inspected_on"], "short", "long").alias("inspected_on"),
    )


def _fees(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """House codes with dashes, some in Thai digits; a dash where nobody paid."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.3))
    dashed = _dashed("house_id")
    return rows.select(
        pl.when(thai).then(mess.thai_digits(dashed)).otherwise(dashed).alias("house_id"),
        "waste_service_code",
        mess.baht(pl.col("waste_fee_baht"), commas=False),
        _two_ways(rng, rows["fee_paid_on"], "slash", "long").alias("fee_paid_on"),
        pl.lit(mess.buddhist(rows["fee_recorded_on"], "slash")).alias("fee_recorded_on"),
        "amphoe_code",
    )


def _complaints(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Tab-separated; a dash where no house was named, short Buddhist dates in Thai digits."""
    return rows.select(
        "complaint_no",
        _dashed("house_id").fill_null("-"),
        "amphoe_code",
        "waste_complaint_kind_code",
        pl.lit(mess.buddhist(rows["complained_on"], "short_thai_digits")).alias("complained_on"),
        _two_ways(rng, rows["resolved_on"], "slash", "short").alias("resolved_on"),
        pl.lit(mess.buddhist(rows["complaint_updated_on"], "slash")).alias("complaint_updated_on"),
    )


HANDS = {
    "waste_collection": Hand(HEADERS["waste_collection"], _collection, encoding="utf-8-sig"),
    "disposal_sites": Hand(
        HEADERS["disposal_sites"],
        _sites,
        title=("กรมควบคุมมลพิษ (ข้อมูลจำลอง)", "ทะเบียนสถานที่กำจัดขยะมูลฝอย ณ เดือน {period}"),
    ),
    "waste_fees": Hand(HEADERS["waste_fees"], _fees, encoding="cp874"),
    "waste_complaints": Hand(HEADERS["waste_complaints"], _complaints, separator="\t", suffix="txt"),
}
