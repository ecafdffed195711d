"""What set-up says while it works, and how long each step took the last time."""

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from khlang.errors import SetupError


class Progress:
    """Says what is being done; timings of the last run lie in the cache."""

    def __init__(self, cache: Path) -> None:
        self.path = cache / "timings.json"
        self.lock = threading.Lock()
        self.done = 0
        self.timings: dict[str, float] = json.loads(self.path.read_text()) if self.path.exists() else {}

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce a step, and keep how long it took."""
        last = f" (last time {self.timings[name]:.0f} s)" if name in self.timings else ""
        print(f"  {name} …{last}", flush=True)
        begun = time.monotonic()
        yield
        took = time.monotonic() - begun
        print(f"  {name}: done in {took:.0f} s", flush=True)
        with self.lock:
            self.done += 1
            self.timings[name] = round(took, 1)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.timings, indent=1))


def call(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, why: str) -> str:
    """Run a program quietly; what it printed is shown when it fails.

    Raises:
        SetupError: It could not be run, or failed.
    """
    try:
        done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SetupError(
            f"{why}: {command[0]} cannot be run ({error.strerror}).", "Install it, then: make setup"
        ) from None
    if done.returncode:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise SetupError(
            f"{why}: {command[0]} failed.\n{words}", "Mend that (network? disk?), then run again: make setup"
        )
    return done.stdout
