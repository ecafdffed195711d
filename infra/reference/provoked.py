"""Which test provokes a refusal: what was seen in a run, kept in ``tests/provoked.json`` by the tests' own plugin."""

import ast
import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path

from infra.reference.sites import Site

FILE = Path("tests") / "provoked.json"
KEPT = 2  # tests of a row: enough to open one, few enough that the file seldom changes

Kept = dict[str, list[str]]


def key(row: Site) -> str:
    """A row of the page: its code, and what stands for its text, which two rows of one code may differ in."""
    digest = hashlib.sha256(f"{row.kind}\0{row.message}".encode()).hexdigest()
    return f"{row.code} {digest[:8]}"


def place(nodeid: str) -> str:
    """A test without its case: ``file::name``."""
    return nodeid.partition("[")[0]


def read(root: Path) -> Kept:
    """Row → the tests that provoke it."""
    path = root / FILE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def write(root: Path, kept: Mapping[str, list[str]]) -> None:
    """One row a line, in order: two people who add rows seldom meet in it."""
    lines = ",\n".join(f" {json.dumps(row)}: {json.dumps(kept[row])}" for row in sorted(kept))
    (root / FILE).write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def merged(kept: Kept, seen: Mapping[str, Collection[str]], ran: Collection[str], rows: Collection[str]) -> Kept:
    """What is known after a run: rows that are gone and tests that provoked nothing leave, new evidence comes."""
    found = {}
    for row in rows:
        fresh = sorted(set(seen.get(row, ())) & set(ran), key=_dear)
        stays = [test for test in kept.get(row, []) if test not in ran or test in fresh]
        if tests := list(dict.fromkeys([*stays, *fresh]))[:KEPT]:
            found[row] = tests
    return found


def standing(root: Path) -> Kept:
    """Row → the tests that provoke it, those that are still written where they are said to be."""
    kept = read(root)
    held: dict[str, set[str]] = {}
    for file in {test.partition("::")[0] for tests in kept.values() for test in tests}:
        path = root / file
        body = ast.parse(path.read_text(encoding="utf-8")).body if path.exists() else []
        held[file] = {f"{file}::{node.name}" for node in body if isinstance(node, ast.FunctionDef)}
    return {row: [test for test in tests if test in held[test.partition("::")[0]]] for row, tests in kept.items()}


def _dear(test: str) -> tuple[int, str]:
    """Cheap kinds of tests first."""
    kinds = ("unit", "corpus", "contracts", "privacy", "integration", "faults")
    return next((at for at, kind in enumerate(kinds) if test.startswith(f"tests/{kind}/")), len(kinds)), test
