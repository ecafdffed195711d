"""What an office hands to a keeper as a file of JSON: its enrolment, its approver's key."""

import json
from pathlib import Path
from typing import Any

from khlang.errors import InputError


def read(path: Path, *names: str) -> dict[str, Any]:
    """The file's fields.

    Args:
        path: As it was handed over.
        names: The fields that it must have.

    Raises:
        InputError: It is no JSON object, or lacks one of them.
    """
    try:
        asked = json.loads(path.read_bytes())
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or not set(names) <= asked.keys():
        raise InputError(
            f"{path.name} is no request with {', '.join(names)}.",
            "Ask the agency for the file that its command wrote, unchanged.",
            code="REQUEST-FILE",
        )
    return asked
