"""Notes which refusals tests really provoke: the evidence behind "tried by" in docs/reference/refusals.md.

Every error and finding that is made during a test is held against the rows of the page. ``provoked.json`` keeps one or
two tests a row. A test that stands there, ran, and did not provoke its row is told at the end of the run.
``KHLANG_PROVOKED=1 make test ARGS=…`` writes what those tests provoked.
"""

import functools
import os
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from infra.reference import provoked
from infra.reference.refusals import ROOT
from infra.reference.sites import Site, sites

from khlang.agency.reading import Finding
from khlang.errors import KhlangError

WRITE = "KHLANG_PROVOKED"
_TELLING = 8  # letters of a half: fewer stand in many a text by chance
Seen = dict[str, set[str]]  # a row's key → tests


class Notes:
    """What one process saw; with several, the first one gathers what the others send at their end."""

    def __init__(self, config: pytest.Config, rows: Sequence[Site]) -> None:
        self._config, self._match = config, matcher(rows)
        self._rows = {provoked.key(row) for row in rows}
        self.seen: Seen = defaultdict(set)
        self.ran: set[str] = set()

    def note(self, code: str, message: str) -> None:
        """An error or finding was made."""
        test, _, phase = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")
        if (
            phase == "call)"
        ):  # what a shared fixture provokes belongs to no test: another may be the first to ask for it
            for row in self._match(code, message):
                self.seen[row].add(provoked.place(test))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test has run; only one that passed is evidence."""
        if report.when == "call" and report.passed:
            self.ran.add(provoked.place(report.nodeid))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over, or judge."""
        sent = getattr(self._config, "workeroutput", None)
        if sent is not None:
            sent["provoked"] = {row: sorted(tests) for row, tests in self.seen.items()}
            return
        if os.environ.get(WRITE):
            provoked.write(ROOT, provoked.merged(provoked.standing(ROOT), self.seen, self.ran, self._rows))
            return
        if told := idle(provoked.read(ROOT), self.seen, self.ran, self._whole(session)):
            # Told, and not red: what a thread makes after its test has ended is noted for the next one.
            print("\n" + "\n".join(told))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Another process ended."""
        for row, tests in getattr(node, "workeroutput", {}).get("provoked", {}).items():
            self.seen[row] |= set(tests)

    def _whole(self, session: pytest.Session) -> bool:
        """Whether every case of a test was chosen: with ``-k`` or a single case the rest proves nothing."""
        option = self._config.option
        return not (option.keyword or any("::" in arg for arg in self._config.args)) and not session.testsfailed


def matcher(rows: Sequence[Site]) -> Callable[[str, str], list[str]]:
    """Finds the rows of the page that an error is: the same code, and the text but for what is filled in.

    Some rows are only a part of what is said ("there are no canary rows"): each language's half of them is then looked
    for within the text, where no row of the code is the whole of it.
    """
    by_code: dict[str, list[Site]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)

    def found(code: str, message: str) -> list[str]:
        text, told = " ".join(message.split()), by_code.get(code, [])
        whole = [row for row in told if _pattern(row.message).fullmatch(text)]
        return [provoked.key(row) for row in whole or [row for row in told if _within(row, text)]]

    return found


def _within(row: Site, text: str) -> bool:
    halves = row.message.split(" / ")
    told = min(len(re.sub(r"\{[^{}]*\}|\s", "", half)) for half in halves)
    return told >= _TELLING and all(_pattern(half).search(text) for half in halves)


@functools.cache
def _pattern(message: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in re.split(r"\{[^{}]*\}", " ".join(message.split())))
    return re.compile(".*".join(parts), re.DOTALL)


def idle(kept: dict[str, list[str]], seen: Seen, ran: set[str], whole: bool) -> list[str]:
    """Tests that are said to provoke a row, ran, and did not."""
    if not whole:
        return []
    return [
        f"{test} does not provoke {row.partition(' ')[0]} any more: {WRITE}=1 make test ARGS={test.partition('::')[0]}"
        for row, tests in kept.items()
        for test in tests
        if test in ran and test not in seen.get(row, ())
    ]


def pytest_configure(config: pytest.Config) -> None:
    notes = Notes(config, sites(ROOT / "src" / "khlang"))
    config.pluginmanager.register(notes, "provoked")
    for kind in (KhlangError, Finding):
        _watch(kind, notes)


def _watch(kind: type[Any], notes: Notes) -> None:
    made = kind.__init__

    @functools.wraps(made)
    def init(self: Any, *args: Any, **words: Any) -> None:
        made(self, *args, **words)
        notes.note(self.code, self.message)

    kind.__init__ = init
