"""How much room each project's own tables took when they were last measured: a small file, read when rights compile."""

import json
from collections.abc import Mapping
from pathlib import Path

from khlang import private
from khlang.errors import IntegrityError
from khlang.policy import book
from khlang.settings import Settings

MEGABYTE = 1_000_000


def path(settings: Settings) -> Path:
    """Where it stands: beside the projects' books."""
    return settings.registry / "scratch.json"


def read(settings: Settings) -> dict[str, int]:
    """Project → bytes.

    Raises:
        IntegrityError: Somebody wrote into it: without it nobody knows who is over.
    """
    if not path(settings).exists():
        return {}
    try:
        return {str(name): int(size) for name, size in json.loads(path(settings).read_bytes()).items()}
    except (ValueError, AttributeError, TypeError):
        raise IntegrityError(
            "What projects' own tables take is not readable: registry/scratch.json.",
            "Remove the file and run: khlang policy apply",
            code="SCRATCH-USAGE",
        ) from None


def write(settings: Settings, measured: Mapping[str, int]) -> None:
    """Replace it by what was measured now."""
    private.write(path(settings), json.dumps(dict(sorted(measured.items()))) + "\n")


def full(settings: Settings) -> frozenset[str]:
    """The projects whose own tables take more than was asked for; raises as :func:`read`, and as reading the books."""
    measured, known = read(settings), book.every(settings)
    return frozenset(
        name for name, size in measured.items() if name in known and size > known[name].asked.scratch_mb * MEGABYTE
    )
