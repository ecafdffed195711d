"""A text file as blocks of whole rows, each with the number of its first row; bounded memory, any length."""

import codecs
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, TypeVar

from khlang.errors import InputError

BLOCK = 24 * 1024 * 1024
LONGEST = 1024 * 1024  # bytes of a row; a longer one is a quote that does not close

T = TypeVar("T")


def raw(stream: IO[bytes], *, size: int = BLOCK) -> Iterator[bytes]:
    """The stream in pieces."""
    while data := stream.read(size):
        yield data


def recoded(pieces: Iterator[bytes], codec: str, file: str, remedy: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8.

    Raises:
        InputError: A letter is broken; names the row.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    rows = 1
    for piece in pieces:
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError as fault:
            row = rows + fault.object[: fault.start].decode(codec, "ignore").count("\n")
            raise InputError(
                f"{file} แถว {row}: รหัสอักขระอ่านไม่ได้ / row {row}: the encoding is broken.",
                remedy,
                code="SEAL-ENCODING",
            ) from None
        rows += text.count("\n")
        yield text.encode("utf-8")


def whole_rows(pieces: Iterator[bytes], quote: bytes) -> Iterator[tuple[bytes, bool]]:
    """Cut behind the last row of each piece that ends outside quotes.

    Yields:
        Whole rows, and False; where a row does not end within ``LONGEST`` bytes all that is left, and True.
    """
    left = b""
    for more in pieces:
        data = left + more
        end = _end(data, quote)
        left = data[end:]
        if end:
            yield data[:end], False
        if len(left) > LONGEST:
            yield left, True
            return
    left = left.removesuffix(b"\x1a")  # how DOS programs end a text
    if left:
        yield left + b"\n", left.count(quote) % 2 == 1


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, each made by a thread while the one before is used."""
    with ThreadPoolExecutor(1) as pool:
        waiting: Future[T | None] = pool.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, items, None)
            yield item


def _end(data: bytes, quote: bytes) -> int:
    end = data.rfind(b"\n") + 1
    if not end or quote not in data:
        return end
    while end and data.count(quote, 0, end) % 2:
        # Inside quotes: the row begins before the quote that opens here.
        end = data.rfind(b"\n", 0, data.rfind(quote, 0, end)) + 1
    return end
