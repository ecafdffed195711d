"""Link rows without a usable CID by their comparison keys, then destroy the keys; the last line of output is JSON."""

import argparse
import sys

from khlang import settings
from khlang.errors import KhlangError
from khlang.link.second import service


def main() -> int:
    """Link, print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        told = service.link(service.bench(settings.load()), log=lambda line: print(line, flush=True))
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(service.document(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
