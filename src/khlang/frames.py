"""The last step of every transform: exactly the contract's columns, in its order and types."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from khlang.contracts import Table


def conform(frame: DataFrame, table: Table) -> DataFrame:
    """Select the contract's columns, cast to its types.

    Args:
        frame: Holds at least the contract's columns.
        table: The contract.

    Returns:
        The contract's stored columns and no others. A value that does not fit its type fails the job (ANSI casts).
    """
    return frame.select(*(F.col(column.name).cast(column.type).alias(column.name) for column in table.stored))
