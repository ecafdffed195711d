"""policy: close projects whose last day is over, and give and take every right as of today.

Every hour. Every step of a project does the same at once; this is for the days that pass by themselves.
"""

from airflow.sdk import DAG

from khlang_dags import DAG_DEFAULTS
from khlang_dags.job import Job
from khlang_dags.outcome import nothing

with DAG("policy", schedule="7 * * * *", tags=["hop:serve"], doc_md=__doc__, **DAG_DEFAULTS):
    Job(task_id="apply", script="policy", result=nothing)
