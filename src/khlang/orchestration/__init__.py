"""What stands between the contracts and Airflow: the index that the DAG files read."""
