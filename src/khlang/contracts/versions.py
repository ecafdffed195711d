"""Earlier versions of a table that are served beside the newest one."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Previous:
    """An earlier version that is served ``until`` a day; ``columns``: how each of its own comes of the new ones."""

    version: int
    until: dt.date
    columns: Mapping[str, str]


def serving(previous: Iterable[Previous], today: dt.date) -> tuple[Previous, ...]:
    """Those whose last day has not passed."""
    return tuple(each for each in previous if today <= each.until)
