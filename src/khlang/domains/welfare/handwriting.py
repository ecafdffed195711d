"""Each agency's own handwriting: headers, encodings, forms of dates and numbers, and the columns nobody asked for."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.called import Called
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "welfare_registrants": {
        "pid": "เลขประจำตัวประชาชน",
        "house_id": "รหัสประจำบ้าน",
        "registered_on": "วันที่ลงทะเบียน",
        "declared_income_baht": "รายได้ต่อปี (บาท)",
        "occupation_code": "รหัสอาชีพ",
        "debt_baht": "หนี้สิน (บาท)",
        "land_rai": "ที่ดิน (ไร่)",
        "province_code": "รหัสจังหวัด",
        "amphoe_code": "รหัสอำเภอ",
    },
    "insured_persons": {
        "pid": "SSN_ID",
        "employer_id": "EMPLOYER_ID",
        "wage_month": "WAGE_MONTH",
        "wage_baht": "WAGE",
        "section_code": "SECTION",
        "province_code": "WORK_PROVINCE",
        "reported_on": "REPORT_DATE",
    },
    "house_registry": {
        "pid": "เลขประจำตัวประชาชน",
        "house_id": "เลขรหัสประจำบ้าน",
        "birth_year": "วันเดือนปีเกิด",
        "sex_code": "เพศ",
        "moved_in_on": "วันที่ย้ายเข้า",
        "province_code": "จังหวัด",
        "amphoe_code": "อำเภอ",
    },
    "vehicles": {
        "vehicle_id": "เลขทะเบียนรถ",
        "pid": "เลขบัตรผู้ครอบครอง",
        "vehicle_type_code": "ประเภทรถ",
        "first_registered_on": "วันจดทะเบียนครั้งแรก",
        "province_code": "จังหวัดที่จดทะเบียน",
    },
}
# Direct identifiers that stand in the Ministry of Finance's file and in no contract: dropped at sealing.
UNASKED = ("ลำดับที่", "ชื่อ", "นามสกุล", "ที่อยู่", "เบอร์โทรศัพท์")
FIRST_NAMES = ("สมชาย", "สมหญิง", "ประเสริฐ", "มาลี", "วิชัย", "สุดา", "อนันต์", "พรทิพย์", "บุญมี", "นิภา", "ยูซุฟ", "ฟาตีเมาะ")
LAST_NAMES = ("ใจดี", "ทองคำ", "ศรีสุข", "แก้วมณี", "บุญเรือง", "วงศ์ใหญ่", "สายทอง", "มะลิวัลย์", "อินทร์แก้ว", "สุขสบาย", "ดำรงค์")


def _pick(rng: np.random.Generator, rows: int, words: tuple[str, ...]) -> pl.Series:
    return pl.Series(words).gather(rng.integers(0, len(words), rows))


def _mof(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai headers, three forms of Buddhist dates, commas in money, printed numbers, names and addresses."""
    form = pl.lit(pl.Series(rng.choice(3, size=rows.height, p=[0.4, 0.4, 0.2])))
    dates = [pl.lit(mess.buddhist(rows["registered_on"], name)) for name in ("short", "slash", "long")]
    count = rows.height
    written = rows.select(
        pid=mess.cid_text("cid", "printed"),
        house_id=pl.col("house_id").str.replace(r"^(\d{4})(\d{6})(\d)$", "$1-$2-$3").fill_null("-"),
        registered_on=pl.when(form == 0).then(dates[0]).when(form == 1).then(dates[1]).otherwise(dates[2]),
        declared_income_baht=mess.baht(pl.col("declared"), commas=True),
        occupation_code=pl.col("occupation_code").fill_null("-"),
        debt_baht=mess.baht(pl.col("debt"), commas=True),
        land_rai=mess.baht(pl.col("land"), commas=False),
        province_code=pl.col("province_code"),
        amphoe_code=pl.col("amphoe_code"),
    )
    number = pl.Series(rng.integers(1, 999, count)).cast(pl.String)
    phone = pl.Series(rng.integers(0, 10**7, count)).cast(pl.String).str.zfill(7)
    people = pl.DataFrame(
        {
            "ลำดับที่": np.arange(1, count + 1),
            "ชื่อ": _pick(rng, count, FIRST_NAMES),
            "นามสกุล": _pick(rng, count, LAST_NAMES),
            "ที่อยู่": number + " หมู่ " + pl.Series(rng.integers(1, 15, count)).cast(pl.String),
            "เบอร์โทรศัพท์": "08" + pl.Series(rng.integers(0, 10, count)).cast(pl.String) + "-" + phone,
        }
    )
    return pl.concat([people.select("ลำดับที่"), written, people.drop("ลำดับที่")], how="horizontal")


