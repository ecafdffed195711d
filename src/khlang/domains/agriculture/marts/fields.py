"""What the agriculture marts know of a plot: what it gave, and whether that was a failure. Pure frames."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.domains.agriculture.definitions import Definitions

KILOGRAMS = "DECIMAL(20,0)"
KEY = ("pid", "plot_no", "crop_code")


def judged(plots: DataFrame, harvests: DataFrame, definitions: Definitions, *, period: str) -> DataFrame:
    """Harvests of the crop year that can be judged: the plot is registered, and the yield is one that can be.

    Args:
        plots: Curated ``farmer_plots`` of the period.
        harvests: Curated ``crop_harvests`` of the period.
        definitions: Norms, and the shares of them that are failed and impossible.
        period: ``YYYY-MM``.

    Returns:
        The grain, ``amphoe_code``, ``water_source_code``, ``area_rai``, ``production_kg``, ``harvested_on``,
        ``norm_kg_rai``, ``has_failed``. Grain: pid, plot_no, crop_code.
    """
    reaped = harvests.where(F.col("crop_year") == definitions.crop_year(period))
    joined = plots.select(*KEY, "amphoe_code", "water_source_code", "area_rai").join(
        reaped.select(*KEY, "production_kg", "harvested_on"), list(KEY), "inner"
    )  # one to one
    percents = F.col("production_kg").cast(KILOGRAMS) * 100
    normal = F.col("norm_kg_rai") * F.col("area_rai")
    known = joined.withColumn("norm_kg_rai", norm(definitions)).where(F.col("norm_kg_rai").isNotNull())
    possible = known.where((F.col("area_rai") > 0) & (percents <= definitions.possible_percent * normal))
    return possible.withColumn("has_failed", percents < definitions.failed_percent * normal)


def norm(definitions: Definitions) -> Column:
    """The norm of a row's ``crop_code``, kg per rai; null for a crop that has none."""
    pairs = [F.lit(each) for pair in definitions.crop_norms.items() for each in pair]
    return F.try_element_at(F.create_map(*pairs), F.col("crop_code"))
