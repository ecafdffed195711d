"""Where the chosen file lies while it is looked at and sealed: private, one at a time, gone afterwards."""

import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from khlang import private
from khlang.agency.ui import form, security
from khlang.agency.ui.form import Upload
from khlang.errors import InputError, SequenceError, SetupError

LIMIT = 2 << 30  # bytes; a workbook ends far below, and what is larger is a file that a program wrote: see the terminal
_SPARE = 1 << 30  # bytes of disk that sealing may need beside the file


class Drawer:
    """One agency's drawer; while it is open no second page of the same agency is.

    Args:
        home: The agency's folder.
        limit: The largest file, in bytes.

    Raises:
        SequenceError: The page is open already.
    """

    def __init__(self, home: Path, *, limit: int = LIMIT) -> None:
        self.limit, self._folder = limit, home / "ui"
        self._lock = _locked(home / "ui.lock")
        self.clear()

    def keep(self, sent: Upload) -> Path:
        """Write a file as it comes, in a folder that only its owner can enter, in place of the one before.

        Raises:
            InputError: It is empty or too large, its name cannot be used, or it did not come whole.
            SetupError: The disk cannot hold it.
        """
        bare = security.file_name(sent.name)
        self._fits(sent.size)
        self.clear()
        path = private.folder(private.folder(self._folder) / secrets.token_hex(8)) / bare
        try:
            with _private(path) as file:
                sent.save(file)
        except OSError as fault:  # it filled up meanwhile, or the browser is gone
            self.clear()
            raise (_no_room() if private.full(fault) else form.cut()) from None
        except BaseException:
            self.clear()
            raise
        return path

    def clear(self) -> None:
        """Remove every file: nothing of one outlives its sealing, or this program."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Remove every file, and let another page be opened."""
        self.clear()
        self._lock.close()

    def _fits(self, size: int) -> None:
        if not size:
            raise InputError("ไฟล์ว่างเปล่า / The file is empty.", "เลือกไฟล์อื่น / Choose another one.", code="UI-EMPTY")
        if size > self.limit:
            raise InputError(
                f"ไฟล์ใหญ่เกิน {self.limit >> 20:,} MB / The file is larger than {self.limit >> 20:,} MB.",
                "แบ่งไฟล์ หรือให้ฝ่ายไอทีส่งด้วย khlang agency seal / Split it, or let your IT team use: khlang agency seal",
                code="UI-LARGE",
            )
        if shutil.disk_usage(self._folder.parent).free < size + _SPARE:
            raise _no_room()


def _no_room() -> SetupError:
    return SetupError(
        "เนื้อที่ดิสก์ของเครื่องนี้ไม่พอ / This machine's disk is too full.",
        "เพิ่มที่ว่าง (ราวสองเท่าของไฟล์) แล้วเลือกใหม่ / Free about twice the file's size and choose it again.",
        code="UI-DISK",
    )


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _locked(path: Path) -> BinaryIO:
    """Hold a file as long as this process lives; the system lets go of it, whatever ends the process."""
    file = path.open("a+b")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise SequenceError(
            "หน้าของหน่วยงานนี้เปิดอยู่แล้ว / The page of this agency is open already.",
            "กลับไปที่หน้านั้น หรือปิดก่อน / Go back to it, or close it first.",
            code="UI-OPEN",
        ) from None
    return file
