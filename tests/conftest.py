"""What every kind of test can ask for."""

import os

from hypothesis import HealthCheck, settings

# A test's JVM reads a few rows: threads that collect garbage on every core would only be in the way. Whatever a test
# starts takes it up: Spark in this process, jobs, the servers of a stack.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:+UseSerialGC")

# A module that another one imports stands before it: pytest rewrites the assertions of what it loads first.
pytest_plugins = [
    "tests.provoked",
    "tests.grouping",
    "tests.stackfixture",
    "tests.minio_fixture",
    "tests.curatekit",
    "tests.landkit",
    "tests.martkit",
    "tests.servekit",
    "tests.attackkit",
    "tests.demofixture",
    "tests.browserfixture",
]

# How long an example takes says what else the machine does, and nothing about the code.
settings.register_profile("khlang", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("khlang")
