"""What a browser posts: short fields, and one file that is streamed to its place; pure but for the stream it reads.

Our own form names the file last. So its size follows from the length of the request, and nothing has to be searched
for in it: the bytes are passed on as they come, and the boundary behind them is held against what it must be.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import BinaryIO
from urllib.parse import parse_qs

from khlang.errors import InputError

LARGEST_FIELDS = 1 << 16
_CHUNK = 1 << 20
_BOUNDARY = re.compile(r'boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?')
_NAME, _FILE = re.compile(r';\s*name="([^"]*)"'), re.compile(r';\s*filename="([^"]*)"')


@dataclass
class Upload:
    """A file that is still in the stream: the fields before it, its name as given, its size; and what is left of it."""

    fields: dict[str, list[str]]
    name: str
    size: int
    _stream: BufferedIOBase
    _tail: bytes

    def __post_init__(self) -> None:
        self._left = self.size + len(self._tail)

    def save(self, target: BinaryIO) -> None:
        """Pass the bytes on.

        Raises:
            InputError: They did not come whole.
        """
        target.writelines(self._pieces(len(self._tail)))
        if b"".join(self._pieces(0)) != self._tail:
            raise cut()

    def drain(self) -> None:
        """Read what is left and forget it: a browser reads no answer before it has sent all.

        Not a byte more: nobody sends it, and who waits for it gives no answer at all.
        """
        for _ in self._pieces(0):
            pass

    def _pieces(self, until: int) -> Iterator[bytes]:
        while self._left > until:
            chunk = self._stream.read(min(_CHUNK, self._left - until))
            if not chunk:
                raise cut()
            self._left -= len(chunk)
            yield chunk


def fields(stream: BufferedIOBase, size: int) -> dict[str, list[str]]:
    """The fields of a form without a file.

    Raises:
        InputError: It is larger than any of ours.
    """
    if size > LARGEST_FIELDS:
        raise InputError("แบบฟอร์มใหญ่เกินไป / The form is too large.", "เริ่มใหม่ / Begin anew.", code="UI-FORM")
    return parse_qs(stream.read(size).decode("utf-8", "replace"), keep_blank_values=True)


def upload(stream: BufferedIOBase, size: int, kind: str) -> Upload:
    """Read a form up to the first byte of its file.

    Args:
        stream: The body.
        size: Its length, as the request states it.
        kind: The request's ``Content-Type``.

    Raises:
        InputError: It is not such a form.
    """
    found = _BOUNDARY.search(kind)
    if not kind.startswith("multipart/form-data") or not found:
        raise cut()
    boundary = b"--" + found[1].encode("ascii")
    left = _Left(stream, min(size, LARGEST_FIELDS))
    if left.line().rstrip() != boundary:
        raise cut()
    read: dict[str, list[str]] = {}
    while True:
        name, file = _named(left.line)
        if file is not None:
            tail = b"\r\n" + boundary + b"--\r\n"
            begun = min(size, LARGEST_FIELDS) - left.count
            return Upload(read, file, max(0, size - begun - len(tail)), stream, tail)
        read.setdefault(name, []).append(_value(left.line, boundary))


class _Left:
    """Lines of the part of a body that holds no file, and how many bytes of it there may still be."""

    def __init__(self, stream: BufferedIOBase, count: int) -> None:
        self._stream, self.count = stream, count

    def line(self) -> bytes:
        line = self._stream.readline(self.count) if self.count else b""
        if not line:
            raise cut()
        self.count -= len(line)
        return line


def _named(line: Callable[[], bytes]) -> tuple[str, str | None]:
    """A part's name, and its file's where it is one; browsers write both as UTF-8 and a quote within as ``%22``."""
    lines = []
    while one := line().strip():
        lines.append(one)
    head = b"\n".join(lines).decode("utf-8", "replace")
    name, file = _NAME.search(head), _FILE.search(head)
    return name[1] if name else "", file[1].replace("%22", "") if file else None


def _value(line: Callable[[], bytes], boundary: bytes) -> str:
    lines = []
    while (one := line()).rstrip(b"\r\n") != boundary:
        lines.append(one)
    return b"".join(lines).removesuffix(b"\r\n").decode("utf-8", "replace")


def cut() -> InputError:
    """The refusal of a file that did not come whole."""
    return InputError("ไฟล์มาไม่ครบ / The file did not come whole.", "เลือกใหม่ / Choose it again.", code="UI-UPLOAD")
