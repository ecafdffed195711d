"""GATE-ORPHAN looks references up in what the other dataset held last, and in nothing later."""

import pytest
from pyspark.sql import SparkSession

from khlang import contracts, lake
from khlang.curation import metrics, objects, references

TABLES = contracts.load()
HOMES, EVENTS = TABLES["flooded_households"], TABLES["flood_events"]
VIEW = contracts.reference_view("flood_events", "event_id")
METRIC = "orphan_share__event_id"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, local_spark: SparkSession) -> objects.Lake:
    """A lake whose register of floods has two months; the second no longer has F-1."""
    here = objects.folder(tmp_path_factory.mktemp("lake"))
    held = [("F-1", "2026-01"), ("F-2", "2026-01"), ("F-2", "2026-02"), ("F-3", "2026-02")]
    rows = local_spark.createDataFrame(held, "event_id STRING, period STRING").coalesce(1)
    where = here.at(lake.table("curated", EVENTS.name, EVENTS.version))
    rows.write.format("delta").partitionBy("period").save(where)
    return here


@pytest.mark.parametrize(
    ("period", "known", "share"),
    [
        pytest.param("2026-01", {"F-1", "F-2"}, 0.25, id="its own month"),
        pytest.param("2026-03", {"F-2", "F-3"}, 0.5, id="the newest before it, and of four references two are to none"),
        pytest.param("2025-12", {"F-1", "F-2", "F-9"}, 0.0, id="no month yet: nothing to hold them against"),
    ],
)
def test_a_reference_is_looked_up_in_the_newest_month_until_its_own(
    period: str, known: set[str], share: float, place: objects.Lake, local_spark: SparkSession
) -> None:
    given = [("F-1",), ("F-2",), ("F-2",), ("F-9",), (None,)]
    staged = local_spark.createDataFrame(given, "event_id STRING").coalesce(1)
    references.show(staged, HOMES, tables=TABLES, place=place, period=period)
    assert {row.known for row in local_spark.table(VIEW).collect()} - {None} == known
    named = {METRIC: metrics.expressions(HOMES)[METRIC]}
    assert metrics.compute(staged, named, manifest_rows=5)[METRIC] == share


def test_a_table_without_references_asks_nothing(place: objects.Lake, local_spark: SparkSession) -> None:
    local_spark.catalog.dropTempView(VIEW)
    staged = local_spark.createDataFrame([("F-1",)], "event_id STRING")
    references.show(staged, EVENTS, tables=TABLES, place=place, period="2026-01")
    assert not local_spark.catalog.tableExists(VIEW)
