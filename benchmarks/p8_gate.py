"""P8: the gate of one month ÷ one full scan by the same engine; and plain GX on Spark, same verdicts ÷ ours.

The two are held against each other rule by rule, on a good month and on one that breaks every rule that rows can break.
"""

import argparse
import secrets
import tempfile
from pathlib import Path
from typing import Any

from curatebench import PERIOD, TABLE, interleaved, line, prepared

from khlang import contracts, gates, session, settings
from khlang.contracts import Rule
from khlang.contracts.constraints import Between
from khlang.curation import metrics, staging
from khlang.errors import IntegrityError
from khlang.gates import expectations

TARGET, TARGET_GX = 4.5, 4.0  # uniqueness is exact
#: A staged month → one in which each of these columns breaks its rule's limit.
BROKEN = {
    "pid": "CASE WHEN row_number <= 60 THEN 1 WHEN row_number % 10 = 5 THEN NULL ELSE pid END",
    "employer_id": "CASE WHEN row_number <= 60 THEN 1 WHEN row_number % 10 = 6 THEN NULL ELSE employer_id END",
    "wage_month": "CASE row_number % 10 WHEN 1 THEN '2999-01' WHEN 2 THEN '1999-01' ELSE wage_month END",
    "wage_baht": "CASE row_number % 10 WHEN 3 THEN -1 WHEN 4 THEN 1 ELSE wage_baht END",
    "section_code": "IF(row_number % 10 = 7, 'x', section_code)",
    "province_code": "IF(row_number % 10 = 8, 'x', province_code)",
    "raw_columns": "IF(row_number = 1, 'wage_baht', raw_columns)",
    "reason": "CASE WHEN row_number % 10 BETWEEN 1 AND 3 THEN 'BAD-TYPE' WHEN row_number % 10 = 4 THEN 'DUPLICATE' END",
    "reason_column": "element_at(array('wage_month', 'wage_baht', 'reported_on'), 1 + CAST(row_number % 3 AS INT))",
}
DERIVED = {
    "fault": "coalesce(concat_ws('/', reason, reason_column), '')",
    "wage_month_number": "CAST(replace(wage_month, '-', '') AS INT)",
}
NUMBER = int(PERIOD.replace("-", ""))
UNBREAKABLE = {"GATE-EMPTY", "GATE-COUNT", "GATE-FEWER"}  # by rows that are there


def expectation(gx: Any, rule: Rule, rows: int) -> Any:
    """What a GX user would declare on the data for the same rule.

    ``mostly`` counts values that are not null, so what says why a row is bad comes as ``fault``, which never is; GX
    compares no texts, so a month comes as a number too (:data:`DERIVED`).
    """
    e = gx.expectations
    share = {"column": rule.column, "mostly": 1 - rule.limit}
    values = list(TABLE.column(rule.column).values) if rule.column else []
    law = rule.law if isinstance(rule.law, Between) else Between("", None, None)
    limits = {"min_value": law.minimum and float(law.minimum), "max_value": law.maximum and float(law.maximum)}
    fault, month = share | {"column": "fault"}, share | {"column": f"{rule.column}_number"}
    heavy = (
        f"SELECT {rule.column} FROM {{batch}} WHERE {rule.column} IS NOT NULL GROUP BY {rule.column}"
        f" HAVING count(*) > {max(rule.allowed_rows or 0, rows // 100_000)}"
    )
    made = {
        "GATE-ROWS": lambda: e.ExpectTableRowCountToEqual(value=rows),
        "GATE-EMPTY": lambda: e.ExpectTableRowCountToBeBetween(min_value=1),
        "GATE-COUNT": lambda: e.ExpectTableRowCountToBeBetween(min_value=int(rule.limit)),
        "GATE-FEWER": lambda: e.ExpectTableRowCountToBeBetween(min_value=int(rows * (rule.usual_share or 0))),
        "GATE-GRAIN": lambda: e.ExpectCompoundColumnsToBeUnique(
            column_list=[name for name in TABLE.grain if name != TABLE.partition],
            row_condition="reason IS NULL",
            condition_parser="spark",
        ),
        "GATE-RAW-ID": lambda: e.ExpectColumnValuesToBeNull(column="raw_columns"),
        "GATE-PID": lambda: e.ExpectColumnValuesToNotBeNull(**share),
        "GATE-CODE": lambda: e.ExpectColumnValuesToBeInSet(**share, value_set=values),
        "GATE-RANGE": lambda: e.ExpectColumnValuesToBeBetween(**share, **limits),
        "GATE-PERIOD": lambda: e.ExpectColumnValuesToBeBetween(**month, max_value=NUMBER),
        "GATE-LATE": lambda: e.ExpectColumnValuesToBeBetween(**month, min_value=NUMBER),
        "GATE-TYPE": lambda: e.ExpectColumnValuesToNotBeInSet(**fault, value_set=[f"BAD-TYPE/{rule.column}"]),
        "GATE-DUPLICATE": lambda: e.ExpectColumnValuesToNotMatchRegex(**fault, regex="^DUPLICATE/"),
        "GATE-HEAVY": lambda: e.UnexpectedRowsExpectation(unexpected_rows_query=heavy),
    }[rule.code]()
    made.meta = {"rule_id": rule.id}
    return made


