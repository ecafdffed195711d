"""What every kind of test can ask for."""

# A module that another one imports stands before it: pytest rewrites the assertions of what it loads first.
pytest_plugins = [
    "tests.grouping",
    "tests.stackfixture",
    "tests.minio_fixture",
    "tests.curatekit",
    "tests.landkit",
    "tests.servekit",
    "tests.demofixture",
]
