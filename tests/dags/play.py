"""Run by Airflow's Python: runs one DAG in this process, and tells its task instances and the asset events it made."""

import json
import sys
from datetime import timedelta

from airflow.dag_processing.dagbag import DagBag
from airflow.models.asset import AssetEvent
from airflow.utils.session import create_session

bag = DagBag()
dag = bag.dags[sys.argv[1]]
for task in dag.tasks:  # no test waits for a backoff
    kwargs = task.partial_kwargs if task.is_mapped else None
    if kwargs is None:
        task.retry_delay, task.retry_exponential_backoff = timedelta(0), 0
    else:
        kwargs.update(retry_delay=timedelta(0), retry_exponential_backoff=0)
run = dag.test()
tasks = [
    {"task": ti.task_id, "index": ti.map_index, "state": ti.state, "tries": ti.try_number}
    for ti in run.get_task_instances()
]
with create_session() as session:
    events = [{"asset": event.uri, "extra": event.extra} for event in session.query(AssetEvent)]
print(json.dumps({"state": run.state, "tasks": tasks, "events": events}))
