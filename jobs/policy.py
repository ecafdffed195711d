"""Close projects that are over, give and take rights as of today, prove changed ones; prints what closed or is full."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.orchestration import job
from khlang.policy import usage
from khlang.projects import keeping, proving


def work(_: Namespace) -> dict[str, Any]:
    """Apply."""
    here = settings.load()
    closed = [("closed", name) for name in keeping.keep(here)]
    full = [("over its room", name) for name in sorted(usage.full(here))]
    if proving.due(here):
        proof = proving.prove(here, job.say)
        job.say(proof.told())
    return {"decisions": [{"dataset": name, "verdict": verdict} for verdict, name in closed + full]}


if __name__ == "__main__":
    sys.exit(job.run(work, ArgumentParser(description=__doc__)))
