"""Each agency's own handwriting: headers, encodings, forms of dates and numbers."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "farmer_plots": {
        "pid": "เลขประจำตัวประชาชน",
        "house_id": "รหัสประจำบ้าน",
        "plot_no": "แปลงที่",
        "crop_code": "ชนิดพืชที่ปลูก",
        "area_rai": "เนื้อที่ปลูก (ไร่)",
        "water_source_code": "แหล่งน้ำ",
        "plot_updated_on": "วันที่ปรับปรุงทะเบียน",
        "amphoe_code": "อำเภอที่ตั้งแปลง",
    },
    "crop_harvests": {
        "pid": "เลขประจำตัวเกษตรกร",
        "plot_no": "แปลงที่",
        "crop_code": "ชนิดพืช",
        "crop_year": "ปีเพาะปลูก (ค.ศ.)",
        "harvested_on": "วันเก็บเกี่ยว",
        "harvested_rai": "เนื้อที่เก็บเกี่ยว (ไร่)",
        "production_kg": "ผลผลิต (กก.)",
        "yield_kg_rai": "ผลผลิตต่อไร่ (กก.)",
        "damage_code": "ความเสียหาย",
        "harvest_reported_on": "วันที่รายงาน",
        "amphoe_code": "อำเภอ",
    },
    "market_prices": {
        "market_id": "รหัสตลาด",
        "crop_code": "สินค้า",
        "province_code": "จังหวัด",
        "week_on": "สัปดาห์เริ่มวันที่",
        "price_baht": "ราคา (บาท/กก.)",
        "price_checked_on": "วันที่สำรวจ",
    },
    "market_purchases": {
        "market_id": "รหัสตลาด",
        "crop_code": "สินค้า",
        "province_code": "จังหวัด",
        "purchase_month": "เดือนที่รับซื้อ",
        "purchased_kg": "ปริมาณรับซื้อ (กก.)",
        "purchase_reported_on": "วันที่รายงาน",
    },
    "farm_loans": {
        "pid": "เลขประจำตัวผู้กู้",
        "loan_no": "สัญญาที่",
        "loan_purpose_code": "วัตถุประสงค์",
        "loan_began_on": "วันที่ทำสัญญา",
        "outstanding_baht": "ยอดหนี้คงเหลือ (บาท)",
        "overdue_since": "ค้างชำระตั้งแต่",
        "balance_on": "ยอด ณ วันที่",
    },
}


def _sometimes(rng: np.random.Generator, rows: int, share: float) -> pl.Expr:
    return pl.lit(pl.Series(rng.random(rows) < share))


def _dates(rng: np.random.Generator, days: pl.Series, first: str, second: str) -> pl.Expr:
    """One column of dates as two clerks write it."""
    other = _sometimes(rng, len(days), 0.4)
    return pl.when(other).then(pl.lit(mess.buddhist(days, second))).otherwise(pl.lit(mess.buddhist(days, first)))


def _commas(column: str) -> pl.Expr:
    """A whole number with commas."""
    return mess.baht(pl.col(column) * 100, commas=True).str.strip_suffix(".00")


def _doae(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A workbook: house codes with dashes, Thai digits in some areas, a farmer's telephone that nobody asked for."""
    dashed = pl.col("house_id").str.replace(r"^(\d{4})(\d{6})(\d)$", "$1-$2-$3")
    printed, thai = (_sometimes(rng, rows.height, share) for share in (0.5, 0.3))
    area = mess.baht(pl.col("area"), commas=False)
    return rows.select(
        pid=pl.when(printed).then(mess.cid_text("cid", "printed")).otherwise(mess.cid_text("cid")),
        house_id=dashed.fill_null("-"),
        plot_no="plot_no",
        crop_code="crop_code",
        area_rai=pl.when(thai).then(mess.thai_digits(area)).otherwise(area),
        water_source_code="water_source_code",
        plot_updated_on=_dates(rng, rows["plot_updated_on"], "short", "long"),
        amphoe_code="amphoe_code",
    ).with_columns(pl.Series("โทรศัพท์", rng.integers(10_000_000, 99_999_999, rows.height)).cast(pl.String))


def _oae(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai headers, commas in weights, codes of crops without the leading zero, a dash where nothing was cut."""
    bare = _sometimes(rng, rows.height, 0.3)
    return rows.select(
        pid=mess.cid_text("cid"),
        plot_no="plot_no",
        crop_code=pl.when(bare).then(pl.col("crop_code").str.strip_chars_start("0")).otherwise("crop_code"),
        crop_year=pl.col("crop_year").cast(pl.String),
        harvested_on=_dates(rng, rows["harvested_on"], "slash", "short"),
        harvested_rai=mess.baht(pl.col("harvested"), commas=False),
        production_kg=_commas("production_kg"),
        yield_kg_rai=_commas("yield_kg_rai").fill_null("-"),
        damage_code="damage_code",
        harvest_reported_on=pl.lit(mess.buddhist(rows["harvest_reported_on"], "slash")),
        amphoe_code="amphoe_code",
    )


def _prices(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """ISO weeks beside Buddhist days of the survey."""
    return rows.select(
        "market_id",
        "crop_code",
        "province_code",
        week_on=pl.col("week_on").dt.to_string("%Y-%m-%d"),
        price_baht=mess.baht(pl.col("price"), commas=True),
        price_checked_on=_dates(rng, rows["price_checked_on"], "short", "slash"),
    )


def _purchases(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Tab-separated, Thai digits in half of the weights, months of the Buddhist era."""
    thai = _sometimes(rng, rows.height, 0.5)
    year = (pl.col("purchase_month").str.slice(0, 4).cast(pl.Int64) + 543).cast(pl.String)
    weight = _commas("purchased_kg")
    return rows.select(
        "market_id",
        "crop_code",
        "province_code",
        purchase_month=year + pl.col("purchase_month").str.slice(4),
        purchased_kg=pl.when(thai).then(mess.thai_digits(weight)).otherwise(weight),
        purchase_reported_on=pl.lit(mess.buddhist(rows["purchase_reported_on"], "short_thai_digits")),
    )


def _baac(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A bank's export: plain numbers with spaces about some, commas in money, an empty cell where nothing is due."""
    spaced = _sometimes(rng, rows.height, 0.05)
    cid = mess.cid_text("cid")
    return rows.select(
        pid=pl.when(spaced).then(" " + cid + " ").otherwise(cid),
        loan_no="loan_no",
        loan_purpose_code=pl.col("loan_purpose_code").fill_null("-"),
        loan_began_on=pl.lit(mess.buddhist(rows["loan_began_on"], "slash")),
        outstanding_baht=mess.baht(pl.col("outstanding"), commas=True),
        overdue_since=pl.lit(mess.buddhist(rows["overdue_since"], "slash")).fill_null(""),
        balance_on=pl.lit(mess.buddhist(rows["balance_on"], "slash")),
    )


HANDS = {
    "farmer_plots": Hand(
        HEADERS["farmer_plots"],
        _doae,
        title=("กรมส่งเสริมการเกษตร (ข้อมูลจำลอง)", "ทะเบียนเกษตรกรและแปลงเพาะปลูก ประจำเดือน {period}"),
    ),
    "crop_harvests": Hand(HEADERS["crop_harvests"], _oae, encoding="cp874"),
    "market_prices": Hand(HEADERS["market_prices"], _prices, encoding="utf-8-sig"),
    "market_purchases": Hand(HEADERS["market_purchases"], _purchases, separator="\t", suffix="txt"),
    "farm_loans": Hand(HEADERS["farm_loans"], _baac),
}
