"""Land all that waits: ``--list`` prints batches, ``--batch`` decides one. The last line of output is a JSON document.

A refusal is a decision, and exit code 0; only a fault of ours is another one.
"""

import argparse
import json
import sys

from khlang import settings
from khlang.errors import KhlangError
from khlang.landing import land


def main() -> int:
    """Parse, call the package, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print what waits, a batch a dataset")
    parser.add_argument("--batch", help="a dataset's name, or one batch of --list as JSON")
    asked = parser.parse_args()
    try:
        where = land.hall(settings.load())
        if asked.batch is None or asked.list:
            print(json.dumps({"batches": land.batches(where)}))
            return 0
        dataset = json.loads(asked.batch)["dataset"] if asked.batch.startswith("{") else asked.batch
        print(json.dumps({"decisions": land.land(where, dataset)}, ensure_ascii=False))
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
