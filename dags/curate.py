"""curate_<dataset>, one DAG a contract: all pending submissions of a dataset, through the gate, period by period.

Starts when a submission of the dataset was accepted. Only what the gate promoted makes an event of
``curated/<dataset>``. One run and one task at a time: a table has one writer.
"""

from airflow.sdk import DAG, AssetAlias

from khlang_dags import DAG_DEFAULTS, INDEX, asset
from khlang_dags.job import Job
from khlang_dags.verdicts import verdict

for dataset in INDEX["datasets"]:
    name = dataset["name"]
    with DAG(
        f"curate_{name}",
        schedule=[asset("accepted", name)],
        tags=["hop:curate", f"domain:{dataset['domain']}", f"agency:{dataset['agency']}"],
        doc_md=__doc__,
        **DAG_DEFAULTS,
    ):
        curate = Job(
            task_id="curate",
            script="curate",
            arguments=["--dataset", name],
            outlets=[AssetAlias("curated")],
            max_active_tis_per_dag=1,
            pool="curate",
        )
        verdict.expand(decision=curate.output)
