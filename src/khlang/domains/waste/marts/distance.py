"""How far a sanitary site is: great-circle distances in whole metres. Pure frames."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.domains.waste.definitions import Definitions, points

POINTS = "amphoe_code STRING, north DOUBLE, east DOUBLE"


def nearest(sites: DataFrame, definitions: Definitions) -> DataFrame:
    """The nearest sanitary site of every amphoe's reference point.

    Args:
        sites: Curated ``disposal_sites`` of the period.
        definitions: The earth's radius, and which kinds are sanitary.

    Returns:
        ``amphoe_code``, ``sanitary_distance_m``. Grain: amphoe_code; no row where no site is sanitary.
    """
    sanitary = sites.where(F.col("waste_site_kind_code").isin(*definitions.sanitary_kinds)).select(
        F.col("site_latitude").cast("DOUBLE").alias("site_north"),
        F.col("site_longitude").cast("DOUBLE").alias("site_east"),
    )
    here = sites.sparkSession.createDataFrame(list(points()), POINTS)
    # Every point with every sanitary site: a thousand by some dozens.
    pairs = here.crossJoin(F.broadcast(sanitary))
    return pairs.groupBy("amphoe_code").agg(F.min(metres(definitions.earth_radius_m)).alias("sanitary_distance_m"))


def metres(radius: float) -> Column:
    """Haversine distance of (north, east) and (site_north, site_east) in degrees, rounded half up to whole metres."""
    north, site_north = F.radians("north"), F.radians("site_north")
    east_apart = F.radians("site_east") - F.radians("east")
    chord = F.pow(F.sin((site_north - north) / 2), 2) + F.cos(north) * F.cos(site_north) * F.pow(
        F.sin(east_apart / 2), 2
    )
    return F.floor(F.lit(2 * radius) * F.asin(F.sqrt(chord)) + 0.5)
