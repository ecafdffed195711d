"""The tables of linkage on Spark, from the folder ``groups``: its files are the lake, its arithmetic stands in them."""

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from tests.martkit import Shop
from tests.scenarios_marts.test_scenarios import PERIOD, rows, typed

from khlang import contracts, lake
from khlang.curation import promote
from khlang.link import linkops

HERE = Path(__file__).parent / "groups"
LINKED = ("welfare_registrants", "insured_persons", "house_registry")
DECISIONS: dict[str, dict[str, Any]] = {
    "welfare_registrants": {"rows_in": 9, "pid_reasons": {"pid": {"missing": 1, "bad_check": 1}}},
    "insured_persons": {"rows_in": 5, "pid_reasons": {"pid": {"placeholder": 1}}},
    "house_registry": {"rows_in": 4},
    "gauge_readings": {
        "rows_in": 3,
        "rows_curated": 2,
        "rejects": [{"reason": "DUPLICATE", "column": "x", "count": 1}],
    },
}


@pytest.fixture(scope="module")
def told(local_spark: SparkSession, bare: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = bare.copied(tmp_path_factory.mktemp("linkage"))
    for name in LINKED:
        made = typed(local_spark, HERE / f"{name}.csv", shop.known[name])
        made.write.format("delta").partitionBy("period").save(shop.at("curated", name))
    shop.versions = {PERIOD: dict.fromkeys(DECISIONS, 1)}
    table = shop.known["welfare_registrants"]
    given = rows(HERE / "quarantine_welfare_registrants.csv")
    text = local_spark.createDataFrame(given, ", ".join(f"{name} STRING" for name in given[0]))
    fields = dict(pair.strip().split(" ", 1) for pair in promote.quarantine_ddl(table).split(", "))
    held = text.select(*(F.col(name).cast(fields[name]) for name in text.columns))
    held.write.format("delta").save(shop.shop.place.at(lake.table("quarantine", table.name, table.version)))
    decisions = [decision(name, facts) for name, facts in DECISIONS.items()]
    built = linkops.build(shop.shop, ready=shop.ready, decisions=decisions)
    assert built == [(name, PERIOD) for name in ("linkage", "linkage_rows", "linkage_shown")]
    assert linkops.build(shop.shop, ready=shop.ready, decisions=decisions) == [], "nothing changed, and written again"
    return shop


def decision(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    made = {"dataset": name, "period": PERIOD, "submission": "in-use", "sequence": 1, "revision": 1}
    return made | {"verdict": "promoted", **facts}


def read(shop: Shop, name: str) -> list[dict[str, Any]]:
    return [row.asDict() for row in shop.spark.read.format("delta").load(shop.at("ops", name)).collect()]


def test_groups_are_counted(told: Shop) -> None:
    wanted = rows(HERE / "expected_groups.csv")
    pairs = {(row["dataset"], row["linked_dataset"]) for row in wanted}
    got = [row for row in read(told, "linkage") if (row["dataset"], row["linked_dataset"]) in pairs]
    texts = [{name: str(row[name]) for name in wanted[0]} for row in got]
    assert sorted(texts, key=str) == sorted(wanted, key=str)
    assert {(row["link_route"], row["link_weight"]) for row in got} == {("cid", None)}
    for row in got:
        assert row["match_rate"] == row["records_matched"] / row["records"]


def test_every_row_that_was_sent_stands_in_one_column(told: Shop) -> None:
    wanted = rows(HERE / "expected_rows.csv")
    got = {row["dataset"]: row for row in read(told, "linkage_rows")}
    assert [{name: str(got[str(row["dataset"])][name]) for name in wanted[0]} for row in wanted] == wanted
    nobody = got["gauge_readings"]  # 3 sent: 2 kept and 1 twice
    assert (nobody["rows_about_nobody"], nobody["rows_duplicate"], nobody["rows_unexplained"]) == (2, 1, 0)
    assert got["house_registry"]["rows_linked"] == 4


def test_analysts_are_shown_no_count_below_ten(told: Shop) -> None:
    shown = read(told, "linkage_shown")
    assert len(shown) == len(read(told, "linkage"))
    assert all(
        row[name] is None for row in shown for name in ("records", "records_matched", "match_rate", "rate_apart")
    )


def test_a_bias_is_how_far_a_group_lies_from_the_whole(told: Shop) -> None:
    got = {
        (row["dimension"], row["group_code"]): row["rate_apart"]
        for row in read(told, "linkage")
        if (row["dataset"], row["linked_dataset"]) == ("welfare_registrants", "house_registry")
    }
    # Province 10: 3/3 − 3/7; province 20: 0/4 − 3/7.
    assert got["province", "10"] == pytest.approx(4 / 7)
    assert got["province", "20"] == pytest.approx(-3 / 7)


def test_a_contract_of_every_table_is_held(told: Shop) -> None:
    known = contracts.load()
    for name in ("linkage", "linkage_rows", "linkage_shown"):
        frame = told.spark.read.format("delta").load(told.at("ops", name))
        assert frame.columns == [column.name for column in known[name].stored]
        keys = list(known[name].grain)
        assert frame.select(*keys).distinct().count() == frame.count()
