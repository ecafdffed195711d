"""P8: the gate of one month ÷ one full scan by the same engine; and plain GX on Spark with the same verdict ÷ ours."""

import argparse
import secrets
import tempfile
from pathlib import Path
from typing import Any

from curatebench import PERIOD, TABLE, interleaved, line, prepared

from khlang import contracts, gates, session, settings
from khlang.contracts import Rule
from khlang.curation import metrics, staging
from khlang.gates import expectations

TARGET, TARGET_GX = 4.5, 4.0  # uniqueness is exact


def expectation(gx: Any, rule: Rule, rows: int) -> Any:
    """What a GX user would declare on the data for the same rule."""
    e = gx.expectations
    column = TABLE.column(rule.column) if rule.column else None
    share = {"column": rule.column, "mostly": 1 - rule.limit}
    quality = next((q for q in TABLE.quality if (q.code, q.column) == (rule.code, rule.column)), None)
    limits = quality.arguments if quality else {}
    return {
        "GATE-ROWS": lambda: e.ExpectTableRowCountToEqual(value=rows),
        "GATE-EMPTY": lambda: e.ExpectTableRowCountToBeBetween(min_value=1),
        "GATE-COUNT": lambda: e.ExpectTableRowCountToBeBetween(min_value=100),
        "GATE-GRAIN": lambda: e.ExpectCompoundColumnsToBeUnique(
            column_list=list(TABLE.grain[1:]), row_condition="reason IS NULL", condition_parser="spark"
        ),
        "GATE-RAW-ID": lambda: e.ExpectColumnValuesToBeNull(column="raw_columns"),
        "GATE-PID": lambda: e.ExpectColumnValuesToNotBeNull(**share),
        "GATE-NULL": lambda: e.ExpectColumnValuesToNotBeNull(**share),
        "GATE-CODE": lambda: e.ExpectColumnValuesToBeInSet(**share, value_set=list(column.values)),  # type: ignore[union-attr]
        "GATE-RANGE": lambda: e.ExpectColumnValuesToBeBetween(
            **share, min_value=limits.get("minimum"), max_value=limits.get("maximum")
        ),
        "GATE-PERIOD": lambda: e.ExpectColumnValuesToBeInSet(**share, value_set=[PERIOD]),
        "GATE-LATE": lambda: e.ExpectColumnValuesToBeInSet(**share, value_set=[PERIOD]),
        "GATE-TYPE": lambda: e.ExpectColumnValuesToNotBeInSet(
            column="reason", value_set=["BAD-TYPE"], mostly=1 - rule.limit
        ),
        "GATE-DUPLICATE": lambda: e.ExpectColumnValuesToNotBeInSet(
            column="reason", value_set=["DUPLICATE"], mostly=1 - rule.limit
        ),
        "GATE-HEAVY": lambda: e.ExpectColumnUniqueValueCountToBeBetween(column=rule.column, min_value=rows // 12),
    }[rule.code]()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    gx = expectations.load()
    with tempfile.TemporaryDirectory(prefix="khlang-p8-") as name:
        accepted, _, pool = prepared(Path(name), given.rows, secrets.token_hex(32))
        spark = session.spark(settings.load(), "p8", environ={})
        staged = staging.stage(spark.read.parquet(str(accepted)), TABLE, period=PERIOD, pool=pool)
        staged.write.parquet(f"{name}/staged")
        read = spark.read.parquet(f"{name}/staged")
        named = metrics.expressions(TABLE)
        batch = gx.get_context(mode="ephemeral").data_sources.add_spark("s").add_dataframe_asset("a")
        whole = batch.add_batch_definition_whole_dataframe("b")
        suite = gx.ExpectationSuite("s", [expectation(gx, rule, given.rows) for rule in contracts.rules(TABLE)])
        verdicts: dict[str, bool] = {}

        def ours(_: int) -> None:
            found = metrics.compute(read, named, manifest_rows=given.rows)
            verdicts["ours"] = gates.judge(found, TABLE).promoted

        def scan(_: int) -> None:
            read.write.format("noop").mode("overwrite").save()

        def plain(_: int) -> None:
            answer = whole.get_batch({"dataframe": read}).validate(suite, result_format="BOOLEAN_ONLY")
            verdicts["gx"] = bool(answer.success)

        taken = interleaved(given.times, ours=ours, scan=scan, gx=plain)
        spark.stop()
    print(
        line(
            id="P8",
            ours=round(taken["ours"], 3),
            peer=round(taken["scan"], 3),
            ratio=round(taken["ours"] / taken["scan"], 2),
            target=TARGET,
            n=given.times,
            rows=given.rows,
            gx_on_spark=round(taken["gx"], 3),
            ratio_gx=round(taken["gx"] / taken["ours"], 2),
            target_gx=TARGET_GX,
            same_verdict=verdicts["ours"] == verdicts["gx"],
        )
    )


if __name__ == "__main__":
    main()
