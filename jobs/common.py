"""Load common data that changed; the last line of output is a JSON document of what was written."""

import argparse
import json
import sys

from khlang import settings
from khlang.errors import KhlangError
from khlang.link.service import load_common


def main() -> int:
    """Load, print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        loaded = load_common(settings.load())
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"decisions": loaded}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
