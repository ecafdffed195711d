"""Curate all that is pending of one dataset; the last line of output is a JSON document of the decisions."""

import argparse
import json
import sys

from khlang import session, settings
from khlang.curation.service import curate
from khlang.errors import KhlangError


def main() -> int:
    """Parse, open the session, curate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, help="name of a dataset with a contract")
    dataset = parser.parse_args().dataset
    here = settings.load()
    try:
        spark = session.spark(here, f"curate {dataset}")
        decisions = curate(dataset, here, spark, log=lambda line: print(line, flush=True))
    except KhlangError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"decisions": decisions}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
