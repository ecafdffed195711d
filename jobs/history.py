"""Take into the histories what curate promoted or withdrew; the last line of output is a JSON document of it."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.link.history.service import take_in
from khlang.orchestration import job


def work(_: Namespace) -> dict[str, Any]:
    """Take in."""
    return {"decisions": take_in(settings.load())}


if __name__ == "__main__":
    sys.exit(job.run(work, ArgumentParser(description=__doc__)))
