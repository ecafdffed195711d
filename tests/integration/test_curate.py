"""Curate on real Spark and Delta: months in and out of order, corrections, reruns, refusals, the spine."""

import dataclasses
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from tests.curatekit import MemoryLedger, accept, content, copied, filler, inner, pid

from khlang import contracts, lake, pseudonym
from khlang.contracts import Table
from khlang.curation import objects, service
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator, Decision, Work, revision
from khlang.settings import Settings
from khlang.settings import load as load_settings

TABLE = contracts.load()["vehicles"]
CAR = {"vehicle_id": "plate", "pid": "somchai", "vehicle_type_code": "RY1", "first_registered_on": "05/03/2560"}


@pytest.fixture
def here(tmp_path: Path, pool_key: Pool) -> Settings:
    """An installation whose only secret is the pool's key."""
    made = dataclasses.replace(load_settings(), var=tmp_path / "var")
    made.secrets.mkdir(parents=True)
    (made.secrets / "pool.key").write_text(Path(pool_key.key_file).read_text())
    return made


def cars(count: int, *more: dict[str, str], table: Table = TABLE) -> pl.DataFrame:
    return inner(table, [*filler(CAR, count, table), *more])


JANUARY = cars(120, CAR | {"vehicle_id": "", "pid": ""}, CAR | {"pid": ""})


def where(place: objects.Lake, layer: str, name: str = "vehicles") -> str:
    return place.at(lake.table(layer, name, 1))  # type: ignore[arg-type]


@dataclasses.dataclass(frozen=True)
class Month:
    """A month that went through: its lake, what was sent and what was decided."""

    lake: objects.Lake
    work: Work
    decision: Decision


