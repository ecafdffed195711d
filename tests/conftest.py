"""What every kind of test can ask for."""

pytest_plugins = ["tests.curatekit", "tests.stackfixture"]
