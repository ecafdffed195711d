"""Where do girls become mothers, and do they leave school?

One row for every amphoe that the house registry or a birth names. Births are those of the last months
(``definitions.yaml``) in the period's register, each where the house registry puts the mother; whom it does not know
stands where she gave birth. Her age is the one the office wrote down. Where the registry's year of birth says otherwise
the birth is counted, and shown as disputed, and stands in no age group: nobody is made a teen mother by a typing
mistake.

Was she at school? The students' files of as many months are asked: whom any of them knew at school, or as leaving on
or after the day of the birth, was a student; if the last of them says that she has left, she has. A girl who drops out
of the file without a word has not left as far as anybody knows.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.health.definitions import Definitions, load
from khlang.frames import conform

FLAGS = {
    "births_15_19": "is_teen",
    "births_10_14": "is_child",
    "births_age_disputed": "is_disputed",
    "teen_mothers_students": "was_student",
    "teen_mothers_left_school": "has_left",
}
GIRLS = ("girls_15_19", "girls_10_14")


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The curated births, house_registry and students of the contract's months, the period's the last.
        table: The contract of ``teen_births``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    words = load()
    homes = inputs["house_registry"].where(F.col("period") == period)
    births = inputs["births"].where((F.col("period") == period) & (F.col("born_on") >= F.lit(words.since(period))))
    judged = mothers(births, homes, inputs["students"], words)
    counted = judged.groupBy("amphoe_code").agg(
        F.count("pid").alias("births"), *(F.count_if(flag).alias(name) for name, flag in FLAGS.items())
    )
    joined = girls(homes, words, year=int(period[:4])).join(counted, "amphoe_code", "full")  # one to one
    known = joined.fillna(0, subset=["births", *FLAGS, *GIRLS])
    months = words.births_within_months
    rates = {
        "teen_birth_rate": _ratio("births_15_19", 12_000, "girls_15_19", months),
        "child_birth_rate": _ratio("births_10_14", 12_000, "girls_10_14", months),
        "left_school_percent": _ratio("teen_mothers_left_school", 100, "teen_mothers_students", 1),
    }
    placed = {"province_code": F.substring("amphoe_code", 1, 2), "period": F.lit(period)}
    return conform(known.withColumns(rates | placed), table)


def mothers(births: DataFrame, homes: DataFrame, students: DataFrame, words: Definitions) -> DataFrame:
    """Births with what is known of the mother.

    Args:
        births: The period's register, of the births that count.
        homes: The period's house registry; one row a person.
        students: Students' files of all months that are looked at; one row a person and month.
        words: The definitions.

    Returns:
        ``pid``, ``born_on``, ``amphoe_code`` and the flags of ``FLAGS``. Grain: pid, born_on.
    """
    home = homes.select("pid", "birth_year", F.col("amphoe_code").alias("home"))
    told = births.select("pid", "born_on", "mother_age", "amphoe_code").join(home, "pid", "left")  # one to at most one
    apart = F.year("born_on") - F.col("birth_year") - F.col("mother_age")
    age = F.col("mother_age")
    # A birth whose mother's year of birth nobody knows is not disputed.
    aged = told.withColumn("is_disputed", F.coalesce(~apart.between(0, words.age_years_apart), F.lit(False)))
    flags = {
        "is_teen": ~F.col("is_disputed") & age.between(words.teen_youngest, words.teen_oldest),
        "is_child": ~F.col("is_disputed") & age.between(words.child_youngest, words.teen_youngest - 1),
    }
    joined = aged.withColumns(flags).join(schooling(births, students, words), ["pid", "born_on"], "left")
    young = F.col("is_teen") | F.col("is_child")
    return joined.select(
        "pid",
        "born_on",
        F.coalesce("home", "amphoe_code").alias("amphoe_code"),
        "is_disputed",
        "is_teen",
        "is_child",
        (young & F.coalesce("studied", F.lit(False))).alias("was_student"),
        (young & F.coalesce("left", F.lit(False))).alias("has_left"),
    )


def schooling(births: DataFrame, students: DataFrame, words: Definitions) -> DataFrame:
    """``pid``, ``born_on``, ``studied``, ``left``: what the students' files know of the mothers they name."""
    files = students.select("pid", "student_status_code", "status_on", F.col("period").alias("file"))
    named = births.select("pid", "born_on").join(files, "pid", "inner")  # a row a month in which a file names her
    gone = (F.col("student_status_code") == words.left_school_status) & (F.col("status_on") >= F.col("born_on"))
    at_school = F.col("student_status_code") == words.at_school_status
    return named.groupBy("pid", "born_on").agg(
        F.bool_or(at_school | gone).alias("studied"), F.max_by(gone, "file").alias("left")
    )


def girls(homes: DataFrame, words: Definitions, *, year: int) -> DataFrame:
    """``amphoe_code`` and the girls who reach each age in the year; every amphoe of the registry has a row."""
    reaches = F.lit(year) - F.col("birth_year")
    girl = F.col("sex_code") == words.female_sex
    return homes.groupBy("amphoe_code").agg(
        F.count_if(girl & reaches.between(words.teen_youngest, words.teen_oldest)).alias("girls_15_19"),
        F.count_if(girl & reaches.between(words.child_youngest, words.teen_youngest - 1)).alias("girls_10_14"),
    )


def _ratio(part: str, times: int, whole: str, by: int) -> Column:
    """Part × times ÷ (whole × by), half up to two decimals; null where there is nothing to divide by."""
    above, below = (F.col(name).cast("DECIMAL(12,0)") * F.lit(n) for name, n in ((part, times), (whole, by)))
    return F.when(F.col(whole) > 0, F.round(above / below, 2))
