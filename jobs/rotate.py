"""Write the aliases of accepted bridges, or give everybody another pid; killed, it is run again with the same words.

``--bridges``; ``--pool EPOCH``: a new pool key; ``--compromised EPOCH``: what replaces a leaked one. Last line: JSON.
"""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import session, settings
from khlang.curation import rotate
from khlang.orchestration import job


def work(given: Namespace) -> dict[str, Any]:
    """Open the session, rotate."""
    here = settings.load()
    spark = session.spark(here, "rotate")
    if given.bridges:
        return {"counts": rotate.bridges(here, spark)}
    if given.pool:
        return {"counts": rotate.rotate(here, spark, "pool", given.pool)}
    return {"counts": rotate.rotate(here, spark, "compromised", given.compromised)}


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--bridges", action="store_true")
    what.add_argument("--pool", metavar="EPOCH")
    what.add_argument("--compromised", metavar="EPOCH")
    sys.exit(job.run(work, parser))
