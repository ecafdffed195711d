"""A part and its key lie apart: the age header, which alone holds the key of the part, in a bucket of its own.

An age file is a header of some hundred bytes (the file's key, wrapped for the month's recipient) and a body that only
this key opens. The body goes to ``landing``, which is locked and may be backed up; the header to ``headers``, which is
neither. A header that is deleted makes its part unreadable for everybody, whoever holds the month's identity: that is
how one submission's key is destroyed while the month's others live (docs/decisions/124-withdrawal.md).
Format of the header: https://age-encryption.org/v1
"""

import io
import os
import re
from typing import TYPE_CHECKING, BinaryIO

from khlang import lake, store
from khlang.errors import IntegrityError
from khlang.landing.refusal import refusal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAGIC = b"age-encryption.org/v1\n"
LONGEST = 16 << 10
_BLOCK = 1 << 20
_END = re.compile(rb"\n--- [A-Za-z0-9+/]{43}\n")


def split(file: BinaryIO, name: str) -> bytes:
    """The header at the beginning of a part.

    Raises:
        IntegrityError: The file is not encrypted with age: it has no key that could be taken away.
    """
    file.seek(0)
    start = file.read(LONGEST)
    end = _END.search(start)
    if not start.startswith(MAGIC) or end is None:
        raise refusal(
            IntegrityError,
            "PART-FORM",
            th=f"ไฟล์ส่วน {name} ไม่ได้เข้ารหัสแบบ age",
            en=f"Part {name} is not encrypted with age.",
            remedy="ปิดผนึกใหม่แล้วส่ง / Seal again, then send.",
        )
    return start[: end.end()]


class Body(io.RawIOBase):
    """A file from some byte on, as the object store's client reads it: seekable, its own beginning at 0."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file, self._start = file, start
        self.seek(0)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Bytes from here on; a megabyte where few are asked for: the SDK sends as it reads, 16 KB at a time."""
        return self._file.read(max(size, _BLOCK) if size > 0 else size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte, counted from the body's beginning."""
        return self._file.seek(offset + self._start if whence == os.SEEK_SET else offset, whence) - self._start

    def tell(self) -> int:
        """Where it is, counted from the body's beginning."""
        return self._file.tell() - self._start


def whole(s3: "S3Client", place: lake.Submission, name: str) -> bytes | None:
    """A part as it was sent: header and body; None where there is no body.

    Raises:
        IntegrityError: Its header was destroyed.
    """
    key = place.landing_key(name)
    body = store.get(s3, lake.LANDING, key)
    if body is None:
        return None
    header = store.get(s3, lake.HEADERS, key)
    if header is None:
        raise refusal(
            IntegrityError,
            "PART-KEY",
            th=f"กุญแจของไฟล์ส่วน {name} ถูกทำลายแล้ว",
            en=f"The key of part {name} was destroyed.",
            remedy="ปิดผนึกใหม่แล้วส่ง / Seal again, then send.",
        )
    return header + body


def destroy(s3: "S3Client", place: lake.Submission) -> int:
    """Delete the headers of a submission; how many there were."""
    return store.delete_prefix(s3, lake.HEADERS, place.prefix + "/")
