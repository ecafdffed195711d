"""The parts of the demo that decide something: what it refuses, what it shows, and how a session is fitted."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from khlang import session, settings, store
from khlang.demo import watch
from khlang.demo.run import Plan, idle, judge, settled, switches, wrong
from khlang.demo.steps import Steps
from khlang.demo.watch import Row
from khlang.errors import IntegrityError, UsageError
from khlang.lake import Submission
from khlang.landing import ledger

GOOD = {"agency": "dlt", "dataset": "vehicles", "period": "2026-01", "verdict": "promoted"}
DONE = {"plan": {"second": False}, "linkage": {"quality": []}}
TRUE = {"name": "welfare_by_amphoe", "equals_truth": True, "missing": 0, "extra": 0}


def test_periods_go_over_the_year() -> None:
    assert Plan(10, 3, 7, "2026-11").periods == ["2026-11", "2026-12", "2027-01"]


def test_a_demo_of_other_people_in_the_same_installation_is_refused(tmp_path: Path) -> None:
    here = settings.load({"KHLANG_VAR": str(tmp_path)})
    plan = Plan(2000, 2, 7, "2026-01")
    settled(here, plan)
    here.truth.mkdir(parents=True)
    (here.truth / "plan.json").write_text(json.dumps({"people": 2000, "months": 1, "seed": 7, "start": "2026-01"}))
    settled(here, plan)
    others = [Plan(500, 2, 7, "2026-01"), Plan(2000, 2, 8, "2026-01"), Plan(2000, 2, 7, "2026-02")]
    for other in [*others, Plan(2000, 2, 7, "2026-01", second=True)]:
        with pytest.raises(UsageError) as told:
            settled(here, other)
        assert told.value.code == "DEMO-OTHER"
        assert "make clean" in told.value.remedy


def test_marts_of_a_domain_that_nobody_wanted_or_sent_rest() -> None:
    here = settings.load()
    told = idle(here, {"welfare"}, {"house_registry"})
    assert not told["welfare"]
    assert told["labour"]
    assert told["water"]
    assert not idle(here, {"welfare"}, {"house_registry", "gauge_readings"})["water"], "it was sent before"


def test_histories_are_started_of_what_was_there_before_and_else_left_to_their_switch() -> None:
    assert switches({"water": True}, [], fresh=False) == ({"marts_water": True}, {"land"})
    assert switches({}, ["history"], fresh=True) == ({"history": False}, {"land"})
    both = ({"history": False, "second": False}, {"land", "history", "second"})
    assert switches({}, ["history", "second"], fresh=False) == both


def test_nothing_is_wrong_with_a_true_demo() -> None:
    assert wrong(DONE | {"extracts": [GOOD], "marts": [TRUE]}) == []


def test_a_demo_of_the_second_route_that_linked_nothing_is_wrong() -> None:
    asked = DONE | {"extracts": [GOOD], "marts": [TRUE], "plan": {"second": True}}
    assert wrong(asked) == ["records without a usable citizen ID were not linked"]
    assert wrong(asked | {"linkage": {"quality": [{"f1": 0.9}]}}) == []


@pytest.mark.parametrize("verdict", ["refused", "superseded", ""])
def test_demo_with_an_extract_that_was_not_promoted_is_refused(verdict: str) -> None:
    with pytest.raises(IntegrityError, match="dlt/vehicles 2026-01 is") as caught:
        judge(DONE | {"extracts": [GOOD | {"verdict": verdict}], "marts": [TRUE]})
    assert (caught.value.code, caught.value.exit_code) == ("DEMO", 25)


def test_demo_whose_mart_is_not_true_is_refused() -> None:
    false = TRUE | {"equals_truth": False, "missing": 1, "extra": 1}
    with pytest.raises(IntegrityError, match="welfare_by_amphoe differs from the truth in 1 and 1 rows"):
        judge(DONE | {"extracts": [GOOD], "marts": [false]})


def test_verdict_is_the_refusal_of_whichever_hop_refused() -> None:
    assert Row().verdict == ""
    assert Row(landed="accepted").verdict == ""
    assert Row(landed="refused").verdict == "refused"
    assert Row(landed="accepted", curated="promoted").verdict == "promoted"


def test_the_board_takes_no_linkage_job_s_receipt_for_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Submission("mof", "welfare_registrants", "2026-01", "x")
    told = {"landed-000001": "accepted", "curated-000001-300": "promoted", "linked": "linked"}
    monkeypatch.setattr(store, "client", lambda *_: None)
    monkeypatch.setattr(ledger, "stages", lambda _: {place: [*told, "received"]})
    monkeypatch.setattr(ledger, "read", lambda _, __, name: {"verdict": told[name], "rows_curated": 7})
    board = watch.Board(settings.load(), [place])
    board.refresh()
    assert (board.rows[place].verdict, board.rows[place].rows_curated) == ("promoted", 7)


def test_steps_tell_how_long_the_last_time_took(tmp_path: Path) -> None:
    file, out = tmp_path / "timings.json", io.StringIO()
    file.write_text(json.dumps({"seal": 12.3, "send": 4.0}))
    with Steps(file, Console(file=out, width=100)) as steps, steps.step("seal", "Sealing") as say:
        say("1 of 2")
    assert "last time 12 s" in out.getvalue()
    kept = json.loads(file.read_text())
    assert kept["seal"] < 12
    assert kept["send"] == 4.0


def test_failed_step_leaves_no_time(tmp_path: Path) -> None:
    out = io.StringIO()

    def fail() -> None:
        with Steps(tmp_path / "t.json", Console(file=out)) as steps, steps.step("seal", "Sealing"):
            raise IntegrityError("broken")

    with pytest.raises(IntegrityError):
        fail()
    assert "✗" in out.getvalue()
    assert json.loads((tmp_path / "t.json").read_text()) == {}


class Conf:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def set(self, name: str, value: str) -> None:
        self.kept[name] = value


class Session:
    def __init__(self) -> None:
        self.conf = Conf()


@pytest.mark.parametrize(("rows", "compiled", "mode"), [(5_000, "false", "NO_CODEGEN"), (200_000, "true", "FALLBACK")])
def test_few_rows_are_interpreted_and_many_compiled(rows: int, compiled: str, mode: str) -> None:
    one: Any = Session()
    session.fit(one, rows)
    assert one.conf.kept == {"spark.sql.codegen.wholeStage": compiled, "spark.sql.codegen.factoryMode": mode}
