"""Two workers share the tests; files that need one server or one JVM stay together, so that it is started once.

``make test`` asks for them; plain ``pytest`` runs all in one process. Which file needs what is declared here, for the
scheduler knows names only. A file that asks for something dear and stands in no group ends the run with a message.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

#: Group → the fixture that is dear to start, and the files that ask for it. The longest group first.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "stack": (
        "stack",
        (
            "tests/e2e/",
            "tests/integration/test_stack.py",
            "tests/integration/test_spark_token.py",
            "tests/privacy/test_leak_search.py",
        ),
    ),
    "spark": (
        "local_spark",
        (
            "tests/scenarios/",
            "tests/scenarios_linkage/",
            "tests/scenarios_marts/",
            "tests/scenarios_history/",
            "tests/faults/test_curate",
            "tests/faults/test_rotation",
            "tests/integration/test_bridge.py",
            "tests/integration/test_curate.py",
            "tests/integration/test_vacuum.py",
            "tests/privacy/test_curate_key.py",
        ),
    ),
    "served": ("served", ("tests/integration/test_serve", "tests/privacy/test_analyst", "tests/attacks/")),
    "minio": (
        "minio",
        (
            "tests/integration/test_landing",
            "tests/integration/test_seeded",
            "tests/faults/test_",
            "tests/privacy/test_landing",
            "tests/integration/test_ui",  # and one browser
        ),
    ),
}
#: Groups whose servers end with the group's last test: nobody outside may ask for them.
ENDED = ("stack", "served")
ORDER = {name: place for place, name in enumerate(GROUPS)}


def group(nodeid: str) -> str:
    """The group of a test, or its file."""
    file = nodeid.partition("::")[0]
    return next((name for name, (_, files) in GROUPS.items() if file.startswith(files)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """A worker takes whole groups, in the order of collection."""

    class Grouped(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Grouped(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.get(group(item.nodeid), len(ORDER)))
    for item in items:
        for name, (dear, _) in GROUPS.items():
            asked = dear in getattr(item, "fixturenames", ())
            mine = group(item.nodeid)
            if asked and mine != name and (name in ENDED or mine not in ORDER):
                raise pytest.UsageError(f"{item.nodeid} asks for {dear}: put its file into tests/grouping.py.")
