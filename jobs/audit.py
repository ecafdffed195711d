"""Hold the ledger of queries against everything it can be held against, then tell it by the table ops.column_uses."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import contracts, settings
from khlang.orchestration import job
from khlang.projects import proving
from khlang.serve import uses, verifying


def work(_: Namespace) -> dict[str, Any]:
    """Verify; a gap ends it before the table is written."""
    here = settings.load()
    head = verifying.require(here, job.say)
    rows = uses.write(here, contracts.load(here.contracts), uses.events(here))
    proof = proving.prove(here, job.say)  # rules that nobody changed: Trino may have been
    job.say(proof.told())
    return {"decisions": [{"dataset": uses.NAME, "verdict": "written", "entries": head.number, "rows": rows}]}


if __name__ == "__main__":
    sys.exit(job.run(work, ArgumentParser(description=__doc__)))
