"""common: load places, fiscal periods, population and code lists whose file or contract changed, and show them.

Once when it is first seen, then daily: they change with a new checkout only. A table that was loaded anew starts the
marts that name it.
"""

from airflow.sdk import DAG, AssetAlias

from khlang_dags import DAG_DEFAULTS
from khlang_dags.job import Job
from khlang_dags.outcome import nothing

with DAG("common", schedule="15 3 * * *", tags=["hop:link"], doc_md=__doc__, **DAG_DEFAULTS):
    load = Job(task_id="load", script="common", pool="marts", outlets=[AssetAlias("common")], result=nothing)
    # No mart is of a domain of this name: it only registers what was written.
    show = Job(task_id="show", script="serve", pool="marts", arguments=["--domain", "common"], result=nothing)
    load >> show
