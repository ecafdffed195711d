"""Say in Trino what the views mean; the last line of output is a JSON document of which were told."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.orchestration import job
from khlang.serve.service import describe


def work(_: Namespace) -> dict[str, Any]:
    """Describe."""
    return {"decisions": describe(settings.load())}


if __name__ == "__main__":
    sys.exit(job.run(work, ArgumentParser(description=__doc__)))
