"""P10: of the time between the first hop's start and the last one's end, what share is no task's work?

Reads the last demo's runs from Airflow. The chain of work is walked back from the task that ended last: a run's first
task follows the task whose asset event came last before the run began. Its tasks' seconds are the critical path; the
rest of the wall is Airflow's, waits for another run of the same DAG among it. The peer is that path with no waits.
"""

import json
import os
import platform
from datetime import datetime
from typing import Any

from khlang import settings as settings_module
from khlang.demo.airflow import Airflow
from khlang.errors import SetupError

TARGET = 0.05
Task = dict[str, Any]


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def seconds(task: Task) -> float:
    return moment(task["end_date"]) - moment(task["start_date"])


def path(airflow: Airflow, runs: dict[str, dict[str, Any]], tasks: dict[str, list[Task]]) -> list[Task]:
    """The chain of tasks that ends last, in the order in which they ran."""
    key = max(tasks, key=lambda run: max(moment(task["end_date"]) for task in tasks[run]))
    limit, chain = float("inf"), []
    while True:
        mine = sorted((one for one in tasks[key] if moment(one["end_date"]) <= limit), key=lambda one: one["end_date"])
        last: Task | None = None
        for task in reversed(mine):  # back along the run: each task that ended before the next began
            if last is None or moment(task["end_date"]) <= moment(last["start_date"]):
                chain.append(task)
                last = task
        run = runs[key]
        events = airflow.events(run)
        if not events:
            return chain[::-1]
        event = max(events, key=lambda one: one["timestamp"])
        key, limit = f"{event['source_dag_id']}/{event['source_run_id']}", moment(event["timestamp"]) + 1
        if key not in tasks:
            return chain[::-1]


def main() -> None:
    here = settings_module.load()
    report = here.var / "demo" / "first.json"
    if not report.exists():
        raise SetupError("No demo has run here.", "Run: make demo")
    told = json.loads(report.read_text(encoding="utf-8"))
    with Airflow(here) as airflow:
        since = datetime.fromisoformat(told["since"])
        runs = {f"{run['dag_id']}/{run['dag_run_id']}": run for run in airflow.runs(since) if run["end_date"]}
        all_tasks = {key: [task for task in airflow.tasks(run) if task["start_date"]] for key, run in runs.items()}
        tasks = {key: found for key, found in all_tasks.items() if found}
        if not any(run["dag_id"].startswith("curate_") for run in runs.values()):
            raise SetupError("The last demo had nothing to do.", "Run it in an empty var/: make clean demo")
        chain = path(airflow, runs, tasks)
    begun = min(moment(run["queued_at"] or run["start_date"]) for run in runs.values())
    wall = moment(chain[-1]["end_date"]) - begun
    work = sum(map(seconds, chain))
    print(
        json.dumps(
            {
                "id": "P10",
                "ours": round(wall, 2),
                "peer": round(work, 2),
                "ratio": round((wall - work) / wall, 4),
                "target": TARGET,
                "n": 1,
                "rows": sum(row["rows"] for row in told["extracts"]),
                "machine": f"{os.cpu_count()} cores, {platform.machine()}",
                "agencies": len(told["agencies"]),
                "tasks": sum(map(len, tasks.values())),
                "path": [f"{task['dag_id']}.{task['task_id']} {seconds(task):.1f} s" for task in chain],
            }
        )
    )


if __name__ == "__main__":
    main()
