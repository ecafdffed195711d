"""What the water marts know of houses: who lives in them, and which floods reached them. Pure frames."""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.domains.water.definitions import Definitions


def households(houses: DataFrame) -> DataFrame:
    """Registered houses.

    Args:
        houses: Curated ``house_registry`` of the period; one row a person.

    Returns:
        ``house_id``, ``registered_amphoe``, ``household_members``. Grain: house_id.
    """
    named = houses.where(F.col("house_id").isNotNull())
    return named.groupBy("house_id").agg(
        # Members of one house live in one amphoe; should a register disagree with itself, the lowest code stands.
        F.min("amphoe_code").alias("registered_amphoe"),
        F.count("pid").alias("household_members"),
    )


def flooded(inputs: Mapping[str, DataFrame], definitions: Definitions) -> DataFrame:
    """Houses that a flood of the register reached, each where the house registry puts it.

    A row of an event that the register of events does not hold is left out: nobody declared that flood.

    Args:
        inputs: The period's curated flood_events, flooded_households and house_registry.
        definitions: From how many events on a flood is a repeated one.

    Returns:
        The columns of the mart ``flooded_homes`` but the period. Grain: house_id.
    """
    events = inputs["flood_events"].select("event_id").distinct()
    reached = inputs["flooded_households"].join(events, "event_id", "left_semi")
    per_house = reached.groupBy("house_id").agg(
        F.min("amphoe_code").alias("declared_amphoe"),
        F.count_distinct("event_id").alias("floods"),
        F.min("flooded_on").alias("first_flooded_on"),
        F.max("flooded_on").alias("last_flooded_on"),
        F.max("depth_cm").alias("deepest_cm"),
        F.sum("damage_baht").alias("total_damage_baht"),
    )
    joined = per_house.join(households(inputs["house_registry"]), "house_id", "left")  # one to at most one
    placed = joined.withColumn("amphoe_code", F.coalesce("registered_amphoe", "declared_amphoe"))
    return placed.withColumns(
        {
            "province_code": F.substring("amphoe_code", 1, 2),
            "in_house_registry": F.col("household_members").isNotNull(),
            "is_repeated": F.col("floods") >= definitions.repeated_floods,
        }
    )
