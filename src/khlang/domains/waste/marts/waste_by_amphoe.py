"""How much waste does an amphoe make, how far is a sanitary landfill, and do complaints follow?

One row for every amphoe and month that the house registry, a local office's weights or a complaint names. Weights are
those of the month; late ones of an earlier month tell of that one. Persons, households, service and payment are
counted where the house registry puts the house: a fee of a house that no registry knows counts nowhere. A complaint of
the month counts where its house is registered, else where it was taken down. The distance runs from the amphoe's
reference point to the nearest sanitary landfill of the register; without any there is no distance, and nobody is
called far.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.waste.definitions import Definitions, load
from khlang.domains.waste.marts import distance
from khlang.frames import conform

COUNTS = ("persons", "households", "served_households", "paying_households", "waste_complaints")
TONNES = ("waste_collected_tonnes", "recycled_tonnes")
WHOLE = "DECIMAL(18,0)"


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated house_registry, waste_collection, disposal_sites, waste_fees, waste_complaints.
        table: The contract of ``waste_by_amphoe``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, amphoe_code.
    """
    definitions = load()
    registry = inputs["house_registry"]
    homes = households(registry, inputs["waste_fees"])
    parts = (
        registry.groupBy("amphoe_code").agg(F.count("pid").alias("persons")),
        homes.groupBy(F.col("registered_amphoe").alias("amphoe_code")).agg(
            F.count("house_id").alias("households"),
            F.count_if("is_served").alias("served_households"),
            F.count_if("is_paid").alias("paying_households"),
        ),
        weights(inputs["waste_collection"], definitions, period=period),
        complaints(inputs["waste_complaints"], homes, period=period),
    )
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.join(part, "amphoe_code", "full")  # one to one; an amphoe may be missing on either side
    whole = joined.fillna(0, subset=list(COUNTS)).withColumns(
        {name: F.coalesce(name, F.lit(0)).cast("DECIMAL(14,3)") for name in TONNES}
    )
    placed = whole.join(distance.nearest(inputs["disposal_sites"], definitions), "amphoe_code", "left")
    far = F.coalesce(F.col("sanitary_distance_m") > definitions.far_m, F.lit(False))
    known = placed.withColumns(
        rates(period)
        | {
            "province_code": F.substring("amphoe_code", 1, 2),
            "is_far_from_sanitary": far,
            "period": F.lit(period),
        }
    )
    return conform(known, table)


def households(registry: DataFrame, fees: DataFrame) -> DataFrame:
    """Registered houses, and what the fee register knows of them.

    Returns:
        ``house_id``, ``registered_amphoe``, ``is_served``, ``is_paid``. Grain: house_id.
    """
    named = registry.where(F.col("house_id").isNotNull())
    # Members of one house live in one amphoe; should a register disagree with itself, the lowest code stands.
    per_house = named.groupBy("house_id").agg(F.min("amphoe_code").alias("registered_amphoe"))
    served = F.col("waste_service_code") == "YES"
    billed = fees.select(
        "house_id", served.alias("is_served"), (served & F.col("fee_paid_on").isNotNull()).alias("is_paid")
    )
    return per_house.join(billed, "house_id", "left").fillna(False, subset=["is_served", "is_paid"])


def weights(collection: DataFrame, definitions: Definitions, *, period: str) -> DataFrame:
    """``amphoe_code``, ``waste_collected_tonnes``, ``recycled_tonnes`` of the month."""
    recycled = F.when(F.col("waste_kind_code").isin(*definitions.recycled_kinds), F.col("waste_tonnes"))
    of_month = collection.where(F.col("waste_month") == period).groupBy("amphoe_code")
    return of_month.agg(
        F.sum("waste_tonnes").alias("waste_collected_tonnes"),
        F.coalesce(F.sum(recycled), F.lit(0)).alias("recycled_tonnes"),
    )


def complaints(register: DataFrame, homes: DataFrame, *, period: str) -> DataFrame:
    """``amphoe_code``, ``waste_complaints`` made in the month, each where its house is, if one is named and known."""
    made = register.where(F.date_format("complained_on", "yyyy-MM") == period)
    placed = made.join(homes.select("house_id", "registered_amphoe"), "house_id", "left")  # one to at most one
    where = F.coalesce("registered_amphoe", "amphoe_code").alias("amphoe_code")
    return placed.groupBy(where).agg(F.count("complaint_no").alias("waste_complaints"))


def rates(period: str) -> dict[str, Column]:
    """Waste per head and day, the recycled share, complaints per thousand households; none of nobody or nothing."""
    days = F.dayofmonth(F.last_day(F.to_date(F.lit(f"{period}-01"))))
    head_days = (F.col("persons") * days).cast(WHOLE)
    kilograms = (F.col("waste_collected_tonnes") * 1000).cast(WHOLE)
    recycled = (F.col("recycled_tonnes") * 100_000).cast(WHOLE)
    complained = (F.col("waste_complaints") * 1000).cast(WHOLE)
    return {
        "waste_kg_per_head_day": _ratio(kilograms, head_days, 3),
        "recycled_percent": _ratio(recycled, kilograms, 2),
        "complaints_per_1000_households": _ratio(complained, F.col("households").cast(WHOLE), 2),
    }


def _ratio(part: Column, whole: Column, digits: int) -> Column:
    return F.when(whole > 0, F.round(part / whole, digits))
