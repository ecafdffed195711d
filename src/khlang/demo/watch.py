"""Waits until the hops have done all there is to do, and shows what became of each submission meanwhile."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.table import Table

from khlang import store
from khlang.demo.airflow import Airflow
from khlang.errors import ServiceError
from khlang.lake import Submission
from khlang.landing import ledger
from khlang.settings import Settings

#: Between two looks, before and after every submission has its verdict; and how many that wait add a second.
FAR_SECONDS, NEAR_SECONDS, WAITING_A_SECOND = 3.0, 1.0, 20
STUCK_SECONDS = 900


@dataclass
class Row:
    """What is known of one submission; ``verdict`` is empty until one hop has refused or promoted it."""

    landed: str = ""
    curated: str = ""
    rows_curated: int | None = None
    reasons: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """``promoted``, ``refused``, ``superseded``, or empty."""
        return self.landed if self.landed == "refused" else self.curated


class Board:
    """Submissions and their verdicts, read from the receipts; a decision is read once, for it never changes."""

    def __init__(self, settings: Settings, submissions: Iterable[Submission]) -> None:
        self._s3 = store.client(settings, "gateway")
        self._read: set[tuple[Submission, str]] = set()
        self.rows = {submission: Row() for submission in sorted(submissions)}

    def refresh(self) -> int:
        """Read what is new; how many decisions there were."""
        new = 0
        for submission, names in ledger.stages(self._s3).items():
            for name in sorted(names) if submission in self.rows else ():
                if name.startswith("received") or (submission, name) in self._read:
                    continue
                self._read.add((submission, name))
                self._note(self.rows[submission], name, ledger.read(self._s3, submission, name) or {})
                new += 1
        return new

    def pause(self) -> float:
        """Seconds until the next look: each lists receipts and runs, on cores that the jobs need."""
        waiting = sum(not row.verdict for row in self.rows.values())
        return FAR_SECONDS + waiting / WAITING_A_SECOND if waiting else NEAR_SECONDS

    def datasets(self) -> set[str]:
        """Of which anything was ever sent, by whomever."""
        return {submission.dataset for submission in ledger.stages(self._s3)}

    def _note(self, row: Row, name: str, decision: dict[str, Any]) -> None:
        if name.startswith("landed"):
            row.landed = decision["verdict"]
        elif name.startswith("curated"):  # the linkage job's receipt is no verdict
            row.curated, row.rows_curated = decision["verdict"], decision.get("rows_curated")
        if decision["verdict"] == "refused":
            failures = decision.get("failures") or [decision]
            row.reasons = tuple(f"{one.get('code', '')} {one.get('message_en', '')}".strip() for one in failures)

    def table(self, running: Iterable[str]) -> Table:
        """The board as a person sees it."""
        colours = {"accepted": "cyan", "promoted": "green", "refused": "red", "superseded": "yellow", "": "dim"}
        shown = Table(title=f"running: {', '.join(running) or 'nothing'}", title_justify="left", box=None)
        for heading in ("agency", "dataset", "period", "landed", "curated", "rows"):
            shown.add_column(heading, justify="right" if heading == "rows" else "left")
        for submission, row in self.rows.items():
            marks = [f"[{colours.get(word, 'white')}]{word or '…'}" for word in (row.landed, row.curated)]
            rows = "" if row.rows_curated is None else f"{row.rows_curated:,}"
            shown.add_row(submission.agency, submission.dataset, submission.period, *marks, rows)
        return shown


def wait(
    airflow: Airflow,
    board: Board,
    *,
    refresh: Any,
    running: list[str],
    since: datetime,
    patience: float = STUCK_SECONDS,
) -> None:
    """Wait until no DAG runs and no event waits for one, seen twice.

    Args:
        airflow: The API.
        board: Told what is new on the way.
        refresh: Called after each look, to redraw.
        running: Filled with the DAGs that run now.
        since: Runs after this moment belong to this run.
        patience: Seconds in which nothing need happen.

    Raises:
        ServiceError: A job crashed for good, or nothing happened for a long time.
    """
    quiet, changed = 0, time.monotonic()
    while quiet < 2:
        now = airflow.busy()
        if board.refresh() or now != running:
            changed = time.monotonic()
        running[:] = now
        quiet = 0 if now else quiet + 1
        refresh()
        if time.monotonic() - changed > patience:
            raise ServiceError(f"Nothing has happened for {patience:.0f} s in {', '.join(now)}.", "See Airflow's page.")
        time.sleep(board.pause() if now else 0.3)
    crashed = sorted({crash for run in airflow.runs(since) for crash in airflow.crashes(run)})
    if crashed:
        raise ServiceError(f"A job crashed: {', '.join(crashed)}.", "Its log is on Airflow's page; then run again.")
