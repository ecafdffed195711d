"""The DAGs: made of the index, and light to parse.

Airflow has an environment of its own, so a test runs a small script there.
"""

import ast
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests import secondkit
from tests.dags import airflow_env

from khlang import contracts, settings
from khlang.orchestration import index as index_module

HERE = settings.load()
DAGS = HERE.root / "dags"
INDEX = json.loads((DAGS / "index.json").read_text())
FORBIDDEN = {"pyspark", "delta", "great_expectations", "boto3", "khlang", "polars", "pandas", "yaml", "sqlalchemy"}


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return airflow_env.run("describe.py", tmp_path_factory.mktemp("airflow"))


def test_every_dag_file_parses(described: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert described["errors"] == {}
    with capsys.disabled():
        print(f" [parsed in {described['seconds']:.2f} s] ", end="")


def test_dags_are_those_of_the_index(described: dict[str, Any]) -> None:
    wanted = {
        "land",
        "common",
        "history",
        "second",
        "policy",
        "audit",
        "describe",
        *(f"curate_{one['name']}" for one in INDEX["datasets"]),
        *(f"marts_{d}" for d in INDEX["domains"]),
    }
    made = set(described["dags"])
    assert made == wanted, f"missing: {sorted(wanted - made)}, not in the index: {sorted(made - wanted)}"


def test_index_is_what_the_contracts_say() -> None:
    made = index_module.index(contracts.load(HERE.contracts))
    assert index_module.differences(INDEX, made) == []


def test_stale_index_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "contracts").symlink_to(HERE.contracts)
    (tmp_path / "expectations").symlink_to(HERE.root / "expectations")
    stale = {**INDEX, "domains": {"welfare": INDEX["domains"]["welfare"] | {"inputs": ["vehicles"]}}}
    (tmp_path / "dags" / "index.json").write_text(json.dumps(stale))
    monkeypatch.setenv("KHLANG_ROOT", str(tmp_path))
    assert index_module.main(["--check"]) == 1
    assert "domains: welfare: inputs: the file has ['vehicles']" in capsys.readouterr().err
    assert index_module.main([]) == 0
    assert index_module.main(["--check"]) == 0


def test_curate_runs_on_its_own_dataset_and_one_at_a_time(described: dict[str, Any]) -> None:
    for dataset in INDEX["datasets"]:
        dag = described["dags"][f"curate_{dataset['name']}"]
        assert dag["assets"] == [f"accepted/{dataset['name']}"]
        assert dag["tasks"]["curate"]["arguments"] == ["--dataset", dataset["name"]]
        assert (dag["max_active_runs"], dag["tasks"]["curate"]["slots"]) == (1, 1)
        assert dag["tasks"]["curate"]["outlets"] == ["curated"]
        assert dag["tasks"]["curate"]["downstream"] == ["verdict"]


def test_marts_run_when_any_input_changes(described: dict[str, Any]) -> None:
    for domain, lists in INDEX["domains"].items():
        dag = described["dags"][f"marts_{domain}"]
        assert dag["schedule"] == "AssetAny"
        named = [f"curated/{name}" for name in lists["inputs"]] + [f"common/{name}" for name in lists["common"]]
        assert lists["links"] == []
        assert dag["assets"] == sorted(named)
        assert dag["tasks"]["marts"]["downstream"] == ["serve"]


def test_history_takes_in_what_its_inputs_promote_and_is_paused_until_asked_for(described: dict[str, Any]) -> None:
    dag = described["dags"]["history"]
    assert dag["assets"] == [f"curated/{name}" for name in INDEX["history"]["inputs"]]
    assert (dag["paused"], dag["max_active_runs"]) == (True, 1)
    assert dag["tasks"]["take_in"]["downstream"] == ["serve"]
    assert dag["tasks"]["serve"]["arguments"] == ["--domain", "history"]
    assert {name for name, one in described["dags"].items() if one["paused"]} == {"history", "second"}


def test_the_second_route_waits_paused_for_offices_that_send_names(described: dict[str, Any]) -> None:
    dag = described["dags"]["second"]
    assert INDEX["second"] == sorted(secondkit.PILOT)
    assert (dag["paused"], dag["max_active_runs"]) == (True, 1)
    assert dag["assets"] == [f"curated/{name}" for name in INDEX["second"]]
    link = dag["tasks"]["link"]
    assert (link["script"], link["outlets"], link["downstream"]) == ("link_second", ["links"], ["serve"])
    assert dag["tasks"]["serve"]["arguments"] == ["--domain", "links"]


