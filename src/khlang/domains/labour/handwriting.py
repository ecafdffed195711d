"""Each agency's own handwriting: headers, encodings, forms of dates and numbers, and the columns nobody asked for."""

import numpy as np
import polars as pl

from khlang.simulate import mess
from khlang.simulate.extract import Hand

HEADERS: dict[str, dict[str, str]] = {
    "students": {
        "pid": "เลขประจำตัวนักเรียน 13 หลัก",
        "school_code": "รหัสสถานศึกษา",
        "grade_code": "ระดับชั้น",
        "student_status_code": "สถานภาพ",
        "status_on": "วันที่มีสถานภาพ",
        "province_code": "รหัสจังหวัด",
        "amphoe_code": "รหัสอำเภอ",
    },
    "teachers": {
        "pid": "เลขประจำตัวประชาชน",
        "school_code": "รหัสโรงเรียน",
        "appointed_on": "วันที่บรรจุหรือย้าย",
        "province_code": "จังหวัด",
        "amphoe_code": "อำเภอ",
    },
    "graduates": {
        "pid": "CITIZEN_ID",
        "field_code": "ISCED_F",
        "education_level_code": "ISCED_LEVEL",
        "graduation_year": "GRADUATION_DATE",
    },
    "job_occupations": {
        "pid": "เลขบัตรประชาชน",
        "occupation_code": "หมวดอาชีพ",
        "recorded_on": "วันที่บันทึก",
    },
    "vacancies": {
        "vacancy_no": "เลขที่ตำแหน่งว่าง",
        "occupation_code": "หมวดอาชีพ",
        "openings": "จำนวนอัตรา",
        "province_code": "จังหวัด",
        "posted_on": "วันที่ประกาศ",
    },
    "skill_tests": {
        "test_year": "year",
        "test_quarter": "quarterName",
        "attended": "sumTestAttend",
        "passed": "sumTestResult",
        "as_of": "asOfDt",
    },
}


def _moe(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai headers, dashes in half of the numbers, two forms of Buddhist dates; the student's number in the class."""
    printed, short = (pl.lit(pl.Series(rng.random(rows.height) < share)) for share in (0.5, 0.6))
    forms = [pl.lit(mess.buddhist(rows["status_on"], name)) for name in ("short", "slash")]
    written = rows.select(
        pid=pl.when(printed).then(mess.cid_text("cid", "printed")).otherwise(mess.cid_text("cid")),
        school_code="school_code",
        grade_code="grade_code",
        student_status_code="student_status_code",
        status_on=pl.when(short).then(forms[0]).otherwise(forms[1]),
        province_code=pl.col("province_code").fill_null("-"),
        amphoe_code="amphoe_code",
    )
    return written.with_columns(pl.Series("เลขที่ในห้อง", rng.integers(1, 45, rows.height)).cast(pl.String))


def _otepc(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A workbook; Thai digits in some numbers, the day written out."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.3))
    cid = mess.cid_text("cid")
    return rows.select(
        pid=pl.when(thai).then(mess.thai_digits(cid)).otherwise(cid),
        school_code="school_code",
        appointed_on=pl.lit(mess.buddhist(rows["appointed_on"], "long")),
        province_code=pl.col("province_code").fill_null("-"),
        amphoe_code="amphoe_code",
    )


def _mhesi(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """English headers, ISO dates, a space about some numbers."""
    spaced = pl.lit(pl.Series(rng.random(rows.height) < 0.05))
    cid = mess.cid_text("cid")
    return rows.select(
        pid=pl.when(spaced).then(" " + cid + " ").otherwise(cid),
        field_code="field_code",
        education_level_code=pl.col("education_level_code").fill_null(""),
        graduation_year=pl.col("graduated_on").dt.to_string("%Y-%m-%d"),
    )


def _doe(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai digits in numbers and dates, or not."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.5))
    forms = [pl.lit(mess.buddhist(rows["recorded_on"], name)) for name in ("short_thai_digits", "short")]
    return rows.select(
        pid=mess.cid_text("cid"),
        occupation_code=pl.when(thai).then(mess.thai_digits(pl.col("occupation_code"))).otherwise("occupation_code"),
        recorded_on=pl.when(thai).then(forms[0]).otherwise(forms[1]),
    )


def _vacancies(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Thai digits in half of the figures, Buddhist dates with slashes."""
    thai = pl.lit(pl.Series(rng.random(rows.height) < 0.5))
    openings = pl.col("openings").cast(pl.String)
    return rows.select(
        vacancy_no="vacancy_no",
        occupation_code="occupation_code",
        openings=pl.when(thai).then(mess.thai_digits(openings)).otherwise(openings),
        province_code=pl.col("province_code").fill_null("-"),
        posted_on=pl.lit(mess.buddhist(rows["posted_on"], "slash")),
    )


def _dsd(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """As the ministry's API gives them, in a table: the year in the Buddhist era, the day in ISO form."""
    del rng
    return rows.select(
        "test_year",
        "test_quarter",
        pl.col("attended", "passed").cast(pl.String),
        pl.col("as_of").dt.to_string("%Y-%m-%d").fill_null(""),
    )


HANDS = {
    "students": Hand(HEADERS["students"], _moe, encoding="cp874"),
    "teachers": Hand(
        HEADERS["teachers"],
        _otepc,
        title=("สำนักงาน ก.ค.ศ. กระทรวงศึกษาธิการ (ข้อมูลจำลอง)", "ข้าราชการครูตามสถานศึกษา ประจำเดือน {period}"),
    ),
    "graduates": Hand(HEADERS["graduates"], _mhesi, encoding="utf-8-sig"),
    "job_occupations": Hand(HEADERS["job_occupations"], _doe, separator="\t", suffix="txt"),
    "vacancies": Hand(HEADERS["vacancies"], _vacancies, encoding="cp874"),
    "skill_tests": Hand(HEADERS["skill_tests"], _dsd),
}
