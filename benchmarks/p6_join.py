"""P6: eight agencies' records of the same persons joined by ``pid`` ÷ the same join, same engine, on 64-hex keys.

Both sides are Delta tables of Spark, a file sorted by its key; the hexadecimal side is what a pool has that takes
SHA-256 texts from its agencies. Each agency knows nine persons in ten. The bytes of the key are those of its column
in the files. Beside it each side's tables are read without a join: what is left is exchange, sort and merge.
"""

import argparse
import hashlib
import tempfile
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow.parquet as pq
from curatebench import interleaved, line

from khlang import delta, session, settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TARGET, BYTES = 5.0, 6.0
AGENCIES = 8
KEYS = {"ours": "pid", "peer": "hex_key"}


def persons(rows: int) -> pl.DataFrame:
    """48-bit pids and, of the same persons, 64 hexadecimal digits."""
    digests = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(rows)]
    return pl.DataFrame({"hex_key": digests}).with_columns(pid=pl.col("hex_key").str.head(12).str.to_integer(base=16))


def write(spark: "SparkSession", known: pl.DataFrame, folder: Path) -> dict[str, float]:
    """Each agency's table on both kinds of key; bytes of key a row."""
    bytes_a_row = {}
    for side, key in KEYS.items():
        for agency in range(AGENCIES):
            mine = known.filter(pl.int_range(pl.len()) % 10 != agency)
            frame = mine.select(key, value=pl.int_range(pl.len()) % (1000 + agency)).rename({"value": f"v{agency}"})
            plain = folder / f"{side}{agency}.parquet"
            frame.write_parquet(plain)
            sorted_rows = spark.read.parquet(str(plain)).coalesce(1).sortWithinPartitions(key)
            sorted_rows.write.format("delta").options(**delta.PROPERTIES).save(str(folder / side / str(agency)))
        meta = pq.read_metadata(next((folder / side / "0").glob("*.parquet")))
        columns = [meta.row_group(group).column(0).total_compressed_size for group in range(meta.num_row_groups)]
        bytes_a_row[side] = sum(columns) / meta.num_rows
    return bytes_a_row


def joined(spark: "SparkSession", folder: Path, side: str) -> "DataFrame":
    """All agencies' rows of one person beside each other: how many there are, and the sum of their figures."""
    tables = [spark.read.format("delta").load(str(folder / side / str(agency))) for agency in range(AGENCIES)]
    both = reduce(lambda left, right: left.join(right, KEYS[side]), tables)
    return both.selectExpr("count(*)", *(f"sum(v{agency})" for agency in range(AGENCIES)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="khlang-p6-") as name:
        folder = Path(name)
        spark = session.spark(settings.load(), "p6", environ={})
        session.fit(spark, given.rows)
        spark.conf.set("spark.sql.autoBroadcastJoinThreshold", -1)  # tables of a nation do not fit in one
        bytes_a_row = write(spark, persons(given.rows), folder)
        answers: dict[str, list[int]] = {}

        def join(side: str) -> None:
            answers[side] = list(joined(spark, folder, side).first() or ())

        def scan(side: str) -> None:
            for agency in range(AGENCIES):
                table = spark.read.format("delta").load(str(folder / side / str(agency)))
                table.selectExpr(f"count({KEYS[side]})", f"sum(v{agency})", f"max({KEYS[side]})").first()

        taken = interleaved(given.times, ours=lambda _: join("ours"), peer=lambda _: join("peer"),
                            scan_ours=lambda _: scan("ours"), scan_peer=lambda _: scan("peer"))  # fmt: skip
        spark.stop()
    assert answers["ours"] == answers["peer"], "both sides join the same persons"
    print(
        line(
            id="P6",
            ours=round(taken["ours"].wall, 3),
            peer=round(taken["peer"].wall, 3),
            ratio=round(taken["peer"].wall / taken["ours"].wall, 2),
            ratio_cpu=round(taken["peer"].cpu / taken["ours"].cpu, 2),
            target=TARGET,
            n=given.times,
            rows=given.rows,
            scan_alone={side: round(taken[f"scan_{side}"].wall, 3) for side in KEYS},
            key_bytes_a_row={side: round(size, 2) for side, size in bytes_a_row.items()},
            target_key_bytes=BYTES,
        )
    )


if __name__ == "__main__":
    main()
