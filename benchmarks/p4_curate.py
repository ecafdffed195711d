"""P4: curate one month with a warm session ÷ plain Spark Parquet → Delta of the same rows; delta-rs beside it.

The first turn, which does not count, starts the Python workers and makes the tables. Later ones are the same month
accepted again, so that every person is known to the spine.
"""

import argparse
import secrets
import tempfile
from pathlib import Path
from statistics import median

import deltalake
import pyarrow.parquet as pq
from curatebench import PERIOD, TABLE, curator, interleaved, line, prepared, work

from khlang import session, settings

TARGET = 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="khlang-p4-") as name:
        accepted, place, pool = prepared(Path(name), given.rows, secrets.token_hex(32))
        spark = session.spark(settings.load(), "p4", environ={})
        session.fit(spark, given.rows)  # as curation.service does
        ours = curator(spark, place, pool)
        stages: list[dict[str, float]] = []

        def curate(turn: int) -> None:
            decision = ours.one(work(turn, given.rows), TABLE)
            assert decision.verdict == "promoted", decision.failures
            stages.append(decision.seconds)

        def plain(turn: int) -> None:
            frame = spark.read.parquet(str(accepted)).selectExpr("*", f"'{PERIOD}' AS period")
            writer = frame.write.format("delta").mode("overwrite").partitionBy("period")
            writer.option("replaceWhere", f"period = '{PERIOD}'").option("txnAppId", "p").option("txnVersion", turn)
            writer.save(f"{name}/plain")

        def delta_rs(_: int) -> None:
            deltalake.write_deltalake(f"{name}/rs", pq.read_table(accepted), mode="overwrite")

        taken = interleaved(given.times, ours=curate, peer=plain, delta_rs=delta_rs)
        spark.stop()
    print(
        line(
            id="P4",
            ours=round(taken["ours"].wall, 3),
            peer=round(taken["peer"].wall, 3),
            ratio=round(taken["ours"].wall / taken["peer"].wall, 2),
            ratio_cpu=round(taken["ours"].cpu / taken["peer"].cpu, 2),
            target=TARGET,
            n=given.times,
            rows=given.rows,
            delta_rs=round(taken["delta_rs"].wall, 3),
            ratio_delta_rs=round(taken["ours"].wall / taken["delta_rs"].wall, 2),
            stages={name: median(each[name] for each in stages[1:]) for name in stages[-1]},
        )
    )


if __name__ == "__main__":
    main()
