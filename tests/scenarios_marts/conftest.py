"""Spark on this machine, opened as a job opens it."""

import pytest
from pyspark.sql import SparkSession

from khlang import session, settings


@pytest.fixture(scope="session")
def spark() -> SparkSession:
    return session.spark(settings.load(), "tests", environ={})
