"""What one account asks keeps no other from its answer, and no query takes more than it may.

The control is an installation of its own whose Trino has one queue for all, and whose limits are so narrow that what
passes elsewhere meets them.
"""

import json
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import pytest
from tests.attackkit import LOGINS, LONG, PAIRS, connect
from tests.stackfixture import bring_up, installation

from khlang import settings as settings_
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import trino

QUEUE = 20  # how many of an account may wait, beside the two that run
#: A third of a second of processor time: long beside :data:`SHORT`.
FLOOD = f"SELECT count(*) {PAIRS.format(1_000)} WHERE x * y % 7 = 1"
SHORT = "SELECT count(*) FROM lake.information_schema.schemata"
#: What is narrow in the control, a statement that then meets it, and Trino's name for that.
NARROW = {
    "query.max-memory-per-node": ("30MB", f"SELECT cardinality(array_agg(x * y)) {PAIRS.format(500)}",
                                  "EXCEEDED_LOCAL_MEMORY_LIMIT"),
    "query.max-cpu-time": ("1s", (f"SELECT count(*) {PAIRS.format(10_000)} CROSS JOIN UNNEST(sequence(1, 2)) c(z)"
                           " WHERE x * y % 7 = z"), "EXCEEDED_CPU_LIMIT"),
    "query.max-length": ("1500", f"SELECT 1 -- {'x' * 1500}", "QUERY_TEXT_TOO_LARGE"),
    "query.max-stage-count": ("3", " UNION ALL ".join(["SELECT count(*) FROM lake.information_schema.tables"] * 5),
                              "QUERY_HAS_TOO_MANY_STAGES"),
}  # fmt: skip
ONE_QUEUE = {
    "rootGroups": [{"name": "all", "softMemoryLimit": "80%", "hardConcurrencyLimit": 2, "maxQueued": 100}],
    "selectors": [{"group": "all"}],
}


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Trino with one queue for all, and narrow limits."""
    one_queue = tmp_path_factory.mktemp("groups") / "resource-groups.json"
    one_queue.write_text(json.dumps(ONE_QUEUE), encoding="utf-8")
    narrow = trino.limits(settings_.load()) | {name: one[0] for name, one in NARROW.items()}
    with installation() as settings:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trino, "groups", lambda _: one_queue)
            patch.setattr(trino, "limits", lambda _: narrow)
            bring_up(settings, "minio", "trino", patch=patch)
        yield settings


def ask(settings: Settings, account: str, sql: str) -> str:
    """``rows``, or Trino's name for why not."""
    with connect(settings, account) as connection:
        try:
            client.ask(connection, sql)
        except client.QueryError as error:
            return error.message.partition(":")[0].partition(" at line")[0]
    return "rows"


def still_waiting(settings: Settings, greedy: str, other: str) -> tuple[int, list[str]]:
    """How many of one account's queries have no answer yet when another has its own; and what all of them got."""
    with ThreadPoolExecutor(QUEUE + 2) as pool:
        flood: set[Future[str]] = {pool.submit(ask, settings, greedy, FLOOD) for _ in range(QUEUE + 1)}
        wait(flood, return_when=FIRST_COMPLETED)  # by then all the others are in the queue
        said = ask(settings, other, SHORT)
        left = sum(not one.done() for one in flood)
    return left, [said, *(one.result() for one in flood)]


@pytest.mark.attack(
    "an account floods its queue with long queries",
    guard="resource groups: two of an account run, the others wait in its own queue",
    control="test_in_one_queue_for_all_it_would",
)
def test_who_floods_the_queue_keeps_nobody_waiting(projects: Settings) -> None:
    left, said = still_waiting(projects, LOGINS[0], "analyst")
    assert set(said) == {"rows"}
    assert left > QUEUE // 2


def test_in_one_queue_for_all_it_would(unguarded: Settings) -> None:
    left, said = still_waiting(unguarded, "analyst", "engineer")
    assert set(said) <= {"rows", "EXCEEDED_CPU_LIMIT"}
    assert left <= QUEUE // 4


@pytest.mark.attack(
    "more queries of one account than may wait",
    guard="resource groups: twenty of an account wait",
    control="test_who_floods_the_queue_keeps_nobody_waiting",
)
def test_more_than_may_wait_are_refused_and_the_others_answered(projects: Settings) -> None:
    with ThreadPoolExecutor(QUEUE + 10) as pool:
        said = list(pool.map(lambda _: ask(projects, LOGINS[0], LONG), range(QUEUE + 10)))
    assert set(said) == {"rows", "QUERY_QUEUE_FULL"}
    assert said.count("rows") >= QUEUE + 2


@pytest.mark.parametrize("limit", NARROW)
@pytest.mark.attack(
    "a query that takes more memory, processor time, text or stages than it may",
    guard="limits of a query (infra/config/trino/limits.properties), there with a narrow value",
    control="test_within_the_limits_the_same_is_answered",
)
def test_a_query_that_takes_more_than_it_may_is_ended(unguarded: Settings, limit: str) -> None:
    _, sql, name = NARROW[limit]
    assert ask(unguarded, "analyst", sql) == name
    assert name in client.REMEDIES


@pytest.mark.parametrize("limit", NARROW)
def test_within_the_limits_the_same_is_answered(projects: Settings, limit: str) -> None:
    assert ask(projects, "analyst", NARROW[limit][1]) == "rows"
