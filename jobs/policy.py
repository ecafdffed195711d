"""Close projects whose last day is over, and give and take every right as of today; prints what was closed as JSON."""

import argparse
import json
import sys

from khlang import settings
from khlang.errors import KhlangError
from khlang.projects import keeping


def main() -> int:
    """Apply, print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        closed = keeping.keep(settings.load())
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"decisions": [{"dataset": name, "verdict": "closed"} for name in closed]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
