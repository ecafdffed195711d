"""Load common data that changed; the last line of output is a JSON document of what was written."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.link.service import load_common
from khlang.orchestration import job


def work(_: Namespace) -> dict[str, Any]:
    """Load."""
    return {"decisions": load_common(settings.load())}


if __name__ == "__main__":
    sys.exit(job.run(work, ArgumentParser(description=__doc__)))
