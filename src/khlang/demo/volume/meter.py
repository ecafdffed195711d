"""What each step takes: seconds, rows a second, the peak memory of its own process and of the servers meanwhile."""

import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from khlang.errors import IntegrityError, KhlangError
from khlang.settings import Settings
from khlang.stack.supervisor import Supervisor

Tell = Callable[[int], None]


@dataclass
class Step:
    """One step; memory in MiB, None where it has no process of its own."""

    name: str
    seconds: float = 0.0
    rows_per_second: int = 0
    peak_mib: int | None = None
    servers_mib: int = 0

    def as_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


class Meter:
    """Shows and measures steps; use as a ``with`` statement."""

    def __init__(self, settings: Settings, rows: int, console: Console) -> None:
        self._settings, self._rows, self._console = settings, rows, console
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self._progress = Progress(TextColumn("{task.description}"), *columns, console=console, transient=True)
        self.steps: list[Step] = []

    def __enter__(self) -> "Meter":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, name: str) -> Iterator[tuple[Step, Tell]]:
        """One step; gives what is measured and what moves the bar."""
        step, begun, done = Step(name), time.monotonic(), threading.Event()
        task = self._progress.add_task(name, total=self._rows)
        watcher = threading.Thread(target=self._watch, args=(step, done), daemon=True)
        watcher.start()
        try:
            yield step, lambda rows: self._progress.update(task, completed=rows)
        finally:
            done.set()
            watcher.join()
            self._progress.remove_task(task)
        step.seconds = round(time.monotonic() - begun, 1)
        step.rows_per_second = round(self._rows / max(step.seconds, 0.1))
        self.steps.append(step)
        self._console.print(f"  {name}: {step.seconds:,.1f} s", highlight=False)

    def apart(self, name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """One step in a process of its own, so that its memory is its own; ``work`` takes ``tell`` first."""
        with self.step(name) as (step, tell):
            step.peak_mib, result = apart(work, tell, *arguments)
        return result

    def _watch(self, step: Step, done: threading.Event) -> None:
        while not done.wait(1):
            step.servers_mib = max(step.servers_mib, servers(self._settings))


def apart(work: Callable[..., Any], tell: Tell, *arguments: Any) -> tuple[int, Any]:
    """Run a function of a module in a new process.

    Returns:
        Its peak memory in MiB, and what it returned.

    Raises:
        IntegrityError: It refused, or ended without a word.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_worker, args=(there, work, arguments))
    process.start()
    there.close()
    answer: tuple[str, Any] = ("ended", "it was killed")
    try:
        while (answer := here.recv())[0] == "told":
            tell(answer[1])
    except EOFError:
        answer = ("ended", "it was killed")
    process.join()
    if answer[0] == "done":
        peak, result = answer[1]
        return peak, result
    said = f"{work.__name__} did not end well: {answer[1]}."
    raise IntegrityError(said, "See the message; then run again.", code="VOLUME")


def _worker(pipe: "Connection[Any, Any]", work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        result = work(lambda rows: pipe.send(("told", rows)), *arguments)
    except KhlangError as error:
        pipe.send(("ended", f"{error.code}: {error.message}"))
    else:
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        pipe.send(("done", (max(_peak(), children) // 1024, result)))


def _peak() -> int:
    """KiB; what the kernel tells of resources begins with the memory of whoever started this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def servers(settings: Settings) -> int:
    """MiB that the servers and what they started hold now; shared pages count once."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended while we looked
    mine = {int(process["pid"]) for process in Supervisor(settings).processes().values()} - {0}
    while more := {number for number, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(map(_held, mine)) // 1024


def _held(number: int) -> int:
    try:
        lines = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
