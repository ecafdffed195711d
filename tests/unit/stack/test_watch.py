"""The watcher restarts what hangs or has lost its fence, and leaves alone what has just begun."""

from collections.abc import Callable
from typing import Any

import pytest

from khlang import settings as settings_module
from khlang.settings import Settings
from khlang.stack import watch
from khlang.stack.process import Launch, Service

HERE = settings_module.load({})


def service(answer: Callable[[Settings], bool]) -> Service:
    return Service("x", "", lambda _: None, lambda _: Launch(("x",)), answer, grace=30)


def process(*, age: int, state: str = "RUNNING") -> dict[str, Any]:
    return {"statename": state, "now": 1000 + age, "start": 1000, "pid": 1}


@pytest.fixture(autouse=True)
def fenced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch.fence, "lost", lambda *_: False)


def refuse(_: Settings) -> bool:
    raise ConnectionRefusedError


@pytest.mark.parametrize("probe", [refuse, lambda _: False])
def test_a_service_that_hangs_is_restarted_after_four_failures(probe: Callable[[Settings], bool]) -> None:
    failures: dict[str, int] = {}
    reasons = [watch.judge(service(probe), HERE, process(age=60), failures) for _ in range(5)]
    assert reasons == ["", "", "", "it failed 4 probes in a row", ""]


def test_one_answer_forgives_earlier_failures() -> None:
    failures = {"x": 3}
    assert watch.judge(service(lambda _: True), HERE, process(age=60), failures) == ""
    assert failures == {"x": 0}


@pytest.mark.parametrize("young", [process(age=10), process(age=60, state="STARTING")])
def test_a_young_service_is_not_judged(young: dict[str, Any]) -> None:
    assert watch.judge(service(refuse), HERE, young, {"x": 3}) == ""


def test_a_service_without_its_fence_is_restarted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch.fence, "lost", lambda *_: True)
    assert watch.judge(service(lambda _: True), HERE, process(age=60), {}) == "it can see outside the fence"
