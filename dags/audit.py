"""audit: hold the ledger of queries against chain, gateway and rules, tell owners of it, let canaries try the rules.

Every night. A gap turns it red: docs/how-to/audit.md says what to do. A pool that is new does not begin with it.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from khlang_dags import DAG_DEFAULTS
from khlang_dags.job import Job
from khlang_dags.outcome import nothing

nightly = CronTriggerTimetable("47 18 * * *", timezone="UTC", run_immediately=timedelta(0))
with DAG("audit", schedule=nightly, tags=["hop:serve"], doc_md=__doc__, **(DAG_DEFAULTS | {"start_date": None})):
    Job(task_id="verify", script="audit", result=nothing)