def test_a_contract_with_a_second_route_starts_its_linkage(tmp_path: Path) -> None:
    known = contracts.load(secondkit.root(tmp_path / "root") / "contracts")
    made = index_module.index(known)
    assert made["second"] == sorted((secondkit.REGISTER, secondkit.VISITS))
    dags = tmp_path / "dags"
    shutil.copytree(DAGS, dags)
    (dags / "index.json").write_text(json.dumps(made))
    told = airflow_env.run("describe.py", tmp_path, dags=dags)
    assert told["errors"] == {}
    assert told["dags"]["second"]["assets"] == [f"curated/{name}" for name in made["second"]]


def test_common_data_is_loaded_then_shown(described: dict[str, Any]) -> None:
    dag = described["dags"]["common"]
    assert dag["schedule"] == "15 3 * * *"
    assert (dag["tasks"]["load"]["downstream"], dag["tasks"]["load"]["outlets"]) == (["show"], ["common"])
    assert dag["tasks"]["show"]["arguments"] == ["--domain", "common"]


def test_a_mart_that_names_common_data_or_links_is_started_by_what_writes_them(tmp_path: Path) -> None:
    known = contracts.load(HERE.contracts)
    mart = replace(known["welfare_by_amphoe"], inputs=("vehicles", "population", "provinces", "second_links"))
    made = index_module.index(contracts.Contracts({**dict(known), mart.name: mart}, source=known.source))
    assert made["domains"]["welfare"]["common"] == ["population", "provinces"]
    assert "population" not in made["domains"]["welfare"]["inputs"]
    dags = tmp_path / "dags"
    shutil.copytree(DAGS, dags)
    (dags / "index.json").write_text(json.dumps(made))
    told = airflow_env.run("describe.py", tmp_path, dags=dags)
    assert made["domains"]["welfare"]["links"] == ["second_links"]
    assert {"common/population", "common/provinces", "links/second_links"} <= set(
        told["dags"]["marts_welfare"]["assets"]
    )


def test_what_was_served_is_described_after_it_and_nobody_waits_for_that(described: dict[str, Any]) -> None:
    dag = described["dags"]["describe"]
    assert {f"mart/{name}" for domain in INDEX["domains"].values() for name in domain["marts"]} < set(dag["assets"])
    assert {f"mart/{name}" for name in (*INDEX["history"]["tables"], "linked_records")} < set(dag["assets"])
    assert dag["tasks"]["describe"]["downstream"] == []
    assert "describe" not in {name for one in described["dags"].values() for name in one["tasks"] if one is not dag}


def test_crashes_are_tried_again_and_refusals_never(described: dict[str, Any]) -> None:
    for dag in described["dags"].values():
        assert dag["catchup"] is False
        for name, task in dag["tasks"].items():
            assert (task["retries"] == 0) == (name == "verdict"), name


def test_a_new_pool_begins_with_landing_and_common_data_and_not_with_rights(described: dict[str, Any]) -> None:
    assert {name: dag["due"] for name, dag in described["dags"].items() if dag["due"] is not None} == {
        "common": True,
        "land": True,
        "policy": False,
        "audit": False,
        "describe": False,
    }


def test_every_job_of_a_dag_is_a_file(described: dict[str, Any]) -> None:
    scripts = {task["script"] for dag in described["dags"].values() for task in dag["tasks"].values() if task["script"]}
    missing = [script for script in scripts if not (HERE.root / "jobs" / f"{script}.py").exists()]
    assert scripts == {
        "land",
        "curate",
        "marts",
        "serve",
        "common",
        "history",
        "link_second",
        "policy",
        "audit",
        "describe",
    }
    assert not missing


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", sorted(DAGS.rglob("*.py")), ids=lambda path: path.name)
def test_dag_files_are_light(path: Path) -> None:
    assert not _imports(path) & FORBIDDEN
    assert path.parent != DAGS or len(path.read_text().splitlines()) <= 60
    text = path.read_text().lower()
    assert not [word for word in ("select ", "s3://", "/var/", "password", "secret_key") if word in text]


def test_forbidden_import_is_seen(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("from pyspark.sql import functions\n")
    assert _imports(tmp_path / "bad.py") & FORBIDDEN
