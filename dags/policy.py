"""policy: close projects whose last day is over, give and take every right as of today, prove rights that changed.

Every hour. Every step of a project, and every start of the servers, does the same at once; this is for the days that
pass by themselves. So a pool that is new does not begin with it.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from khlang_dags import DAG_DEFAULTS
from khlang_dags.job import Job
from khlang_dags.outcome import nothing

hourly = CronTriggerTimetable("7 * * * *", timezone="UTC", run_immediately=timedelta(0))
# A first run waits for the clock only where no start date says that there were hours before.
with DAG("policy", schedule=hourly, tags=["hop:serve"], doc_md=__doc__, **(DAG_DEFAULTS | {"start_date": None})):
    Job(task_id="apply", script="policy", result=nothing)
