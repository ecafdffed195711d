"""Write the aliases of accepted bridges, or give everybody another pid; killed, it is run again with the same words.

``--bridges``; ``--pool EPOCH``: a new pool key; ``--compromised EPOCH``: what replaces a leaked one. Last line: JSON.
"""

import argparse
import json
import sys

from khlang import session, settings
from khlang.curation import rotate
from khlang.errors import KhlangError


def main() -> int:
    """Parse, open the session, rotate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--bridges", action="store_true")
    what.add_argument("--pool", metavar="EPOCH")
    what.add_argument("--compromised", metavar="EPOCH")
    asked = parser.parse_args()
    here = settings.load()
    try:
        spark = session.spark(here, "rotate")
        if asked.bridges:
            counts = rotate.bridges(here, spark)
        else:
            counts = rotate.rotate(
                here, spark, "pool" if asked.pool else "compromised", asked.pool or asked.compromised
            )
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"counts": counts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
