"""Seal and send: the only code that ever sees a citizen ID. No JVM, no Spark, no Airflow, no pandas."""
