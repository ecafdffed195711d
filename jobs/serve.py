"""Re-key new marts for their projects and show them in Trino; the last line is a JSON document of what was served."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.orchestration import job
from khlang.serve.service import serve


def work(given: Namespace) -> dict[str, Any]:
    """Serve."""
    return {"decisions": serve(settings.load(), domain=given.domain)}


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--domain", help="only its marts")
    sys.exit(job.run(work, parser))
