"""second: link records without a usable CID by their comparison keys, destroy the keys, and show who may be whom.

The job is that of `khlang pool second`. Paused until offices send names for it: switch it on then on Airflow's page
(`make demo SECOND=1` does). A withdrawn or replaced submission starts it as well, and its links are taken out.
"""

from functools import reduce
from operator import or_

from airflow.sdk import DAG, AssetAlias

from khlang_dags import DAG_DEFAULTS, INDEX, Document, asset
from khlang_dags.job import Job
from khlang_dags.outcome import nothing

ROUTED: list[str] = INDEX["second"]

with DAG(
    "second",
    schedule=reduce(or_, [asset("curated", name) for name in ROUTED]) if ROUTED else None,
    is_paused_upon_creation=True,
    tags=["hop:link", "hop:serve"],
    doc_md=__doc__,
    **DAG_DEFAULTS,
):
    mine: Document = {"result": nothing, "max_active_tis_per_dag": 1, "pool": "marts"}
    link = Job(task_id="link", script="link_second", outlets=[AssetAlias("links")], **mine)
    serve = Job(task_id="serve", script="serve", arguments=["--domain", "links"], outlets=[AssetAlias("mart")], **mine)
    link >> serve
