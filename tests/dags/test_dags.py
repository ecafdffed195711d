"""The DAGs: made of the index, light to parse, and a gate that can close.

Airflow has an environment of its own, so each test runs a small script there. Jobs are replaced by files that print
what a test wants; the operator, the mapping and the events are Airflow's own.
"""

import ast
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.dags import airflow_env

from khlang import contracts, settings
from khlang.errors import KhlangError
from khlang.orchestration import index as index_module

HERE = settings.load()
DAGS = HERE.root / "dags"
INDEX = json.loads((DAGS / "index.json").read_text())
FORBIDDEN = {"pyspark", "delta", "great_expectations", "boto3", "khlang", "polars", "pandas", "yaml", "sqlalchemy"}


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return airflow_env.run("describe.py", tmp_path_factory.mktemp("airflow"))


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of every scene, played in one process."""
    home = tmp_path_factory.mktemp("played")
    airflow_env.migrate(home)
    scenes = [{"name": name, "dag": dag, "jobs": jobs} for name, (dag, jobs) in SCENES.items()]
    return airflow_env.run("play.py", home, json.dumps(scenes))


def states(told: dict[str, Any], task: str) -> list[str]:
    return [ti["state"] for ti in sorted(told["tasks"], key=lambda ti: ti["index"]) if ti["task"] == task]


def tries(told: dict[str, Any], task: str) -> list[int]:
    return [ti["tries"] for ti in told["tasks"] if ti["task"] == task]


def decision(verdict: str, **more: Any) -> dict[str, Any]:
    return {"agency": "dlt", "dataset": "vehicles", "period": "2026-01", "submission": "a1", "verdict": verdict} | more


def prints(*decisions: dict[str, Any]) -> str:
    return f"print({json.dumps({'decisions': decisions})!r})\n"


def test_every_dag_file_parses(described: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert described["errors"] == {}
    with capsys.disabled():
        print(f" [parsed in {described['seconds']:.2f} s] ", end="")


def test_dags_are_those_of_the_index(described: dict[str, Any]) -> None:
    wanted = {
        "land",
        "common",
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
        assert dag["assets"] == sorted(named)
        assert dag["tasks"]["marts"]["downstream"] == ["serve"]


def test_common_data_is_loaded_then_shown(described: dict[str, Any]) -> None:
    dag = described["dags"]["common"]
    assert dag["schedule"] == "15 3 * * *"
    assert (dag["tasks"]["load"]["downstream"], dag["tasks"]["load"]["outlets"]) == (["show"], ["common"])
    assert dag["tasks"]["show"]["arguments"] == ["--domain", "common"]


def test_a_mart_that_names_common_data_is_started_by_its_load(tmp_path: Path) -> None:
    known = contracts.load(HERE.contracts)
    mart = replace(known["welfare_by_amphoe"], inputs=("vehicles", "population", "provinces"))
    made = index_module.index(contracts.Contracts({**dict(known), mart.name: mart}, source=known.source))
    assert made["domains"]["welfare"]["common"] == ["population", "provinces"]
    assert "population" not in made["domains"]["welfare"]["inputs"]
    dags = tmp_path / "dags"
    shutil.copytree(DAGS, dags)
    (dags / "index.json").write_text(json.dumps(made))
    told = airflow_env.run("describe.py", tmp_path, dags=dags)
    assert {"common/population", "common/provinces"} <= set(told["dags"]["marts_welfare"]["assets"])


def test_crashes_are_tried_again_and_refusals_never(described: dict[str, Any]) -> None:
    for dag in described["dags"].values():
        assert dag["catchup"] is False
        for name, task in dag["tasks"].items():
            assert (task["retries"] == 0) == (name == "verdict"), name


def test_every_job_of_a_dag_is_a_file(described: dict[str, Any]) -> None:
    scripts = {task["script"] for dag in described["dags"].values() for task in dag["tasks"].values() if task["script"]}
    missing = [script for script in scripts if not (HERE.root / "jobs" / f"{script}.py").exists()]
    assert scripts == {"land", "curate", "marts", "serve", "common"}
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


LAND = (
    "import json, sys\n"
    "if '--list' in sys.argv:\n"
    "    print(json.dumps({'batches': [{'dataset': 'vehicles'}, {'dataset': 'house_registry'}]}))\n"
    "elif json.loads(sys.argv[2])['dataset'] == 'house_registry':\n"
    "    sys.exit(27)\n"
    "else:\n    "
) + prints(decision("accepted"), decision("refused", submission="b2", code="CANARY"))
CLOSED = decision("refused", failures=[{"code": "GATE-ROWS", "count": 3}])
LATER = decision("promoted", submission="c3", period="2026-02")
HEALS = "import pathlib, sys\nmark = pathlib.Path('tried')\nif not mark.exists():\n    mark.touch()\n    sys.exit(40)\n"
SERVED = {"dataset": "welfare_eligibility", "period": "2026-01", "verdict": "served"}
LOADED = {"dataset": "population", "period": "all", "verdict": "loaded"}
FINAL = (2, 23, 30, 50)
# name → DAG, jobs
SCENES: dict[str, tuple[str, dict[str, str]]] = {
    "mixed": ("land", {"land": LAND}),
    "nothing": ("land", {"land": "print('{\"batches\": []}')\n"}),
    "closed": ("curate_vehicles", {"curate": prints(CLOSED)}),
    "one_of_two": ("curate_vehicles", {"curate": prints(CLOSED, LATER)}),
    "superseded": ("curate_vehicles", {"curate": prints(decision("superseded"))}),
    "crash": ("curate_vehicles", {"curate": "import sys; sys.exit(12)\n"}),
    "heals": ("curate_vehicles", {"curate": HEALS + prints(decision("promoted"))}),
    "loaded": ("common", {"common": prints(LOADED), "serve": prints()}),
    "served": ("marts_welfare", {"marts": prints(), "serve": prints(SERVED)}),
    **{f"exit_{code}": ("curate_vehicles", {"curate": f"import sys; sys.exit({code})\n"}) for code in FINAL},
}


def test_accepted_makes_an_event_and_refused_a_red_task_of_its_own(played: dict[str, Any]) -> None:
    told = played["mixed"]
    assert told["state"] == "failed"
    assert states(told, "land") == ["success", "failed"]
    assert states(told, "collect") == ["success"], "a crash of one dataset must not hide a refusal of another"
    assert states(told, "verdict") == ["failed"]
    extra = {"periods": ["2026-01"], "submissions": ["a1"]}
    assert told["events"] == [{"asset": "khlang://accepted/vehicles", "extra": extra}]


def test_nothing_pending_is_green(played: dict[str, Any]) -> None:
    told = played["nothing"]
    assert told["state"] == "success"
    assert states(told, "verdict") == ["skipped"]
    assert told["events"] == []


def test_closed_gate_is_red_and_makes_no_event(played: dict[str, Any]) -> None:
    told = played["closed"]
    assert told["state"] == "failed"
    assert states(told, "curate") == ["success"]
    assert states(told, "verdict") == ["failed"]
    assert tries(told, "verdict") == [1], "a refusal is not tried again"
    assert told["events"] == []


def test_one_refusal_does_not_hold_up_what_passed(played: dict[str, Any]) -> None:
    told = played["one_of_two"]
    assert told["state"] == "failed"
    extra = {"periods": ["2026-02"], "submissions": ["c3"]}
    assert told["events"] == [{"asset": "khlang://curated/vehicles", "extra": extra}]


def test_superseded_makes_no_event(played: dict[str, Any]) -> None:
    assert (played["superseded"]["state"], played["superseded"]["events"]) == ("success", [])


def test_crash_is_tried_again_then_red(played: dict[str, Any]) -> None:
    told = played["crash"]
    assert told["state"] == "failed"
    assert tries(told, "curate") == [6]
    assert told["events"] == []


def test_crash_that_heals_is_green(played: dict[str, Any]) -> None:
    told = played["heals"]
    assert (told["state"], tries(told, "curate")) == ("success", [2])
    assert len(told["events"]) == 1


@pytest.mark.parametrize("code", FINAL)
def test_refusal_by_exit_code_is_not_tried_again(played: dict[str, Any], code: int) -> None:
    told = played[f"exit_{code}"]
    assert (told["state"], tries(told, "curate")) == ("failed", [1])


def test_marts_announce_what_was_served(played: dict[str, Any]) -> None:
    told = played["served"]
    assert told["state"] == "success"
    assert [event["asset"] for event in told["events"]] == ["khlang://mart/welfare_eligibility"]


def test_a_load_of_common_data_announces_what_changed(played: dict[str, Any]) -> None:
    told = played["loaded"]
    assert told["state"] == "success"
    assert [event["asset"] for event in told["events"]] == ["khlang://common/population"]


def test_final_exits_are_exit_codes_of_the_taxonomy() -> None:
    source = (DAGS / "khlang_dags" / "outcome.py").read_text()
    final = {2, 10, *range(20, 31), 50}
    assert "FINAL_EXITS = frozenset({2, 10, *range(20, 31), 50})" in source
    retried = {kind.exit_code for kind in KhlangError.__subclasses__()} - final
    assert {11, 12, 40} <= retried
