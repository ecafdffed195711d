"""A zip of parts, read where it lies: nothing is unpacked, and what could only be meant to harm is refused."""

import contextlib
import stat
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from khlang.agency.reading.model import Opener, Part
from khlang.errors import InputError

MEMBERS = 1000
LARGEST = 64 * 1024**3  # bytes unpacked; 50 million rows are about 6 GB
RATIO = 200  # text packs to a tenth or twentieth, a bomb to a thousandth
_SMALL = 16 * 1024**2  # below this no ratio can do harm
IN_MEMORY = 512 * 1024**2  # of a workbook or a Parquet file within a zip


def members(path: Path, read: Callable[[str, Opener, Callable[[], bytes]], list[Part]]) -> list[Part]:
    """The parts of a zip in the order of their names.

    Args:
        path: The zip.
        read: Makes parts of a member's name, its stream and its bytes.

    Raises:
        InputError: It is damaged or has a password, a name leads outside, or it would unpack to too much.
    """
    try:
        with zipfile.ZipFile(path) as zipped:
            infos = [info for info in zipped.infolist() if not info.is_dir() and not _system(info.filename)]
            for info in infos:
                _check(path.name, info)
            if len(infos) > MEMBERS or sum(info.file_size for info in infos) > LARGEST:
                raise _bomb(path.name)
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise InputError(
            f"{path.name}: ไฟล์ zip เสียหาย / the zip is damaged.",
            "บีบอัดใหม่ / Zip the files again.",
            code="SEAL-DAMAGED",
        ) from None
    shown = sorted((_shown(info), info) for info in infos)
    return [
        part
        for name, info in shown
        for part in read(f"{path.name}/{name}", partial(_stream, path, info), partial(_whole, path, info))
    ]


@contextlib.contextmanager
def _stream(path: Path, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as zipped, zipped.open(info) as stream:
        yield stream


def _whole(path: Path, info: zipfile.ZipInfo) -> bytes:
    if info.file_size > IN_MEMORY:
        raise InputError(
            f"{path.name}: แฟ้มใน zip ใหญ่เกินไป / a workbook or Parquet file in the zip is too large.",
            "แตกไฟล์แล้วใช้ทั้งโฟลเดอร์ / Unpack it and name the folder.",
            code="SEAL-ZIP",
        )
    with _stream(path, info) as stream:
        return stream.read()


def _check(file: str, info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    outside = name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts
    if outside or stat.S_ISLNK(info.external_attr >> 16):
        raise InputError(
            f"{file}: ชื่อแฟ้มใน zip ชี้ออกนอกโฟลเดอร์ / a name in the zip leads outside its folder.",
            "อย่าใช้ไฟล์นี้ ตรวจที่มา / Do not use this file; ask where it came from.",
            code="SEAL-ZIP",
        )
    if info.flag_bits & 1:
        raise InputError(
            f"{file}: zip มีรหัสผ่าน / the zip has a password.",
            "บีบอัดใหม่โดยไม่ใส่รหัสผ่าน / Zip the files again without one.",
            code="SEAL-PASSWORD",
        )
    if info.file_size > _SMALL and info.file_size > RATIO * max(info.compress_size, 1):
        raise _bomb(file)


def _bomb(file: str) -> InputError:
    return InputError(
        f"{file}: zip นี้ขยายแล้วใหญ่ผิดปกติ / the zip would unpack to far more than it should.",
        "อย่าใช้ไฟล์นี้ ตรวจที่มา / Do not use this file; ask where it came from.",
        code="SEAL-ZIP",
    )


def _system(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith((".", "~$"))


def _shown(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800:
        return info.filename
    try:  # Windows in Thai writes its own code page; the library took it for DOS's
        return info.filename.encode("cp437").decode("cp874")
    except UnicodeError:
        return info.filename
