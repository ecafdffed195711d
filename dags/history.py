"""history: take each month that was promoted, corrected or withdrawn into the histories, and serve them.

Paused until somebody asks for histories (``make demo HISTORY=1``, or the switch on Airflow's page); what came
meanwhile is taken in by the first run. One run at a time: events that come meanwhile make one more run.
"""

from functools import reduce
from operator import or_

from airflow.sdk import DAG, AssetAlias

from khlang_dags import DAG_DEFAULTS, INDEX, Document, asset
from khlang_dags.job import Job
from khlang_dags.outcome import nothing

with DAG(
    "history",
    schedule=reduce(or_, [asset("curated", name) for name in INDEX["history"]["inputs"]]),
    is_paused_upon_creation=True,
    tags=["hop:link", "hop:serve"],
    doc_md=__doc__,
    **DAG_DEFAULTS,
):
    mine: Document = {"result": nothing, "max_active_tis_per_dag": 1, "pool": "marts"}
    take_in = Job(task_id="take_in", script="history", **mine)
    serve = Job(
        task_id="serve", script="serve", arguments=["--domain", "history"], outlets=[AssetAlias("mart")], **mine
    )
    take_in >> serve
