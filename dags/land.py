"""land: find complete submissions, verify and open them, accept or refuse each with a receipt.

One task a dataset, all datasets at once. An accepted submission makes an event of ``accepted/<dataset>``.
"""

import json

from airflow.sdk import DAG, AssetAlias

from khlang_dags import DAG_DEFAULTS, Document
from khlang_dags.job import Job
from khlang_dags.verdicts import collect, verdict


def batches(document: Document) -> list[list[str]]:
    """The arguments of one landing job a dataset."""
    return [["--batch", json.dumps(batch)] for batch in document["batches"]]


with DAG("land", schedule="*/5 * * * *", tags=["hop:land"], doc_md=__doc__, **DAG_DEFAULTS):
    find = Job(task_id="find", script="land", arguments=["--list"], result=batches)
    land = Job.partial(task_id="land", script="land", outlets=[AssetAlias("accepted")]).expand(arguments=find.output)
    verdict.expand(decision=collect(land.output))  # type: ignore[arg-type]  # XComArg stands for its value