def by_rule(answer: Any) -> dict[str, bool]:
    """Verdict of every rule, as GX gives them."""
    for one in answer.results:
        if any(each.get("raised_exception") for each in (one.exception_info or {}).values() if isinstance(each, dict)):
            raise IntegrityError("GX could not judge a rule of its own side.", "Mend the expectation in p8_gate.py.")
    return {str(one.expectation_config.meta["rule_id"]): bool(one.success) for one in answer.results}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    gx = expectations.load()
    with tempfile.TemporaryDirectory(prefix="khlang-p8-") as name:
        accepted, _, pool = prepared(Path(name), given.rows, secrets.token_hex(32))
        spark = session.spark(settings.load(), "p8", environ={})
        session.fit(spark, given.rows)  # as curation.service does
        staged = staging.stage(spark.read.parquet(str(accepted)), TABLE, period=PERIOD, pool=pool)
        staged.write.parquet(f"{name}/staged")
        read = spark.read.parquet(f"{name}/staged")
        named = metrics.expressions(TABLE)
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        whole = context.data_sources.add_spark("s").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
        rules = contracts.rules(TABLE)
        suite = gx.ExpectationSuite("s", [expectation(gx, rule, given.rows) for rule in rules])

        def judged(frame: Any) -> dict[str, bool]:
            found = metrics.compute(frame, named, manifest_rows=given.rows)
            verdict = gates.judge(found, TABLE)
            failed = {failure.rule_id for failure in verdict.failures}
            return {rule.id: rule.id not in failed for rule in rules}

        def plain(frame: Any) -> dict[str, bool]:
            told = frame.selectExpr("*", *(f"{sql} AS {column}" for column, sql in DERIVED.items()))
            batch = whole.get_batch({"dataframe": told})
            return by_rule(batch.validate(suite, result_format="BOOLEAN_ONLY"))

        broken = read.withColumns({column: spark_expr(sql) for column, sql in BROKEN.items()})
        expect_same(judged(read), plain(read), fails=set())
        beyond = {rule.id for rule in rules if rule.code not in UNBREAKABLE}
        expect_same(judged(broken.unionAll(broken.limit(1))), plain(broken.unionAll(broken.limit(1))), fails=beyond)

        def scan(_: int) -> None:
            read.write.format("noop").mode("overwrite").save()

        taken = interleaved(given.times, ours=lambda _: judged(read), scan=scan, gx=lambda _: plain(read))
        spark.stop()
    print(
        line(
            id="P8",
            ours=round(taken["ours"].wall, 3),
            peer=round(taken["scan"].wall, 3),
            ratio=round(taken["ours"].wall / taken["scan"].wall, 2),
            ratio_cpu=round(taken["ours"].cpu / taken["scan"].cpu, 2),
            target=TARGET,
            n=given.times,
            rows=given.rows,
            gx_on_spark=round(taken["gx"].wall, 3),
            ratio_gx=round(taken["gx"].wall / taken["ours"].wall, 2),
            ratio_gx_cpu=round(taken["gx"].cpu / taken["ours"].cpu, 2),
            target_gx=TARGET_GX,
            same_verdicts=len(rules),
        )
    )


def spark_expr(sql: str) -> Any:
    from pyspark.sql.functions import expr

    return expr(sql)


def expect_same(ours: dict[str, bool], peer: dict[str, bool], *, fails: set[str]) -> None:
    """Both sides say of every rule the same, and exactly these fail."""
    differ = sorted(rule for rule in ours.keys() | peer.keys() if ours.get(rule) != peer.get(rule))
    if differ or {rule for rule, holds in ours.items() if not holds} != fails:
        raise IntegrityError(
            f"The sides are not comparable: they differ on {differ}; failing at ours: "
            f"{sorted(rule for rule, holds in ours.items() if not holds)}.",
            "Mend the stand-in in p8_gate.py.",
        )


if __name__ == "__main__":
    main()
