"""What a request is answered with."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """One answer: its status, its bytes and what they are."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    last: bool = False  # the program ends once it is sent


def go(place: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Send the browser on."""
    return Answer(status=303, headers={"Location": place} | dict(headers or {}))
