"""Whole numbers, so that Spark, the simulator's truth and Trino agree exactly: shares half up, percentiles by rank."""

from pyspark.sql import Column
from pyspark.sql import functions as F


def half_up(part: str, whole: str) -> Column:
    """``part ÷ whole`` to the nearest whole number, a half upwards; both are Spark SQL of whole numbers.

    Neither is negative; null where the whole is 0 or null. Integer division rounds nothing away twice, as a decimal one
    that is rounded afterwards can.
    """
    return F.expr(f"CASE WHEN ({whole}) > 0 THEN (2 * ({part}) + ({whole})) DIV (2 * ({whole})) END")


def by_rank(values: str, percent: int) -> Column:
    """The value at place ceiling(n × percent ÷ 100) of an array's n values in order (the nearest-rank percentile).

    It is one of the values: nothing is interpolated. Trino finds the same by
    ``array_sort(values)[(percent * cardinality(values) + 99) / 100]``. Null of no values: the place before the first.
    """
    return F.expr(f"get(sort_array({values}), CAST(({percent} * size({values}) + 99) DIV 100 - 1 AS INT))")


def scaled(whole: Column, places: int) -> Column:
    """A whole number of ten-to-the-minus-``places`` as an exact decimal."""
    return whole.cast("DECIMAL(20,0)") / F.lit(10**places).cast("DECIMAL(10,0)")
