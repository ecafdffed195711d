"""Run by Airflow's Python: plays DAGs with given jobs in this one process.

Reads ``[{name, dag, jobs: {file: source}}]`` on standard input; prints for each its task instances and asset events.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.models.asset import AssetEvent
from airflow.utils.session import create_session


def play(dag, folder, jobs):
    (folder / "jobs").mkdir(parents=True)
    for name, source in jobs.items():
        (folder / "jobs" / f"{name}.py").write_text(source)
    os.environ["KHLANG_ROOT"] = str(folder)
    with create_session() as session:
        session.query(AssetEvent).delete()
    run = dag.test()
    tasks = [
        {"task": ti.task_id, "index": ti.map_index, "state": ti.state, "tries": ti.try_number}
        for ti in run.get_task_instances()
    ]
    with create_session() as session:
        events = [{"asset": event.uri, "extra": event.extra} for event in session.query(AssetEvent)]
    return {"state": run.state, "tasks": tasks, "events": events}


dags = DagBag().dags
for dag in dags.values():
    for task in dag.tasks:  # no test waits for a backoff
        if task.is_mapped:
            task.partial_kwargs.update(retry_delay=timedelta(0), retry_exponential_backoff=0)
        else:
            task.retry_delay, task.retry_exponential_backoff = timedelta(0), 0
scenes = json.load(sys.stdin)
print(json.dumps({one["name"]: play(dags[one["dag"]], Path.cwd() / one["name"], one["jobs"]) for one in scenes}))
