"""Airflow's REST API, as much of it as a run needs: start a DAG, see what runs, and what each task took."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from khlang.errors import ServiceError
from khlang.settings import Settings
from khlang.stack import secrets

DAG_SECONDS = 90
#: What no answer waits for: it says in Trino what the columns mean.
BESIDE = frozenset({"describe"})
#: Of an answer of 500: two writers met at Airflow's SQLite file, and what the later one asked for was rolled back.
TRIES, TRY_AGAIN_SECONDS = 10, 1.0


class Airflow:
    """A client that is logged in; use as a ``with`` statement."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx.Client(base_url=settings.airflow_url, trust_env=False, timeout=60)
        password = secrets.airflow_password_file(settings).read_text(encoding="utf-8").strip()
        answer = self._call("POST", "/auth/token", json={"username": secrets.AIRFLOW_USER, "password": password})
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def __enter__(self) -> "Airflow":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def trigger(self, dag: str) -> str:
        """Start a run of a DAG; waits until Airflow has read the DAG's file.

        Returns:
            The run's id.
        """
        answer = self._known(dag, "POST", f"/api/v2/dags/{dag}/dagRuns", json={"logical_date": None, "conf": {}})
        return str(answer["dag_run_id"])

    def pause(self, wanted: Mapping[str, bool]) -> None:
        """Let events start each DAG, or not, where that is not so already; waits until all their files are read."""
        for dag, paused in wanted.items():
            if self._known(dag, "GET", f"/api/v2/dags/{dag}")["is_paused"] != paused:
                self._known(dag, "PATCH", f"/api/v2/dags/{dag}", json={"is_paused": paused})

    def runs(self, since: datetime | None = None) -> list[dict[str, Any]]:
        """The latest runs of all DAGs, those that started last first."""
        query = {"limit": 100, "order_by": "-run_after"} | ({"run_after_gte": since.isoformat()} if since else {})
        found: list[dict[str, Any]] = self._call("GET", "/api/v2/dags/~/dagRuns", params=query)["dag_runs"]
        return found

    def tasks(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """The task instances of a run."""
        path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
        found: list[dict[str, Any]] = self._call("GET", path, params={"limit": 1000})["task_instances"]
        return found

    def events(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """The asset events that a run was started for."""
        path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/upstreamAssetEvents"
        found: list[dict[str, Any]] = self._call("GET", path, missing={"asset_events": []})["asset_events"]
        return found

    def announced(self, run: dict[str, Any]) -> int:
        """How many asset events a run made."""
        query = {"source_dag_id": run["dag_id"], "source_run_id": run["dag_run_id"]}
        return int(self._call("GET", "/api/v2/assets/events", params=query)["total_entries"])

    def crashes(self, run: dict[str, Any]) -> list[str]:
        """Failed tasks of a run that are no verdict on a submission: ``dag.task``."""
        if run["state"] != "failed":
            return []
        failed = [task["task_id"] for task in self.tasks(run) if task["state"] == "failed"]
        return [f"{run['dag_id']}.{task}" for task in failed if task != "verdict"]

    def broken(self) -> list[str]:
        """DAGs whose latest run crashed: what they had to do still waits."""
        latest: dict[str, dict[str, Any]] = {}
        for run in self.runs():
            latest.setdefault(run["dag_id"], run)
        return sorted(dag for dag, run in latest.items() if self.crashes(run))

    def busy(self) -> list[str]:
        """DAGs that run, are to run, or wait for a run because of an asset event; but :data:`BESIDE`."""
        active = {run["dag_id"] for run in self.runs() if run["state"] in {"queued", "running"}} - BESIDE
        if active:
            return sorted(active)
        dags = self._call("GET", "/api/v2/dags", params={"limit": 100})["dags"]
        for dag in sorted({item["dag_id"] for item in dags} - BESIDE):
            queued = self._call("GET", f"/api/v2/dags/{dag}/assets/queuedEvents", missing={"total_entries": 0})
            if queued["total_entries"]:
                active.add(dag)
        return sorted(active)

    def _known(self, dag: str, method: str, path: str, **given: Any) -> Any:
        """One call about a DAG whose file Airflow may still have to read.

        Raises:
            ServiceError: Airflow does not answer, or does not know the DAG after a while.
        """
        until = time.monotonic() + DAG_SECONDS
        while (answer := self._call(method, path, missing=None, **given)) is None:
            if time.monotonic() > until:
                raise ServiceError(f"Airflow does not know the DAG {dag}.", "See `make logs S=airflow-dag-processor`.")
            time.sleep(0.5)
        return answer

    def _call(self, method: str, path: str, *, missing: Any = ..., **given: Any) -> Any:
        """One call; ``missing`` is what a 404 stands for, where it may be one.

        Raises:
            ServiceError: Airflow does not answer, or answers with an error.
        """
        for number in range(TRIES):
            if number:
                time.sleep(TRY_AGAIN_SECONDS)
            try:
                answer = self._http.request(method, path, **given)
            except httpx.TransportError as error:
                raise ServiceError(f"Airflow does not answer ({type(error).__name__}).", "See `make status`.") from None
            if answer.status_code < 500:
                break
        if answer.status_code == 404 and missing is not ...:
            return missing
        if answer.status_code >= 400:
            raise ServiceError(f"Airflow answered {answer.status_code} to {method} {path}.", "See `make status`.")
        return answer.json()
