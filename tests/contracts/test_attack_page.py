"""The page of attacks is what the tests say of themselves, and no test of ``tests/attacks`` is left out of it."""

import ast
from pathlib import Path

from infra.reference import attacks

FOUND = attacks.attacks(attacks.ROOT / "tests")


def test_the_page_is_fresh() -> None:
    assert attacks.PAGE.read_text(encoding="utf-8") == attacks.page(FOUND), "run: make docs"


def test_each_control_is_a_test() -> None:
    assert attacks.unknown(FOUND) == []
    wrong = [attacks.Attack(FOUND[0].path, "x", "", "", "test_nobody_wrote", soak=False)]
    assert attacks.unknown(wrong) == [f"{FOUND[0].path}::x: no test_nobody_wrote"]


def test_every_test_of_the_folder_is_an_attack_or_the_control_of_one() -> None:
    known = {(one.path, one.test) for one in FOUND}
    known |= {(one.control.rpartition("::")[0] or one.path, one.control.rpartition("::")[2]) for one in FOUND}
    folder = attacks.ROOT / "tests" / "attacks"
    there = {
        (path.relative_to(attacks.ROOT).as_posix(), node.name)
        for path in sorted(folder.glob("test_*.py"))
        for node in ast.parse(Path(path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert there - known == set(), "say what it tries: pytest.mark.attack"
