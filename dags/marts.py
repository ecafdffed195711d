"""marts_<domain>: answer the domain's questions again for each period of which all inputs are ready, and serve them.

Starts when any input table changed, of the agencies' or of common data. One run at a time: events that come
meanwhile make one more run.
"""

from functools import reduce
from operator import or_

from airflow.sdk import DAG, AssetAlias

from khlang_dags import DAG_DEFAULTS, INDEX, Document, asset
from khlang_dags.job import Job
from khlang_dags.outcome import nothing


def read(lists: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Layer and name of what a domain's marts read."""
    layers = {"curated": "inputs", "common": "common", "links": "links"}
    return [(layer, name) for layer, kind in layers.items() for name in lists[kind]]


for domain, lists in INDEX["domains"].items():
    with DAG(
        f"marts_{domain}",
        schedule=reduce(or_, [asset(*named) for named in read(lists)]),
        tags=["hop:marts", "hop:serve", f"domain:{domain}"],
        doc_md=__doc__,
        **DAG_DEFAULTS,
    ):
        mine: Document = {"arguments": ["--domain", domain], "result": nothing, "max_active_tis_per_dag": 1}
        marts = Job(task_id="marts", script="marts", pool="marts", **mine)
        serve = Job(task_id="serve", script="serve", outlets=[AssetAlias("mart")], **mine)
        marts >> serve
