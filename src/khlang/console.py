"""Thai on every console: what is printed never ends a command, whatever code page the office's PC has.

A stream that cannot hold Thai at all (cp1252, ASCII) is written as UTF-8: question marks help nobody. One that can
(cp874) keeps its code page, so that other programs of the PC can read it, and a sign it lacks (→, ✗) becomes ``?``.
"""

import io
from collections.abc import Iterable
from typing import TextIO

_THAI = "กุญแจ"


def speak_thai(streams: Iterable[TextIO]) -> None:
    """Make streams ready for Thai; one that is not a text file of Python's own stays as it is."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            try:
                _THAI.encode(stream.encoding)
            except (UnicodeEncodeError, LookupError):
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="replace")
