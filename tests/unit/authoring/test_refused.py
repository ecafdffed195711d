"""Each way in which the commands refuse a call, with its exit code and its words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.authoringkit import BIRTHS, changed, small

from khlang.authoring import odcs, project
from khlang.authoring.commands import test as trying
from khlang.authoring.rehearse import Rehearsal
from khlang.authoring.texts import of_folder
from khlang.contracts import Contracts
from khlang.errors import ContractError, SetupError, UsageError

Run = Callable[..., tuple[int, str]]


def draft(name: str, *tables: str) -> Path:
    """A draft with copies of births under other names."""
    folder = Path("drafts") / name
    for table in tables:
        path = folder / "contracts" / "health" / f"{table}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(small().files[BIRTHS].replace("births", table), encoding="utf-8")
    return folder


def test_a_folder_without_contracts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no contracts"):
        of_folder(tmp_path)


def test_paths_of_two_drafts(run: Run) -> None:
    code, told = run("contract", "lint", str(draft("a", "deaths")), str(draft("b", "unions")))
    assert (code, "several drafts" in told) == (2, True)


def test_a_draft_with_two_contracts_is_tried_one_by_one(run: Run) -> None:
    both = draft("a", "deaths", "unions")
    code, told = run("contract", "test", str(both), "--sample", BIRTHS)
    assert (code, "holds 2 contracts" in told) == (2, True)


def test_a_file_that_is_no_contract_has_no_diff(run: Run) -> None:
    Path("x.yaml").write_text("a: 1\n", encoding="utf-8")
    code, told = run("contract", "diff", "x.yaml", ".")
    assert (code, "is no contract" in told) == (2, True)


def test_what_is_no_yaml_has_no_diff(run: Run) -> None:
    Path(BIRTHS).write_text("kind: [", encoding="utf-8")
    code, told = run("contract", "diff", ".", ".")
    assert (code, told.startswith("LINT: ")) == (23, True)


def test_a_sample_that_the_gate_refuses_is_30(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    table = project.read(small()).tables()["births"]
    decision = {"verdict": "refused", "rows_curated": 0, "rows_quarantined": 1, "failures": [], "metrics": {}}
    monkeypatch.setattr(trying, "rehearse", lambda *_, **__: Rehearsal(table, 1, {"pid": {"missing": 1}}, decision))
    code, told = run("contract", "test", "births", "--sample", BIRTHS)
    assert (code, "GATE-SAMPLE" in told) == (30, True)
    assert "missing 1" in told


def test_a_checkout_without_the_standards_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> Path:
        raise ModuleNotFoundError(name)

    odcs._validator.cache_clear()
    monkeypatch.setattr(odcs.resources, "files", gone)
    with pytest.raises(SetupError, match="make setup"):
        list(odcs.faults({}))


def tables(old: str, new: str) -> Contracts:
    return project.read(changed(BIRTHS, old, new), places=False).tables()


def test_the_loader_takes_no_draft_and_no_half_declared_version() -> None:
    with pytest.raises(ContractError, match="a decision is open"):
        tables("  - {property: layer", "  - {property: decide, value: x}\n  - {property: layer")
    for said in ('{version: 1, until: "soon"}', '{version: 3, until: "2027-06-30"}', "{version: 1, until: 2027-06-30}"):
        with pytest.raises(ContractError, match="until is no day"):
            tables("  - {property: layer", f"  - {{property: previous, value: [{said}]}}\n  - {{property: layer")
