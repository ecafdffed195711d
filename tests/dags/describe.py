"""Run by Airflow's Python: what the DAG files make, as JSON, and the seconds they take to parse."""

import json
import time

from airflow.sdk import BaseOperator  # the import that every DAG file needs; it is not counted

assert BaseOperator
from airflow.dag_processing.dagbag import DagBag  # noqa: E402
from airflow.sdk import DAG  # noqa: E402
from airflow.sdk.definitions.asset import BaseAsset  # noqa: E402
from airflow.serialization.encoders import coerce_to_core_timetable  # noqa: E402
from airflow.timetables.base import TimeRestriction  # noqa: E402


def leaves(condition: BaseAsset) -> list[str]:
    parts = getattr(condition, "objects", None)
    return [condition.name] if parts is None else sorted(name for part in parts for name in leaves(part))


def due(dag: DAG) -> bool | None:
    """Whether a DAG that was never seen before starts at once; None of one that waits for events."""
    restriction = TimeRestriction(earliest=dag.start_date, latest=None, catchup=dag.catchup)
    first = coerce_to_core_timetable(dag.timetable).next_dagrun_info(
        last_automated_data_interval=None, restriction=restriction
    )
    return None if first is None else first.run_after.timestamp() <= time.time()


bag = None
begun = time.monotonic()
bag = DagBag()
seconds = time.monotonic() - begun
dags = {}
for name, dag in bag.dags.items():
    condition = getattr(dag.timetable, "asset_condition", None)
    dags[name] = {
        "tasks": {
            task.task_id: {
                "downstream": sorted(task.downstream_task_ids),
                "retries": task.retries,
                "outlets": [outlet.name for outlet in task.outlets],
                "mapped": task.is_mapped,
                "slots": task.max_active_tis_per_dag,
                "script": getattr(task, "script", None) or getattr(task, "partial_kwargs", {}).get("script"),
                "arguments": list(getattr(task, "arguments", ())),
            }
            for task in dag.tasks
        },
        "max_active_runs": dag.max_active_runs,
        "paused": bool(dag.is_paused_upon_creation),
        "catchup": dag.catchup,
        "due": due(dag),
        "schedule": str(dag.schedule) if condition is None else type(condition).__name__,
        "assets": [] if condition is None else leaves(condition),
    }
print(json.dumps({"errors": bag.import_errors, "dags": dags, "seconds": seconds}))
