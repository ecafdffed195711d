"""Curate all that is pending of one dataset; the last line of output is a JSON document of the decisions."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import session, settings
from khlang.curation.service import curate
from khlang.orchestration import job


def work(given: Namespace) -> dict[str, Any]:
    """Open the session, curate."""
    here = settings.load()
    spark = session.spark(here, f"curate {given.dataset}")
    return {"decisions": curate(given.dataset, here, spark, log=job.say)}


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, help="name of a dataset with a contract")
    sys.exit(job.run(work, parser))
