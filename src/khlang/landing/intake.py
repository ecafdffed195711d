"""Bodies of parts on their way in: what has arrived lies in a private folder, so that a sender who was cut goes on.

The length of a file here is the only note of how far a part has come: it survives a killed gateway by itself, and
whatever a crash of the machine does to it is met by the part's SHA-256. Only ciphertext ever lies here.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import time
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from starlette.requests import ClientDisconnect

from khlang import private
from khlang.errors import IntegrityError, KhlangError, SequenceError, ServiceError
from khlang.landing.refusal import refusal

IDLE_SECONDS = 30.0  # without one byte
GRACE_SECONDS, FLOOR_BYTES = 60.0, 8 << 10  # after the grace, the average a second that keeps a place
AT_ONCE, AT_ONCE_EACH = 16, 4  # bodies being received: of all agencies, of one
UNFINISHED_EACH = 64  # parts of one agency that lie here half
KEEP_SECONDS = 7 * 86_400  # a half part without a new byte
SPARE_BYTES = 1 << 30  # that stay free on the disk
READ_BYTES = 1 << 20
_SAFE = re.compile(r"[^a-z0-9-]")


@dataclass(eq=False)
class _Turn:
    """The right to write one file; ``clock`` ends the one who has it, when time is up or another takes it over."""

    lock: asyncio.Lock
    clock: asyncio.Timeout | None = None


class Intake:
    """The folder of unfinished parts of one gateway process."""

    def __init__(self, folder: Path) -> None:
        self._folder = private.folder(folder)
        self._receiving: Counter[str] = Counter()
        self._turns: weakref.WeakValueDictionary[Path, _Turn] = weakref.WeakValueDictionary()
        self.sweep()

    def path(self, agency: str, key: str, sha256: str) -> Path:
        """Where a part of this key and stated hash is gathered."""
        name = hashlib.sha256(f"{key}\0{sha256}".encode()).hexdigest()
        return self._folder / f"{_SAFE.sub('_', agency)}.{name}.part"

    def received(self, path: Path) -> int:
        """How many bytes are here."""
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0

    def sweep(self) -> None:
        """Take away what nobody has gone on with."""
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.suffix != ".part" or time.time() - path.stat().st_mtime > KEEP_SECONDS:
                    path.unlink()

    @contextlib.contextmanager
    def place(self, agency: str) -> Iterator[None]:
        """Hold one of the few places for a body.

        Raises:
            ServiceError: All are taken, or too much of this agency lies half, or the disk is nearly full.
        """
        if self._receiving[agency] >= AT_ONCE_EACH or self._receiving.total() >= AT_ONCE:
            raise busy("BUSY", "เกตเวย์กำลังรับข้อมูลเต็มจำนวน", "The gateway is receiving as much as it may.")
        self._room(agency)
        self._receiving[agency] += 1
        try:
            yield
        finally:
            self._receiving[agency] -= 1

    def _room(self, agency: str) -> None:
        if len(list(self._folder.glob(f"{_SAFE.sub('_', agency)}.*.part"))) >= UNFINISHED_EACH:
            self.sweep()
            raise busy("UNFINISHED", "มีไฟล์ส่วนที่ส่งค้างอยู่มากเกินไป", "Too many parts of this agency lie unfinished.")
        if shutil.disk_usage(self._folder).free < SPARE_BYTES:
            raise busy("SPOOL-FULL", "พื้นที่พักข้อมูลของเกตเวย์ใกล้เต็ม", "The gateway's disk is nearly full.")

    @contextlib.asynccontextmanager
    async def gathered(
        self, path: Path, chunks: AsyncIterator[bytes], *, offset: int, limit: int
    ) -> AsyncIterator[tuple[BinaryIO, str, int]]:
        """Gather a body from an offset on; a later request for the same file takes it over from an earlier one.

        Gives the whole file, its hex SHA-256 and size. When the block ends, or refuses it, the file is gone; when it
        fails for another reason it stays: the sender need not send it again.

        Raises:
            SequenceError: ``offset`` is not how far the file has come.
            IntegrityError: The body is larger than ``limit``.
            ServiceError: The sender is too slow, was cut off or taken over, or the disk is full; what arrived stays.
        """
        turn = self._turns.get(path) or _Turn(asyncio.Lock())
        self._turns[path] = turn
        if turn.clock is not None:
            turn.clock.reschedule(asyncio.get_running_loop().time())
        async with turn.lock:
            if offset not in {0, self.received(path)}:
                raise _elsewhere()
            digest, size = await self._received(path, chunks, offset=offset, limit=limit, turn=turn)
            try:
                with path.open("rb") as file:
                    yield file, digest, size
            except ServiceError:  # ours: the sender need not send it again
                raise
            except KhlangError:
                path.unlink(missing_ok=True)
                raise
            path.unlink(missing_ok=True)

    async def _received(
        self, path: Path, chunks: AsyncIterator[bytes], *, offset: int, limit: int, turn: _Turn
    ) -> tuple[str, int]:
        try:
            return await self._append(path, chunks, offset=offset, limit=limit, turn=turn)
        except TimeoutError:
            raise busy("SLOW", "การส่งช้าเกินไปหรือขาดตอน", "The sender was too slow, or sends anew.") from None
        except ClientDisconnect:
            raise busy("CUT", "การส่งขาดตอน", "The connection was cut.") from None
        except OSError:
            raise busy("SPOOL-FULL", "เกตเวย์เขียนข้อมูลพักไม่ได้", "The gateway cannot write to its disk.") from None
        finally:
            turn.clock = None

    async def _append(
        self, path: Path, chunks: AsyncIterator[bytes], *, offset: int, limit: int, turn: _Turn
    ) -> tuple[str, int]:
        loop = asyncio.get_running_loop()
        digest = await asyncio.to_thread(_digest, path, offset)
        began, size = loop.time(), offset
        with _opened(path, offset) as file:
            async with asyncio.timeout(IDLE_SECONDS) as clock:
                turn.clock = clock
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        path.unlink()
                        raise too_large()
                    file.write(chunk)
                    digest.update(chunk)
                    pace = began + GRACE_SECONDS + (size - offset) / FLOOR_BYTES
                    clock.reschedule(min(loop.time() + IDLE_SECONDS, pace))
        return digest.hexdigest(), size


def _opened(path: Path, offset: int) -> BinaryIO:
    """Open for writing at an offset; what lies beyond it is cut off."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.ftruncate(handle, offset)
    os.lseek(handle, offset, os.SEEK_SET)
    return os.fdopen(handle, "wb")


