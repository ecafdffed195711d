"""Re-key new marts for their projects and show them in Trino; the last line is a JSON document of what was served."""

import argparse
import json
import sys

from khlang import settings
from khlang.errors import KhlangError
from khlang.serve.service import serve


def main() -> int:
    """Serve, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domain", help="only its marts")
    domain = parser.parse_args().domain
    try:
        served = serve(settings.load(), domain=domain)
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"decisions": served}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
