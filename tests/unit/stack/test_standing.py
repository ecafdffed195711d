"""The servers of a group of tests end with it, and not before."""

import types

import pytest
from tests import stackfixture

from khlang import settings as settings_module
from khlang.settings import Settings
from khlang.stack import lifecycle

E2E, LEAKS, OTHER = "tests/e2e/test_demo.py::a", "tests/privacy/test_leak_search.py::b", "tests/unit/test_lake.py::c"


@pytest.fixture
def downed(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What was ended; nothing is."""
    ended: list[Settings] = []
    monkeypatch.setattr(lifecycle, "down", ended.append)
    monkeypatch.setattr(stackfixture, "STANDING", {"stack": settings_module.load({})})
    return ended


def after(nodeid: str, following: str | None) -> None:
    items = [types.SimpleNamespace(nodeid=name) for name in (nodeid, following)]
    stackfixture.pytest_runtest_teardown(items[0], items[1] if following else None)  # type: ignore[arg-type]


def test_a_stack_ends_after_the_last_test_of_its_group(downed: list[Settings]) -> None:
    after(E2E, LEAKS)
    assert downed == []
    after(LEAKS, OTHER)
    assert len(downed) == 1
    after(OTHER, E2E)
    assert len(downed) == 1


def test_at_the_end_of_the_session_the_fixture_ends_it(downed: list[Settings]) -> None:
    after(LEAKS, None)
    assert downed == []
    assert stackfixture.STANDING
