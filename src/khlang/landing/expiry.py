"""What the keeper ends: a month after its correction window, and an agency's credential.

A month ends in an order that can be cut off anywhere and called again: it is listed as closed first (nothing is taken
for it any more), then its secret is destroyed, then what was opened of it and the keys of its parts are deleted.
"""

import json
import os
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from khlang import lake, private, store
from khlang.errors import UsageError
from khlang.landing import registry
from khlang.period import last_day
from khlang.settings import CORRECTION_DAYS, Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def due(settings: Settings, *, today: date, days: int = CORRECTION_DAYS) -> list[str]:
    """Months whose identity is still here and whose correction window is over, in order."""
    months = sorted(path.stem for path in (settings.secrets / "month").glob("*.identity"))
    return [month for month in months if last_day(month) + timedelta(days=days) < today]


def close(settings: Settings, months: Iterable[str], *, today: date) -> list[str]:
    """Take nothing more for these months, and destroy the secrets that open them.

    The file is overwritten before it is deleted; whether the disk keeps the old bytes is for its encryption.

    Returns:
        The months that are closed now and were not before.
    """
    wanted = sorted(months)
    known = registry.closed(settings)
    fresh = [month for month in wanted if month not in known]
    listed = known | dict.fromkeys(fresh, today.isoformat())
    private.write(settings.registry / "closed.json", json.dumps(listed, indent=1, sort_keys=True) + "\n", mode=0o644)
    known_keys = {"recipients": registry.recipients(settings), "link-recipients": registry.link_recipients(settings)}
    for name, keys in known_keys.items():
        left = {month: key for month, key in keys.items() if month not in listed}
        private.write(settings.registry / f"{name}.json", json.dumps(left, indent=1) + "\n", mode=0o644)
    for month in listed:
        for kind in ("month", "link"):
            _destroy(settings.secrets / kind / f"{month}.identity")
    return fresh


def delete_opened(s3: "S3Client", months: Iterable[str]) -> int:
    """Delete the opened copies of these months; how many objects there were. Takes the role ``land``."""
    wanted = set(months)
    keys = [key for key in store.list_keys(s3, lake.LAKE, "accepted/") if key.split("/")[3] in wanted]
    folders = {"/".join(key.split("/")[:5]) + "/" for key in keys}
    return sum(store.delete_prefix(s3, lake.LAKE, folder) for folder in sorted(folders))


def delete_headers(s3: "S3Client", months: Iterable[str]) -> int:
    """Delete the keys of all parts of these months; how many there were. Takes the role ``land``.

    The identity that opens them is gone already; a copy of it that somebody kept opens nothing without them.
    """
    wanted = set(months)
    keys = [key for key in store.list_keys(s3, lake.HEADERS) if key.split("/")[2] in wanted]
    folders = {"/".join(key.split("/")[:4]) + "/" for key in keys}
    return sum(store.delete_prefix(s3, lake.HEADERS, folder) for folder in sorted(folders))


def revoke(settings: Settings, agency: str) -> None:
    """Make an agency's credential worth nothing: its next request is refused, and so is what waits to be landed.

    Raises:
        UsageError: No such agency is enrolled.
    """
    path = settings.registry / "agencies" / f"{agency}.json"
    if agency not in registry.agencies(settings):
        raise UsageError(f"{agency} is not enrolled.", "See the registry's folder agencies.")
    entry = json.loads(path.read_text(encoding="utf-8")) | {"revoked": True}
    private.write(path, json.dumps(entry, indent=1) + "\n", mode=0o644)


def _destroy(path: Path) -> None:
    if path.exists():
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
