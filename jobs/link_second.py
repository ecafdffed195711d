"""Link rows without a usable CID by their comparison keys, then destroy the keys; the last line of output is JSON."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from khlang import settings
from khlang.link.second import service
from khlang.orchestration import job


def work(_: Namespace) -> dict[str, Any]:
    """Link."""
    return service.document(service.link(service.bench(settings.load()), log=job.say))


if __name__ == "__main__":
    sys.exit(job.run(work, ArgumentParser(description=__doc__)))
