"""Take into the histories what curate promoted or withdrew; the last line of output is a JSON document of it."""

import argparse
import json
import sys

from khlang import settings
from khlang.errors import KhlangError
from khlang.link.history.service import take_in


def main() -> int:
    """Take in, print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        built = take_in(settings.load())
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"decisions": built}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
