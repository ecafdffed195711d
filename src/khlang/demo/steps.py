"""Steps that a person watches: what is done now, for how long, and how long it took the last time."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Say = Callable[[str], None]


class Steps:
    """Shows steps, several at once if need be, and keeps their seconds for the next time.

    Args:
        file: Where the seconds of the last run are kept.
        console: Where the steps are shown; without a terminal each is a line when it ends.
    """

    def __init__(self, file: Path, console: Console) -> None:
        self._file, self.console = file, console
        self._last: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        self._lock = threading.Lock()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[last]}"),
            console=console,
            transient=True,
        )
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> "Steps":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._last | self.seconds, indent=1, sort_keys=True), encoding="utf-8")

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Say]:
        """One step; what it yields changes the words behind its title while it runs."""
        last = f"last time {self._last[name]:.0f} s" if name in self._last else "first time"
        task = self._progress.add_task(title, last=last)
        begun, done = time.monotonic(), False
        if not self.console.is_terminal:
            self.console.print(f"  {title} … ({last})", highlight=False)

        def say(words: str) -> None:
            self._progress.update(task, description=f"{title}: {words}")

        try:
            yield say
            done = True
        finally:
            took = time.monotonic() - begun
            with self._lock:
                if done:
                    self.seconds[name] = round(took, 2)
                self._progress.remove_task(task)
                mark = "[green]✓[/]" if done else "[red]✗[/]"
                self.console.print(f"{mark} {title} [dim]{took:.1f} s, {last}", highlight=False)

    @contextmanager
    def live(self, show: Callable[[], object]) -> Iterator[Callable[[], None]]:
        """Give the screen to a live table while one step waits; ``show`` makes it."""
        from rich.live import Live

        if not self.console.is_terminal:
            yield lambda: None
            return
        self._progress.stop()
        try:
            with Live(console=self.console, transient=True, refresh_per_second=4) as screen:
                yield lambda: screen.update(show())  # type: ignore[arg-type]  # whatever rich can render
        finally:
            self._progress.start()
