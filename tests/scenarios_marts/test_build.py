"""What is rebuilt when, on a lake in a folder: nothing twice, nothing early, an interrupted build finished."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from khlang import contracts, delta, frames, lake, pseudonym
from khlang.curation.objects import FolderObjects, folder
from khlang.domains.welfare.marts import welfare_by_amphoe
from khlang.errors import ContractError, GateRefusedError
from khlang.link import build, ops
from khlang.link.records import Records
from khlang.serve import project

P = {1: "p1.e01." + "1" * 32, 2: "p1.e01." + "2" * 32}
PID = {n: pseudonym.pid_of(p) for n, p in P.items()}
DATASETS = {"welfare_registrants", "insured_persons", "house_registry", "vehicles"}


class Shop:
    """A workshop on a folder, and the versions of its inputs as the ledger would tell them."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.spark = spark
        self.known = contracts.load()
        self.shop = build.Workshop(folder(root / "lake"), FolderObjects(root / "receipts"), self.known, lambda: spark)
        self.versions: dict[str, dict[str, int]] = {}
        spine = self.known["spine"]
        delta.ensure(spark, self.at("spine", "spine"), contracts.ddl(spine), partition=None)
        rows = [("th-cid", P[n], PID[n], "2026-01") for n in P]
        self.frame(rows, "spine").write.format("delta").mode("append").save(self.at("spine", "spine"))

    def at(self, layer: str, name: str) -> str:
        return self.shop.place.at(lake.table(layer, name, 1))  # type: ignore[arg-type]

    def frame(self, rows: list[tuple[object, ...]], name: str) -> DataFrame:
        return self.spark.createDataFrame(rows, ", ".join(f"{c.name} {c.type}" for c in self.known[name].stored))

    def curate(self, name: str, period: str, rows: str, version: int) -> None:
        table = self.known[name]
        delta.ensure(self.spark, self.at("curated", name), contracts.ddl(table))
        if rows:
            made = frames.conform(self.spark.sql(f"SELECT * FROM VALUES {rows}").toDF(*names(table)), table)
        else:
            made = self.frame([], name)
        delta.replace_period(made, self.at("curated", name), period=period, app=f"{name}/{period}", version=version)
        self.versions.setdefault(period, {})[name] = version

    def ready(self, names: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
        return {p: {n: v[n] for n in names} for p, v in self.versions.items() if set(names) <= set(v)}

    def build(self) -> list[tuple[str, str]]:
        return build.build(self.shop, domain="welfare", ready=self.ready)

    def rows(self, layer: str, name: str, order: str = "pid") -> list[dict[str, object]]:
        frame = self.spark.read.format("delta").load(self.at(layer, name))
        return [row.asDict() for row in frame.orderBy("period", order).collect()]

    def commits(self, layer: str, name: str) -> int:
        log = Path(self.at(layer, name)) / "_delta_log"
        return len(list(log.glob("*.json")))


def names(table: contracts.Table) -> list[str]:
    return [column.name for column in table.stored]


def registrants(period: str, *numbers: int) -> str:
    rows = (f"({PID[n]}, NULL, DATE'2026-01-05', 30000, '01', 0, 0, '10', '1001', {n}, '{period}')" for n in numbers)
    return ", ".join(rows)


@pytest.fixture
def shop(local_spark: SparkSession, tmp_path: Path) -> Shop:
    made = Shop(local_spark, tmp_path)
    made.curate("welfare_registrants", "2026-01", registrants("2026-01", 1, 2), 1)
    made.curate(
        "house_registry", "2026-01", f"({PID[1]}, 77, 1960, '1', DATE'2000-01-01', '10', '1001', 1, '2026-01')", 1
    )
    made.curate("insured_persons", "2026-01", "", 1)
    made.curate("vehicles", "2026-01", "", 1)
    return made


def test_a_mart_is_built_once_and_again_only_when_an_input_changed(shop: Shop) -> None:
    both = [("welfare_by_amphoe", "2026-01"), ("welfare_eligibility", "2026-01")]
    assert shop.build() == both
    assert [row["pid"] for row in shop.rows("marts", "welfare_eligibility")] == sorted(PID.values())
    before = shop.commits("marts", "welfare_eligibility")
    assert shop.build() == []
    assert shop.commits("marts", "welfare_eligibility") == before
    shop.curate("welfare_registrants", "2026-01", registrants("2026-01", 2), 2)
    assert shop.build() == both
    assert [row["pid"] for row in shop.rows("marts", "welfare_eligibility")] == [PID[2]]


def test_a_period_waits_until_all_its_inputs_are_promoted_and_leaves_the_others_alone(shop: Shop) -> None:
    shop.build()
    shop.curate("welfare_registrants", "2026-02", registrants("2026-02", 1), 1)
    assert shop.build() == []
    for name in ("house_registry", "insured_persons", "vehicles"):
        shop.curate(name, "2026-02", "", 1)
    assert shop.build() == [("welfare_by_amphoe", "2026-02"), ("welfare_eligibility", "2026-02")]
    got = [(row["period"], row["pid"]) for row in shop.rows("marts", "welfare_eligibility")]
    assert got == [("2026-01", min(PID.values())), ("2026-01", max(PID.values())), ("2026-02", PID[1])]


def test_a_withdrawn_input_takes_its_period_out_of_marts_and_projects(shop: Shop) -> None:
    """Not built of what is left: that would tell of no registrants where nothing is known of any."""
    shop.build()
    shop.versions["2026-01"]["welfare_registrants"] = -20_100
    shop.versions["2026-02"] = dict.fromkeys(DATASETS, -1)  # never built: nothing to take out
    assert shop.build() == [("welfare_by_amphoe", "2026-01"), ("welfare_eligibility", "2026-01")]
    assert shop.rows("marts", "welfare_eligibility") == []
    assert shop.rows("marts", "welfare_by_amphoe", "amphoe_code") == []
    assert shop.build() == []


def test_a_build_that_died_after_its_commit_is_finished_without_a_second_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(Records, "finish", dies)
        with pytest.raises(OSError, match="killed"):
            shop.build()
    commits = shop.commits("marts", "welfare_eligibility")
    shop.build()
    rows = shop.rows("marts", "welfare_eligibility")
    assert (len(rows), shop.commits("marts", "welfare_eligibility")) == (2, commits)


def test_a_build_that_died_is_not_taken_for_the_next_content(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Records, "finish", lambda *_: None)
        shop.build()
    shop.curate("welfare_registrants", "2026-01", registrants("2026-01", 2), 2)
    shop.build()
    assert [row["pid"] for row in shop.rows("marts", "welfare_eligibility")] == [PID[2]]


def test_a_mart_that_breaks_its_contract_is_not_written_and_what_was_served_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.build()
    served = shop.rows("marts", "welfare_by_amphoe", "amphoe_code")
    shop.curate("welfare_registrants", "2026-01", registrants("2026-01", 2), 2)
    sound = welfare_by_amphoe.build

    def wrong(*inputs: Any, period: str) -> DataFrame:
        return sound(*inputs, period=period).selectExpr("* EXCEPT (eligible)", "registrants + 1 AS eligible")

    with monkeypatch.context() as patch:
        patch.setattr(welfare_by_amphoe, "build", wrong)
        with pytest.raises(GateRefusedError, match="2026-01 welfare_by_amphoe/MART-PART/eligible"):
            shop.build()
    assert shop.rows("marts", "welfare_by_amphoe", "amphoe_code") == served
    assert [row["pid"] for row in shop.rows("marts", "welfare_eligibility")] == [PID[2]]  # the sound one is not held up
    assert shop.build() == [("welfare_by_amphoe", "2026-01")]
    assert shop.rows("marts", "welfare_by_amphoe", "amphoe_code") != served


def test_a_project_sees_its_own_pids_and_the_same_figures(shop: Shop, tmp_path: Path) -> None:
    key = tmp_path / "project.key"
    key.write_text(bytes(range(0x40, 0x60)).hex())
    demo = project.Project("demo", str(key))
    shop.build()
    assert project.build(shop.shop, demo) == [("welfare_by_amphoe", "2026-01"), ("welfare_eligibility", "2026-01")]
    assert project.build(shop.shop, demo) == []
    derived = pseudonym.derive_key(bytes(range(0x40, 0x60)), "proj", "demo")
    wanted = {pseudonym.pid_of(pseudonym.project_pseudonym(p, key=derived, project="demo")) for p in P.values()}
    mine = shop.rows("projects/demo", "welfare_eligibility")
    assert {row["pid"] for row in mine} == wanted
    assert not wanted & set(PID.values())
    pool = shop.rows("marts", "welfare_eligibility")
    without = [[{k: v for k, v in row.items() if k != "pid"} for row in rows] for rows in (mine, pool)]
    assert sorted(map(str, without[0])) == sorted(map(str, without[1]))
    assert shop.rows("projects/demo", "welfare_by_amphoe", "amphoe_code") == shop.rows(
        "marts", "welfare_by_amphoe", "amphoe_code"
    )


def test_no_key_stands_in_the_plan_of_a_project(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pyspark import cloudpickle

    key = tmp_path / "project.key"
    key.write_text("ab" * 32)
    demo = project.Project("demo", str(key))
    shop.build()
    table = shop.known["welfare_eligibility"]
    rows = project.rekey(shop.shop.read("welfare_eligibility"), shop.shop.read("spine"), table, demo)
    rows.explain(extended=True)
    shipped = cloudpickle.dumps(project.batch_function(table, demo))
    secrets = ("ab" * 32, demo.derived())
    assert not [s for s in secrets if s in capsys.readouterr().out or s.encode() in shipped]


def test_link_rates_count_persons_and_those_in_the_register(shop: Shop) -> None:
    decision = {
        "dataset": "welfare_registrants",
        "period": "2026-01",
        "sequence": 1,
        "revision": 1,
        "verdict": "promoted",
    }
    decision |= {"rows_in": 5, "rows_curated": 2, "pid_reasons": {"pid": {"missing": 1, "bad_check": 1}}}
    decision |= {"rejects": [{"reason": "DUPLICATE", "column": "pid", "count": 1}]}
    assert ops.build_link_rates(shop.shop, ready=shop.ready, decisions=[decision]) == [("link_rates", "2026-01")]
    rows = {row["dataset"]: row for row in shop.rows("ops", "link_rates", "dataset")}
    assert set(rows) == DATASETS
    got = rows["welfare_registrants"]
    assert (got["persons"], got["persons_linked"], got["link_rate"], got["duplicates"]) == (2, 1, 0.5, 1)
    assert (got["unlinked_missing"], got["unlinked_bad_check"], got["unlinked_bad_format"]) == (1, 1, 0)
    assert rows["vehicles"]["link_rate"] is None
    assert ops.build_link_rates(shop.shop, ready=shop.ready, decisions=[decision]) == []


def test_a_contract_without_a_transform_is_told(shop: Shop) -> None:
    with pytest.raises(ContractError) as told:
        build.module(shop.known["link_rates"])
    assert told.value.code == "CONTRACT-MART"
    assert told.value.exit_code == 23
    assert "link_rates has a contract and no transform" in told.value.message


@pytest.mark.parametrize("line", ["import no_such_package", "from khlang import no_such_name", "raise AttributeError"])
def test_a_fault_within_a_transform_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    from khlang.domains.welfare import marts

    (tmp_path / "link_rates.py").write_text(f"{line}\n")
    monkeypatch.setattr(marts, "__path__", [str(tmp_path)])
    with pytest.raises((ImportError, AttributeError)):
        build.module(dataclasses.replace(contracts.load()["link_rates"], domain="welfare"))