def _digest(path: Path, size: int) -> "hashlib._Hash":
    digest = hashlib.sha256()
    if size:
        with path.open("rb") as file:
            while chunk := file.read(READ_BYTES):
                digest.update(chunk)
    return digest


def _elsewhere() -> KhlangError:
    return refusal(
        SequenceError,
        "PART-OFFSET",
        th="ตำแหน่งที่ส่งต่อไม่ตรงกับที่เกตเวย์มี",
        en="The gateway has come to another place in this part.",
        remedy="ส่งซ้ำ ระบบจะส่งต่อจากที่ค้าง / Send again: it resumes.",
    )


def busy(code: str, th: str, en: str) -> KhlangError:
    """The refusal of what may be sent again a little later."""
    return refusal(ServiceError, code, th=th, en=en, remedy="ส่งซ้ำ ระบบจะส่งต่อจากที่ค้าง / Send again: it resumes.")


def too_large() -> KhlangError:
    """The refusal of a body beyond its limit."""
    return refusal(
        IntegrityError,
        "PART-SIZE",
        th="ข้อมูลที่ส่งใหญ่กว่า 128 MB ต่อไฟล์ส่วน",
        en="The body is larger than a part may be (128 MB).",
        remedy="ปิดผนึกใหม่ด้วยโปรแกรมรุ่นล่าสุด / Seal again with the current tool.",
    )
