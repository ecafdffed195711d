"""Which encoding a text file is in, and its bytes as UTF-8; two encodings in one file are refused by row."""

import codecs
import re

from khlang.errors import InputError

MARKS = ((codecs.BOM_UTF8, "utf-8", "UTF-8 (BOM)"), (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
         (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"))  # fmt: skip
NAMES = {"utf-8": "UTF-8", "cp874": "Windows-874", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE"}
_CHOICES = {"utf8": "utf-8", "cp874": "cp874", "windows874": "cp874", "tis620": "cp874", "iso885911": "cp874",
            "utf16": "utf-16-le", "utf16le": "utf-16-le", "utf16be": "utf-16-be"}  # fmt: skip
SAVE = "บันทึกใหม่เป็น CSV UTF-8 / Save it again as CSV UTF-8."
# What Thai offices write beside Thai and ASCII; text that is valid UTF-8 but holds none of it is Windows-874 by chance.
_LIKELY = re.compile("[\u00a0-\u00ff\u0e00-\u0e7f\u2000-\u206f\u20ac\u3000\ufe00-\uffef]")


def chosen(name: str) -> str:
    """The codec of an encoding that the official named.

    Raises:
        InputError: It is none that is read.
    """
    codec = _CHOICES.get(re.sub(r"[^a-z0-9]", "", name.lower()))
    if codec is None:
        raise InputError(
            "ไม่รู้จักรหัสอักขระนั้น / That encoding is not known.",
            "ใช้ / Use: utf-8, windows-874, tis-620, utf-16-le, utf-16-be.",
            code="SEAL-ENCODING",
        )
    return codec


def marked(start: bytes) -> tuple[str, str, int] | None:
    """Codec, name and length of a byte-order mark, or what looks like UTF-16 without one."""
    for mark, codec, name in MARKS:
        if start.startswith(mark):
            return codec, name, len(mark)
    even, odd = start[0:2000:2], start[1:2000:2]
    if start.count(0):  # the upper half of an ASCII letter; that of a Thai one is 0x0E
        if (odd.count(0) + odd.count(14)) * 2 > len(odd):
            return "utf-16-le", NAMES["utf-16-le"], 0
        if (even.count(0) + even.count(14)) * 2 > len(even):
            return "utf-16-be", NAMES["utf-16-be"], 0
    return None


def guessed(sample: bytes) -> str:
    """``utf-8`` or ``cp874`` for bytes of which some are not ASCII; the sample may end within a letter."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError as fault:
        # Thai letters that read as UTF-8 before the fault: it is UTF-8, and the fault is met when its row is read.
        before = sample[: fault.start].decode("utf-8", "ignore")
        return "utf-8" if any("\u0e00" <= letter <= "\u0e7f" for letter in before) else "cp874"
    if _LIKELY.search(text) or not _reads(sample, "cp874"):
        return "utf-8"
    return "cp874"


def utf8(data: bytes, codec: str, file: str, first_row: int) -> bytes:
    """Whole rows as UTF-8.

    Args:
        data: Bytes in the codec.
        codec: Of ``NAMES``.
        file: For the message.
        first_row: Number of the first row in ``data``.

    Raises:
        InputError: The bytes are not of that encoding; names the row.
    """
    if codec in {"utf-8", "cp874"} and data.isascii():
        return data
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as fault:
        newline = "\n".encode(codec)
        row = first_row + data.count(newline, 0, fault.start)
        raise InputError(
            f"{file} แถว {row}: รหัสอักขระอ่านไม่ได้หรือปนกัน / row {row}: the encoding is mixed or unknown.",
            SAVE,
            code="SEAL-ENCODING",
        ) from None
    return data if codec == "utf-8" else text.encode("utf-8")


def _reads(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
