"""Rebuild what is stale of a domain's marts; the last line of output is a JSON document of what was built."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.link.service import link
from khlang.orchestration import job


def work(given: Namespace) -> dict[str, Any]:
    """Build."""
    return {"decisions": link(settings.load(), domain=given.domain, as_of=given.as_of)}


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--domain", required=True, help="a domain with marts")
    parser.add_argument("--as-of", help="look at no period after this one, YYYY-MM")
    sys.exit(job.run(work, parser))
