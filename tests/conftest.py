"""What every kind of test can ask for."""

pytest_plugins = [
    "tests.curatekit",
    "tests.landkit",
    "tests.minio_fixture",
    "tests.stackfixture",
    "tests.servekit",
    "tests.demofixture",
]
