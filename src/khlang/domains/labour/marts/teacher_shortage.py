"""Where are teachers missing, by amphoe of the school?

One row for every amphoe in which a student's or a teacher's school lies. A school needs as many teachers as its
students ask for by the ratio of ``definitions.yaml``, rounded up; what it lacks is summed, and a teacher too many at
one school makes up for none at another. Where the two registers put one school in different amphoe, the students'
stands: they are the more.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.labour.definitions import Definitions, load
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated students and teachers.
        table: The contract of ``teacher_shortage``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    schools = per_school(inputs["students"], inputs["teachers"], load())
    counted = schools.groupBy("amphoe_code").agg(
        F.count("school_code").alias("schools"),
        F.count_if(F.col("teachers_short") > 0).alias("schools_short_of_teachers"),
        *(F.sum(name).alias(name) for name in ("students", "teachers", "teachers_needed", "teachers_short")),
    )
    placed = {"province_code": F.substring("amphoe_code", 1, 2), "period": F.lit(period)}
    return conform(counted.withColumns(placed), table)


def per_school(students: DataFrame, teachers: DataFrame, definitions: Definitions) -> DataFrame:
    """Students at school, teachers, and how many are needed and missing.

    Args:
        students: Curated students of the period; one row a person.
        teachers: Curated teachers of the period; one row a person.
        definitions: The ratio, and who is at school.

    Returns:
        ``school_code``, ``amphoe_code``, ``students``, ``teachers``, ``teachers_needed``, ``teachers_short``.
        Grain: school_code.
    """
    studying = F.col("student_status_code") == definitions.studying_status
    pupils = students.groupBy("school_code").agg(
        F.min("amphoe_code").alias("pupils_amphoe"), F.count_if(studying).alias("students")
    )
    staff = teachers.groupBy("school_code").agg(
        F.min("amphoe_code").alias("staff_amphoe"), F.count("pid").alias("teachers")
    )
    joined = pupils.join(staff, "school_code", "full").fillna(0, subset=["students", "teachers"])  # one to one
    needed = F.ceil(F.col("students") / definitions.pupils_per_teacher)
    return joined.select(
        "school_code",
        F.coalesce("pupils_amphoe", "staff_amphoe").alias("amphoe_code"),
        "students",
        "teachers",
        needed.alias("teachers_needed"),
        F.greatest(needed - F.col("teachers"), F.lit(0)).alias("teachers_short"),
    )