def _sso(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """English headers, ISO dates, commas in wages, a space about some numbers."""
    spaced = pl.lit(pl.Series(rng.random(rows.height) < 0.05))
    cid = mess.cid_text("cid")
    return rows.select(
        pid=pl.when(spaced).then(" " + cid + " ").otherwise(cid),
        employer_id=pl.col("employer_id").cast(pl.String),
        wage_month=pl.col("wage_month"),
        wage_baht=mess.baht(pl.col("wage"), commas=True),
        section_code=pl.col("section_code"),
        province_code=pl.col("province_code"),
        reported_on=pl.col("reported_on").dt.to_string("%Y-%m-%d"),
    )


def _dopa(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai headers; the birth date as Buddhist text, the day of moving in as a date."""
    grouped = pl.lit(pl.Series(rng.random(rows.height) < 0.1))
    return rows.select(
        pid=pl.when(grouped)
        .then(mess.cid_text("cid", "printed").str.replace_all("-", " "))
        .otherwise(mess.cid_text("cid")),
        house_id=pl.col("house_id"),
        birth_year=pl.lit(mess.buddhist(rows["birth"], "slash")),
        sex_code=pl.col("sex_code").fill_null("-"),
        moved_in_on=pl.col("moved_in_on"),
        province_code=pl.col("province_code"),
        amphoe_code=pl.col("amphoe_code"),
    )


def _dlt(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai digits in numbers and dates."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.5))
    short = pl.lit(mess.buddhist(rows["first_registered_on"], "short"))
    short_thai = pl.lit(mess.buddhist(rows["first_registered_on"], "short_thai_digits"))
    return rows.select(
        vehicle_id=pl.col("vehicle_id"),
        pid=mess.thai_digits(mess.cid_text("cid")),
        vehicle_type_code=pl.col("vehicle_type_code"),
        first_registered_on=pl.when(thai).then(short_thai).otherwise(short),
        province_code=pl.col("province_code").fill_null("-"),
    )


HANDS = {
    "welfare_registrants": Hand(HEADERS["welfare_registrants"], _mof, encoding="cp874"),
    "insured_persons": Hand(HEADERS["insured_persons"], _sso, encoding="utf-8-sig"),
    "house_registry": Hand(
        HEADERS["house_registry"],
        _dopa,
        title=("กรมการปกครอง กระทรวงมหาดไทย (ข้อมูลจำลอง)", "รายการบุคคลในทะเบียนบ้าน ประจำเดือน {period}"),
    ),
    "vehicles": Hand(HEADERS["vehicles"], _dlt, separator="\t", suffix="txt"),
}
# Birth date, sex and amphoe of the register, and the amphoe of a registration, are columns of the contracts: comparison
# keys are made of what stands there, and the error model has no part in it.
CALLED = {
    "welfare_registrants": Called(
        {"given_name": "ชื่อ", "family_name": "นามสกุล", "birth_date": "วันเกิด", "sex": "เพศ"},
    ),
    "house_registry": Called({"given_name": "ชื่อ", "family_name": "นามสกุล"}, careful=True),
}
