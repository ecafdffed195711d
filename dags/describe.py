"""describe: say in Trino what each view that is served, and each of its columns, means.

After anything was served, and every night, for a meaning changes with a new checkout only. Apart from serving: nobody
who waits for an answer waits for this.
"""

from datetime import timedelta
from functools import reduce
from operator import or_

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable

from khlang_dags import DAG_DEFAULTS, INDEX, asset
from khlang_dags.job import Job
from khlang_dags.outcome import nothing

nightly = CronTriggerTimetable("53 3 * * *", timezone="UTC", run_immediately=timedelta(0))
schedule = AssetOrTimeSchedule(timetable=nightly, assets=reduce(or_, [asset("mart", name) for name in INDEX["served"]]))
with DAG("describe", schedule=schedule, tags=["hop:serve"], doc_md=__doc__, **(DAG_DEFAULTS | {"start_date": None})):
    Job(task_id="describe", script="describe", pool="marts", result=nothing)
