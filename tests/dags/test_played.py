"""The DAGs played: what becomes of every kind of decision, of a crash and of a refusal, in Airflow's own hands.

Jobs are replaced by files that print what a test wants; the operator, the mapping and the events are Airflow's own.
"""

import json
from typing import Any

import pytest
from tests.dags import airflow_env

from khlang import settings
from khlang.errors import KhlangError


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of every scene, played in one process."""
    home = tmp_path_factory.mktemp("played")
    airflow_env.database(home)
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
LINKED = {"dataset": "second_links", "period": "2026-01", "verdict": "written"}
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
    "linked": ("second", {"link_second": prints(decision("linked"), LINKED), "serve": prints()}),
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


def test_linkage_announces_the_table_of_links_and_no_dataset(played: dict[str, Any]) -> None:
    told = played["linked"]
    assert told["state"] == "success"
    assert [event["asset"] for event in told["events"]] == ["khlang://links/second_links"]


def test_a_load_of_common_data_announces_what_changed(played: dict[str, Any]) -> None:
    told = played["loaded"]
    assert told["state"] == "success"
    assert [event["asset"] for event in told["events"]] == ["khlang://common/population"]


def test_final_exits_are_exit_codes_of_the_taxonomy() -> None:
    source = (settings.load().root / "dags" / "khlang_dags" / "outcome.py").read_text()
    final = {2, 10, *range(20, 31), 50}
    assert "FINAL_EXITS = frozenset({2, 10, *range(20, 31), 50})" in source
    retried = {kind.exit_code for kind in KhlangError.__subclasses__()} - final
    assert {11, 12, 40} <= retried
