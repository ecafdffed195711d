"""A service starts when what it stands on answers; one that waits says for what, and is not restarted for it."""

from collections.abc import Callable

import pytest

from khlang import settings as settings_module
from khlang.errors import ServiceError, UsageError
from khlang.settings import Settings
from khlang.stack import order, services, status, watch
from khlang.stack.process import Launch, Service

HERE = settings_module.load({})
Answers = Callable[..., None]


def service(name: str, *after: str) -> Service:
    return Service(name, "", lambda _: None, lambda _: Launch(("x",)), lambda _: False, grace=30, after=after)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Set which services answer; the last set counts for good."""

    def give(*turns: set[str]) -> None:
        left = list(turns)

        def healthy(asked: Service, _: Settings) -> bool:
            return asked.name in (left.pop(0) if len(left) > 1 else left[0])

        for module in (order, status, watch):
            monkeypatch.setattr(module, "healthy", healthy)

    monkeypatch.setattr(order, "POLL_SECONDS", 0.01)
    return give


def test_the_registry_names_what_each_stands_on_before_it() -> None:
    before: set[str] = set()
    for one in services.SERVICES:
        assert set(one.after) <= before, one.name
        before.add(one.name)
    stands_on = {one.name: one.after for one in services.SERVICES}
    assert stands_on["airflow-scheduler"] == stands_on["airflow-dag-processor"] == ("airflow-api-server",)
    assert {name for name, after in stands_on.items() if "minio" in after} == {"trino", "spark-connect", "gateway"}


def test_nothing_is_stopped_before_what_stands_on_it() -> None:
    place = {name: number for number, names in enumerate(services.STOPPED) for name in names}
    assert sorted(place) == sorted([*services.NAMES, "watch"])
    assert sum(map(len, services.STOPPED)) == len(place)
    for one in services.SERVICES:
        assert [name for name in one.after if place[name] <= place[one.name]] == [], one.name
    assert place["watch"] == 0, "it would start again what is stopped"
    assert place["trino"] < place["gateway"], "which it tells of its queries"


def test_a_service_waits_until_the_store_answers(answers: Answers) -> None:
    answers(set(), set(), {"minio"})
    assert order.wait(service("gateway", "minio"), HERE) >= 2 * order.POLL_SECONDS


def test_a_service_that_stands_on_nothing_does_not_wait(answers: Answers) -> None:
    answers(set())
    assert order.wait(service("minio"), HERE, seconds=0) < 1


def test_a_wait_ends_and_says_what_for(answers: Answers) -> None:
    answers(set())
    with pytest.raises(ServiceError) as refused:
        order.wait(service("gateway", "minio"), HERE, seconds=0.05)
    assert "gateway starts after minio, which has not answered for 0 s" in refused.value.message
    assert refused.value.remedy == "Look there first: khlang stack logs -s minio"


def test_a_service_alone_without_what_it_stands_on_is_refused(answers: Answers) -> None:
    answers(set())
    order.check([service("minio"), service("gateway", "minio")], HERE)
    with pytest.raises(UsageError, match=r"gateway starts after minio, which does not run\. Add: --only minio"):
        order.check([service("gateway", "minio")], HERE)
    answers({"minio"})
    order.check([service("gateway", "minio")], HERE)


def test_who_waits_is_not_restarted_and_its_status_says_for_what(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch.fence, "lost", lambda *_: False)
    process = {"statename": "RUNNING", "now": 1060, "start": 1000, "pid": 1}
    waits, failures = service("gateway", "minio"), {"gateway": 3}
    answers(set())
    assert watch.judge(waits, HERE, process, failures) == ""
    assert status.health(waits, HERE, 60) == "waits for minio"
    answers({"minio"})  # now the fault is its own
    assert [bool(watch.judge(waits, HERE, process, failures)) for _ in range(4)] == [False, False, False, True]
    assert status.health(waits, HERE, 60) == "unhealthy"
