"""Which households stood in repeated floods?

One row for every house that a declared flood reached since the register of affected households began, as the register
stands in this month: how many different floods, the first and the last, how deep, and what damage. The house is joined
to the house registry by its pseudonym; where it is found its amphoe and members are the registry's, where it is not
its amphoe is the one of the flood register: absence of a link is shown (``in_house_registry``), never guessed.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table
from khlang.domains.water.definitions import load
from khlang.domains.water.marts import homes
from khlang.frames import conform


def build(inputs: Mapping[str, DataFrame], table: Table, *, period: str) -> DataFrame:
    """Build one month of the mart.

    Args:
        inputs: The period's curated flood_events, flooded_households and house_registry.
        table: The contract of ``flooded_homes``.
        period: ``YYYY-MM``.

    Returns:
        The contract's columns. Grain: period, house_id.
    """
    return conform(homes.flooded(inputs, load()).withColumn("period", F.lit(period)), table)
