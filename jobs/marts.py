"""Rebuild what is stale of a domain's marts; the last line of output is a JSON document of what was built."""

import argparse
import json
import sys

from khlang import settings
from khlang.errors import KhlangError
from khlang.link.service import link


def main() -> int:
    """Parse, build, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domain", required=True, help="a domain with marts")
    parser.add_argument("--as-of", help="look at no period after this one, YYYY-MM")
    given = parser.parse_args()
    try:
        built = link(settings.load(), domain=given.domain, as_of=given.as_of)
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"decisions": built}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