@pytest.fixture(scope="module")
def january(local_spark: SparkSession, pool_key: Pool, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """120 cars, one without its number and one without its owner; tests read it, or work on a copy."""
    place = objects.folder(tmp_path_factory.mktemp("january"))
    work = accept(place, JANUARY, table=TABLE)
    return Month(place, work, Curator(local_spark, place, pool_key, contracts.load()).one(work, TABLE))


@pytest.fixture
def later(january: Month, local_spark: SparkSession, pool_key: Pool, tmp_path: Path) -> Curator:
    """Curates what comes after January."""
    return Curator(local_spark, copied(january.lake, tmp_path / "later"), pool_key, contracts.load())


def test_a_month_is_promoted_with_its_spine_and_quarantine(
    january: Month, local_spark: SparkSession, pool_key: Pool
) -> None:
    place, decision = january.lake, january.decision
    assert (decision.verdict, decision.rows_in, decision.rows_curated, decision.rows_quarantined) == (
        "promoted", 122, 121, 1,
    )  # fmt: skip
    assert decision.rejects == [{"reason": "PID-MISSING", "column": "vehicle_id", "count": 1, "rows": [121]}]
    assert decision.link == {
        "plate": {"ids": 121, "known": 0, "new": 121},
        "th-cid": {"ids": 120, "known": 0, "new": 120},
    }
    curated = local_spark.read.format("delta").load(where(place, "curated"))
    assert [f"{c.name} {c.type}" for c in TABLE.stored] == [
        f"{field.name} {field.dataType.simpleString().upper()}" for field in curated.schema
    ]
    assert curated.where(f"vehicle_id = {pid('plate', pool_key)}").first()["pid"] is None
    spine = local_spark.read.format("delta").load(where(place, "spine", "spine"))
    assert spine.count() == 241
    assert spine.selectExpr("count(DISTINCT type, pid)").first()[0] == 241
    assert not list(place.objects.keys("staging/"))
    assert set(decision.seconds) == {"stage", "metrics", "gate", "rows", "spine", "write", "clean", "report"}


def test_tables_are_what_trino_can_read(january: Month, local_spark: SparkSession) -> None:
    for layer, name in (("curated", "vehicles"), ("spine", "spine"), ("spine", "spine_alias")):
        detail = local_spark.sql(f"DESCRIBE DETAIL delta.`{where(january.lake, layer, name)}`").first()
        assert (detail["minReaderVersion"], detail["minWriterVersion"]) == (1, 2)
        assert detail["properties"]["delta.enableDeletionVectors"] == "false"


def test_files_are_sorted_by_the_grain_identifier(january: Month) -> None:
    files = list(Path(where(january.lake, "curated")).rglob("*.parquet"))
    assert len(files) == 1
    assert pl.read_parquet(files[0])["vehicle_id"].is_sorted()
    groups = pq.read_metadata(files[0])
    key = groups.row_group(0).column(groups.schema.names.index("vehicle_id"))
    assert key.encodings == ("DELTA_BINARY_PACKED",)  # differences of sorted keys: half the bytes


def test_a_withdrawn_period_is_taken_out_and_no_other(january: Month, later: Curator) -> None:
    later.one(accept(later.place, cars(130), table=TABLE, period="2026-02"), TABLE)
    decision = later.one(dataclasses.replace(january.work, sequence=2, rows=0, withdrawn=True), TABLE)
    assert (decision.verdict, decision.rows_curated) == ("withdrawn", 0)
    assert {row[-1] for row in content(later.spark, where(later.place, "curated"))} == {"2026-02"}
    assert content(later.spark, where(later.place, "quarantine")) == []


def test_a_rerun_changes_nothing(january: Month, later: Curator) -> None:
    place = later.place
    locations = [where(place, "curated"), where(place, "quarantine"), where(place, "spine", "spine")]
    before = [content(later.spark, location) for location in locations]
    assert min(map(len, before)) > 0
    logs = sorted(place.objects.keys(""))
    assert later.one(january.work, TABLE).verdict == "promoted"
    assert [content(later.spark, location) for location in locations] == before
    after = sorted(place.objects.keys(""))
    commits = [key for key in set(after) - set(logs) if "/_delta_log/" in key and key.endswith(".json")]
    assert commits == []


def test_months_out_of_order_give_the_same_tables(later: Curator, curator: Curator) -> None:
    months = {"2026-01": JANUARY, "2026-02": cars(130)}
    got = []
    for one, order in ((later, ["2026-02"]), (curator, ["2026-02", "2026-01"])):
        for period in order:
            one.one(accept(one.place, months[period], table=TABLE, period=period), TABLE)
        got.append([content(one.spark, where(one.place, *name)) for name in (("curated",), ("spine", "spine"))])
    assert got[0] == got[1]
    assert {row[3] for row in got[0][1]} == {"2026-01", "2026-02"}


def test_a_corrected_month_replaces_the_earlier_one_whole(later: Curator) -> None:
    later.one(accept(later.place, cars(102), table=TABLE, period="2026-02"), TABLE)
    later.one(accept(later.place, cars(101), table=TABLE, sequence=2), TABLE)
    curated = later.spark.read.format("delta").load(where(later.place, "curated"))
    assert {row["period"]: row["count"] for row in curated.groupBy("period").count().collect()} == {
        "2026-01": 101,
        "2026-02": 102,
    }


def test_one_refusal_does_not_stop_the_next_and_promotes_nothing(
    local_spark: SparkSession, folder_lake: objects.Lake, here: Settings
) -> None:
    bad = inner(TABLE, [*filler(CAR, 120, TABLE), *(CAR | {"vehicle_id": f"p{n}", "pid": ""} for n in range(20))])
    works = [
        accept(folder_lake, bad, table=TABLE, period="2026-01"),
        accept(folder_lake, cars(120), table=TABLE, period="2026-02"),
        accept(folder_lake, cars(120).rename({"province_code": "province"}), table=TABLE, period="2026-03"),
    ]
    ledger = MemoryLedger(works)
    made = service.curate("vehicles", here, local_spark, ledger=ledger, lake=folder_lake)
    assert [decision["verdict"] for decision in made] == ["refused", "promoted", "refused"]
    assert [(f["code"], f["column"], f["count"]) for f in made[0]["failures"]] == [("GATE-PID", "pid", 20)]
    assert made[2]["failures"][0]["code"] == "CONTRACT-COLUMNS"
    assert "province_code" in made[2]["failures"][0]["message_en"]
    curated = local_spark.read.format("delta").load(where(folder_lake, "curated"))
    assert {row["period"] for row in curated.select("period").distinct().collect()} == {"2026-02"}
    assert service.curate("vehicles", here, local_spark, ledger=ledger, lake=folder_lake) == []
    assert (here.var / "docs" / "gates" / "index.html").read_text(encoding="utf-8").count("ไม่ผ่าน") == 1


def test_bad_rows_of_a_refused_extract_lie_in_quarantine_until_the_month_goes_through(
    january: Month, later: Curator
) -> None:
    def kept_back() -> set[tuple[str, str, str]]:
        rows = later.spark.read.format("delta").load(where(later.place, "quarantine")).collect()
        return {(row["reason"], row["reason_column"], row["submission"]) for row in rows}

    bad = [CAR | {"vehicle_id": f"p{n}", "vehicle_type_code": "RY99"} for n in range(40)]
    spoilt = accept(later.place, cars(120, *bad), table=TABLE, sequence=2)
    mended = accept(later.place, cars(121, bad[0]), table=TABLE, sequence=3)
    ids = [work.submission.id for work in (january.work, spoilt, mended)]
    assert later.one(spoilt, TABLE).verdict == "refused"
    assert later.one(spoilt, TABLE).rows_quarantined == 40
    told = ("BAD-CODE", "vehicle_type_code")
    assert kept_back() == {("PID-MISSING", "vehicle_id", ids[0]), (*told, ids[1])}
    assert later.spark.read.format("delta").load(where(later.place, "quarantine")).count() == 41
    assert later.one(mended, TABLE).verdict == "promoted"
    assert kept_back() == {(*told, ids[2])}


def test_a_raw_identifier_stops_the_submission_and_is_written_nowhere(
    curator: Curator, folder_lake: objects.Lake
) -> None:
    cid = "9123456789010"
    frame = inner(TABLE, [*filler(CAR, 120, TABLE), CAR | {"province_code": cid}, CAR | {"pid": f"as-is:{cid}"}])
    decision = curator.one(accept(folder_lake, frame, table=TABLE), TABLE)
    assert decision.verdict == "refused"
    assert [(f["code"], f["column"], f["count"]) for f in decision.failures if f["code"] == "GATE-RAW-ID"] == [
        ("GATE-RAW-ID", "pid", 1),
        ("GATE-RAW-ID", "province_code", 1),
    ]
    assert cid not in repr(decision)
    assert not [key for key in folder_lake.objects.keys("") if key.startswith(("curated/", "spine/", "quarantine/"))]


def test_a_lower_sequence_after_a_higher_one_is_superseded(
    local_spark: SparkSession, folder_lake: objects.Lake, here: Settings
) -> None:
    early = accept(folder_lake, cars(120), table=TABLE, sequence=1)
    late = accept(folder_lake, cars(140), table=TABLE, sequence=2)
    ledger = MemoryLedger([late])
    service.curate("vehicles", here, local_spark, ledger=ledger, lake=folder_lake)
    ledger.works.append(early)
    (decision,) = service.curate("vehicles", here, local_spark, ledger=ledger, lake=folder_lake)
    assert decision["verdict"] == "superseded"
    assert local_spark.read.format("delta").load(where(folder_lake, "curated")).count() == 140


def test_two_pseudonyms_with_one_pid_both_keep_their_rows(later: Curator) -> None:
    """48 bits cannot be made to collide in a test, so the spine is given somebody who holds a new person's pid."""
    table = contracts.load()["spine"]
    newcomer = pid("newcomer", later.pool)
    holder = f"p1.e01.{newcomer:012x}" + "f" * 20
    location = where(later.place, "spine", "spine")
    later.spark.createDataFrame(
        [("th-cid", holder, newcomer, "2026-01")], "type STRING, p STRING, pid BIGINT, first_period STRING"
    ).write.format("delta").mode("append").save(location)
    second = cars(101, CAR | {"pid": "newcomer"})
    for _ in range(2):
        decision = later.one(accept(later.place, second, table=TABLE, period="2026-02"), TABLE)
        assert decision.verdict == "promoted"
    aliases = later.spark.read.format("delta").load(where(later.place, "spine", "spine_alias")).collect()
    assert len(aliases) == 1
    assert aliases[0]["pid"] == int(aliases[0]["p"][-20:-8], 16) != newcomer
    assert pseudonym.pid_of(aliases[0]["p"]) == newcomer
    curated = later.spark.read.format("delta").load(where(later.place, "curated")).where("period = '2026-02'")
    assert [row["pid"] for row in curated.where(f"vehicle_id = {pid('plate', later.pool)}").collect()] == [
        aliases[0]["pid"]
    ]
    spine = later.spark.read.format("delta").load(location)
    assert spine.selectExpr("count(1) - count(DISTINCT type, pid)").first()[0] == 0
    assert table.grain == ("type", "p")


def test_a_new_revision_of_code_or_contract_counts_up() -> None:
    assert revision(TABLE) < revision(dataclasses.replace(TABLE, version_text="1.0.1"))
    assert revision(dataclasses.replace(TABLE, version_text="1.0.9")) < revision(
        dataclasses.replace(TABLE, version_text="1.1.0")
    )
    assert revision(TABLE) < 10_000


def test_nothing_pending_is_an_empty_list(local_spark: SparkSession, folder_lake: objects.Lake, here: Settings) -> None:
    assert service.curate("vehicles", here, local_spark, ledger=MemoryLedger([]), lake=folder_lake) == []
