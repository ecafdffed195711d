"""Which test tries a refusal: the tests that name its code, found by reading them as syntax."""

import ast
import json
from collections.abc import Collection, Iterator
from pathlib import Path

from infra.reference import syntax


def trials(tests: Path, codes: Collection[str], kinds: dict[str, str]) -> dict[str, list[str]]:
    """Code → the tests that name it, as node ids, in order.

    Args:
        tests: The folder of tests.
        codes: What to look for.
        kinds: Class of error → the code of its own; a test that expects the class tries that code.
    """
    found: dict[str, set[str]] = {code: set() for code in codes}
    for path in sorted(tests.rglob("test_*.py")):
        file = path.relative_to(tests.parent).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, node in _named(tree):
            for code in _codes(node, kinds):
                if code in found:
                    found[code].add(f"{file}::{name}" if name else file)
    for path in sorted((tests / "corpus" / "expected").glob("*.json")):  # each file of the corpus is a case of one test
        for word in _strings(json.loads(path.read_text(encoding="utf-8"))):
            if (code := word.removesuffix("?")) in found:  # "?" marks a finding that has to be answered
                found[code].add("tests/corpus/test_corpus.py")
    return {code: sorted(names, key=lambda name: ("::" not in name, name)) for code, names in found.items()}


def _named(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Each test with its name, and what stands outside of tests (tables of cases, helpers) without one."""
    for node in tree.body:
        is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        yield (node.name if isinstance(node, ast.FunctionDef) and is_test else "", node)


def _codes(node: ast.AST, kinds: dict[str, str]) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield from (word.rstrip(":") for word in one.value.split())  # it may be the start of a shown line
        elif isinstance(one, ast.Name | ast.Attribute):
            yield kinds.get(syntax.name(one), "")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
