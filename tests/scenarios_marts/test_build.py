"""What is rebuilt when, on a lake in a folder: nothing twice, nothing early, an interrupted build finished."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame
from tests.martkit import DATASETS, PID, P, Shop, registrants

from khlang import contracts, pseudonym
from khlang.domains.welfare.marts import welfare_by_amphoe
from khlang.errors import ContractError, GateRefusedError
from khlang.link import build
from khlang.link.records import Records
from khlang.serve import project


def test_a_mart_is_built_once_and_again_only_when_an_input_changed(first_marts: Shop, built: Shop) -> None:
    both = [("welfare_by_amphoe", "2026-01"), ("welfare_eligibility", "2026-01")]
    assert first_marts.made == both
    assert [row["pid"] for row in built.rows("marts", "welfare_eligibility")] == sorted(PID.values())
    before = built.commits("marts", "welfare_eligibility")
    assert built.build() == []
    assert built.commits("marts", "welfare_eligibility") == before
    built.curate("welfare_registrants", "2026-01", registrants("2026-01", 2), 2)
    assert built.build() == both
    assert [row["pid"] for row in built.rows("marts", "welfare_eligibility")] == [PID[2]]


def test_a_period_waits_until_all_its_inputs_are_promoted_and_leaves_the_others_alone(built: Shop) -> None:
    built.curate("welfare_registrants", "2026-02", registrants("2026-02", 1), 1)
    assert built.build() == []
    for name in ("house_registry", "insured_persons", "vehicles"):
        built.curate(name, "2026-02", "", 1)
    assert built.build() == [("welfare_by_amphoe", "2026-02"), ("welfare_eligibility", "2026-02")]
    got = [(row["period"], row["pid"]) for row in built.rows("marts", "welfare_eligibility")]
    assert got == [("2026-01", min(PID.values())), ("2026-01", max(PID.values())), ("2026-02", PID[1])]


def test_a_withdrawn_input_takes_its_period_out_of_marts_and_projects(built: Shop) -> None:
    """Not built of what is left: that would tell of no registrants where nothing is known of any."""
    built.versions["2026-01"]["welfare_registrants"] = -20_100
    built.versions["2026-02"] = dict.fromkeys(DATASETS, -1)  # never built: nothing to take out
    assert built.build() == [("welfare_by_amphoe", "2026-01"), ("welfare_eligibility", "2026-01")]
    assert built.rows("marts", "welfare_eligibility") == []
    assert built.rows("marts", "welfare_by_amphoe", "amphoe_code") == []
    assert built.build() == []


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
    built: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = built.rows("marts", "welfare_by_amphoe", "amphoe_code")
    built.curate("welfare_registrants", "2026-01", registrants("2026-01", 2), 2)
    sound = welfare_by_amphoe.build

    def wrong(*inputs: Any, period: str) -> DataFrame:
        return sound(*inputs, period=period).selectExpr("* EXCEPT (eligible)", "registrants + 1 AS eligible")

    with monkeypatch.context() as patch:
        patch.setattr(welfare_by_amphoe, "build", wrong)
        with pytest.raises(GateRefusedError, match="2026-01 welfare_by_amphoe/MART-PART/eligible"):
            built.build()
    assert built.rows("marts", "welfare_by_amphoe", "amphoe_code") == served
    assert [row["pid"] for row in built.rows("marts", "welfare_eligibility")] == [PID[2]], "the sound one waits"
    assert built.build() == [("welfare_by_amphoe", "2026-01")]
    assert built.rows("marts", "welfare_by_amphoe", "amphoe_code") != served


def test_a_project_sees_its_own_pids_and_the_same_figures(built: Shop, tmp_path: Path) -> None:
    key = tmp_path / "project.key"
    key.write_text(bytes(range(0x40, 0x60)).hex())
    demo = project.Project("demo", str(key))
    assert project.build(built.shop, demo) == [("welfare_by_amphoe", "2026-01"), ("welfare_eligibility", "2026-01")]
    assert project.build(built.shop, demo) == []
    derived = pseudonym.derive_key(bytes(range(0x40, 0x60)), "proj", "demo")
    wanted = {pseudonym.pid_of(pseudonym.project_pseudonym(p, key=derived, project="demo")) for p in P.values()}
    mine = built.rows("projects/demo", "welfare_eligibility")
    assert {row["pid"] for row in mine} == wanted
    assert not wanted & set(PID.values())
    pool = built.rows("marts", "welfare_eligibility")
    without = [[{k: v for k, v in row.items() if k != "pid"} for row in rows] for rows in (mine, pool)]
    assert sorted(map(str, without[0])) == sorted(map(str, without[1]))
    assert built.rows("projects/demo", "welfare_by_amphoe", "amphoe_code") == built.rows(
        "marts", "welfare_by_amphoe", "amphoe_code"
    )


def test_no_key_stands_in_the_plan_of_a_project(
    built: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pyspark import cloudpickle

    key = tmp_path / "project.key"
    key.write_text("ab" * 32)
    demo = project.Project("demo", str(key))
    table = built.known["welfare_eligibility"]
    rows = project.rekey(built.shop.read("welfare_eligibility"), built.shop.read("spine"), table, demo)
    rows.explain(extended=True)
    shipped = cloudpickle.dumps(project.batch_function(table, demo))
    secrets = ("ab" * 32, demo.derived())
    assert not [s for s in secrets if s in capsys.readouterr().out or s.encode() in shipped]


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
