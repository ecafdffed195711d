"""P10: of the time between the first hop's start and the last one's end, what share is no task's work?

Reads the last demo's runs from Airflow. The chain of work is walked back from the last run that served a mart: what a
run waited for is the task whose asset event started it, or the earlier run of its own DAG, whichever ended later. The
seconds of the chain's tasks are the critical path; the rest of the wall is Airflow's, and so is a run that came after
and found nothing to do. The peer is that path with no waits.
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
Run = dict[str, Any]


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def seconds(task: Task) -> float:
    return moment(task["end_date"]) - moment(task["start_date"])


def chain_of(tasks: list[Task], limit: float) -> list[Task]:
    """Of one run, from its last task before a moment back: each task that ended before the next began."""
    chain: list[Task] = []
    for task in sorted(tasks, key=lambda one: str(one["end_date"]), reverse=True):
        if moment(task["end_date"]) <= (moment(chain[-1]["start_date"]) if chain else limit):
            chain.append(task)
    return chain


def path(airflow: Airflow, tasks: dict[str, list[Task]], runs: dict[str, Run], key: str) -> list[Task]:
    """The chain of tasks that ends with this run, in the order in which they ran."""
    limit, chain = float("inf"), []
    while True:
        chain += chain_of(tasks[key], limit)
        begun = moment(chain[-1]["start_date"])
        before = [(f"{event['source_dag_id']}/{event['source_run_id']}", moment(event["timestamp"]))
                  for event in airflow.events(runs[key])]  # fmt: skip
        before += [
            (other, moment(run["end_date"]))
            for other, run in runs.items()
            if run["dag_id"] == runs[key]["dag_id"] and moment(run["end_date"]) <= begun and before
        ]
        before = [(other, ended) for other, ended in before if other in tasks and ended <= begun]
        if not before:
            return chain[::-1]
        key, limit = max(before, key=lambda one: one[1])
        limit += 1  # an event is stamped a moment before its task's end


def main() -> None:
    here = settings_module.load()
    report = here.var / "demo" / "first.json"
    if not report.exists():
        raise SetupError("No demo has run here.", "Run: make demo")
    told = json.loads(report.read_text(encoding="utf-8"))
    with Airflow(here) as airflow:
        runs = {f"{run['dag_id']}/{run['dag_run_id']}": run for run in airflow.runs() if run["end_date"]}
        tasks = {key: [task for task in airflow.tasks(run) if task["start_date"]] for key, run in runs.items()}
        tasks = {key: found for key, found in tasks.items() if found}
        served = [key for key in runs if key.startswith("marts_") and airflow.announced(runs[key])]
        if not served:
            raise SetupError("No run of Airflow served a mart.", "Run it in an empty var/: make clean demo")
        chain = path(airflow, tasks, runs, max(served, key=lambda one: str(runs[one]["end_date"])))
    first = runs[f"{chain[0]['dag_id']}/{chain[0]['dag_run_id']}"]
    begun = moment(first["queued_at"] or first["start_date"])
    ended = max(moment(one["end_date"]) for key, run in runs.items() for one in tasks.get(key, [])
                if run["dag_id"].startswith(("curate_", "marts_")))  # fmt: skip
    wall, work = ended - begun, sum(map(seconds, chain))
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
