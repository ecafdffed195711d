# ruff: noqa: S608 - what is put together here is written here: no value of anybody's stands in a question
"""The labour questions in SQL, as the analyst puts them to Trino, and the names of codes."""

from khlang.contracts.loader import read_codes
from khlang.settings import Settings

WORK_SUMS = """sum(graduates) AS graduates, sum(graduates_with_occupation) AS graduates_with_occupation,
       sum(mismatched_graduates) AS mismatched_graduates"""
SCHOOL_SUMS = """sum(students) AS students, sum(teachers) AS teachers, sum(teachers_needed) AS teachers_needed,
       sum(teachers_short) AS teachers_short"""
WORK = f"""
SELECT period, {WORK_SUMS}
FROM graduate_mismatch GROUP BY period ORDER BY period
"""
BY_FIELD = f"""
SELECT period, field_code, {WORK_SUMS}
FROM graduate_mismatch GROUP BY period, field_code ORDER BY period, field_code
"""
BY_COHORT = f"""
SELECT period, graduation_year, {WORK_SUMS}
FROM graduate_mismatch GROUP BY period, graduation_year ORDER BY period, graduation_year
"""
SCHOOLS = f"""
SELECT period, {SCHOOL_SUMS}
FROM teacher_shortage GROUP BY period ORDER BY period
"""
BY_PROVINCE = f"""
SELECT period, province_code, {SCHOOL_SUMS}
FROM teacher_shortage GROUP BY period, province_code ORDER BY period, province_code
"""
DEMAND = """
SELECT period, occupation_code, insured_workers, vacancies, openings
FROM labour_demand ORDER BY period, occupation_code
"""
TESTS = """
SELECT period, test_year, test_quarter, attended, passed, passed_percent
FROM skill_test_rates ORDER BY period, test_year, test_quarter
"""


def code_names(settings: Settings, name: str) -> dict[str, str]:
    """Code → Thai name of one code list."""
    return {row["code"]: row["name_th"] for row in read_codes(settings.contracts / "codes" / f"{name}.csv")}
