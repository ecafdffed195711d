"""The operator that runs a job."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from khlang_dags import Document, asset
from khlang_dags.outcome import FINAL_EXITS, passed, refused


class Job(BaseOperator):
    """Runs ``jobs/<script>.py`` with the jobs' own Python and reads the document it prints last.

    Args:
        script: Name of the job.
        arguments: Its arguments; no secret, for ``ps`` shows them.
        outlets: At most one alias, a layer: its assets get an event for each table the document says passed.
        result: What downstream tasks see of the document.
    """

    template_fields = ("arguments",)

    def __init__(
        self, *, script: str, arguments: Sequence[str] = (), result: Callable[[Document], Any] = refused, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.script, self.arguments, self.result = script, arguments, result
        self._process: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> Any:
        """Run the job; announce what passed; return what ``result`` makes of its document."""
        document = json.loads(self._run())
        for layer in self.outlets:
            for name, extra in passed(document).items():
                context["outlet_events"][layer].add(asset(layer.name, name), extra=extra)
        return self.result(document)

    def _run(self) -> str:
        """The job's last line; what it logs goes to the task's log."""
        root, last = os.environ["KHLANG_ROOT"], ""
        command = [os.environ["KHLANG_PYTHON"], f"{root}/jobs/{self.script}.py", *self.arguments]
        self._process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, start_new_session=True)
        for line in self._process.stdout or ():
            last = line.strip() or last
            self.log.info("%s", line.rstrip())
        if code := self._process.wait():
            message = f"jobs/{self.script}.py ended with exit code {code}: see its log above."
            raise AirflowFailException(message) if code in FINAL_EXITS else RuntimeError(message)
        return last

    def on_kill(self) -> None:
        """Stop the job and what it started, when the task is cleared or times out."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, 15)
