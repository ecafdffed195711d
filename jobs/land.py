"""Land all that waits: ``--list`` prints batches, ``--batch`` decides one. The last line of output is a JSON document.

A refusal is a decision, and exit code 0; only a fault of ours is another one.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.landing import land
from khlang.orchestration import job


def work(given: Namespace) -> dict[str, Any]:
    """What waits, or what became of it."""
    where = land.hall(settings.load())
    if given.batch is None or given.list:
        return {"batches": land.batches(where)}
    dataset = json.loads(given.batch)["dataset"] if given.batch.startswith("{") else given.batch
    return {"decisions": land.land(where, dataset)}


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print what waits, a batch a dataset")
    parser.add_argument("--batch", help="a dataset's name, or one batch of --list as JSON")
    sys.exit(job.run(work, parser))
