"""What lies on the desk: one uploaded file, what was asked of it, and the one piece of work that is under way."""

import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from khlang import manifest, private
from khlang.agency import approval, receipts, sending, submission
from khlang.agency.checking import check, page, telling
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.agency.papers import Language
from khlang.agency.reading import ReadOptions
from khlang.agency.ui import security
from khlang.errors import InputError, KhlangError, SequenceError

_CHUNK = 1 << 20


@dataclass
class Work:
    """One piece of work: how far it came, where the browser goes afterwards, and the refusal if it ended in one."""

    what: str
    then: str
    done: int = 0
    total: int | None = None
    ended: bool = False
    error: KhlangError | None = None


@dataclass(frozen=True)
class Asked:
    """A file that lies here and what is to become of it."""

    file: Path
    dataset: str
    period: str
    accept: frozenset[str]


class Desk:
    """The state behind the page; one file and one piece of work at a time.

    Args:
        home: The agency's folder.
        gateway: Opens a client, in place of the real one for tests.
    """

    def __init__(self, home: Home, *, gateway: Callable[[Home], Gateway] = Gateway) -> None:
        self.home, self.lang, self._gateway = home, "th", gateway
        self.asked: Asked | None = None
        self.preview: dict[str, Any] | None = None
        self.report = ""
        self.work: Work | None = None
        self._lock = threading.Lock()
        self._drawer = home.path / "ui"
        self.clear()

    def language(self) -> Language:
        """In which the pages are."""
        return "en" if self.lang == "en" else "th"

    def clear(self) -> None:
        """Remove every uploaded file: nothing of one outlives its sealing, or this program."""
        shutil.rmtree(self._drawer, ignore_errors=True)
        self.asked = self.preview = None
        self.report = ""

    def upload(self, name: str, body: BufferedIOBase, size: int) -> None:
        """Keep a file as it comes, in a folder that only its owner can enter.

        Raises:
            InputError: Its name cannot be used, or it did not come whole.
            SequenceError: Work on another one is under way.
        """
        self._idle()
        bare = security.file_name(name)
        self.clear()
        private.folder(self._drawer)
        inner = self._drawer / secrets.token_hex(8)
        private.folder(inner)
        path = inner / bare
        with path.open("xb") as file:
            left = size
            while left and (chunk := body.read(min(_CHUNK, left))):
                file.write(chunk)
                left -= len(chunk)
        if left:
            self.clear()
            raise InputError(
                "ไฟล์มาไม่ครบ / The file did not come whole.", "เลือกใหม่ / Choose it again.", code="UI-UPLOAD"
            )
        path.chmod(0o600)
        self.asked = Asked(path, "", "", frozenset())

    def check(self, dataset: str, period: str, accept: frozenset[str]) -> None:
        """Look at the uploaded file; nothing is sealed."""
        held = self._held()
        self._idle()
        self.asked = Asked(held.file, dataset, period, accept)
        self._start(Work("check", "/preview"), self._check)

    def seal(self, letter: str) -> None:
        """Seal what was looked at, and remove the uploaded file."""
        self._held()
        self._start(Work("seal", "/submissions"), lambda work: self._seal(work, letter))

    def send(self, wanted: str) -> None:
        """Send one sealed submission."""
        folder = receipts.find(self.home, _id(wanted))
        self._start(Work("send", f"/receipt/{folder.name}"), lambda work: self._send(work, folder))

    def approve(self, wanted: str, name: str, role: str) -> None:
        """Sign what waits, as the second person."""
        approval.approve(self.home, approval.find(self.home, _id(wanted)), name=name, role=role)

    def _held(self) -> Asked:
        if self.asked is None or not self.asked.file.exists():
            raise InputError("ยังไม่ได้เลือกไฟล์ / No file was chosen.", "เลือกไฟล์ก่อน / Choose one first.", code="UI-FILE")
        return self.asked

    def _idle(self) -> None:
        if self.work and not self.work.ended:
            raise SequenceError("มีงานที่ยังไม่เสร็จ / Work is under way.", "รอให้เสร็จ / Wait for it.", code="UI-BUSY")

    def _start(self, work: Work, do: Callable[[Work], None]) -> None:
        with self._lock:
            self._idle()
            self.work = work

        def run() -> None:
            try:
                do(work)
            except KhlangError as error:
                work.error = error
            except Exception as error:  # noqa: BLE001 - a thread has nobody above it: its kind only, never a value
                work.error = InputError(
                    f"เกิดข้อผิดพลาด / It failed: {type(error).__name__}.", "ลองใหม่ / Try again.", code="UI-FAILED"
                )
            finally:
                work.ended = True

        threading.Thread(target=run, name=f"ui-{work.what}", daemon=True).start()

    def _check(self, work: Work) -> None:
        held = self._held()

        def tell(done: float, total: float | None) -> None:
            work.done, work.total = int(done), int(total) if total else None

        options = ReadOptions(accept=held.accept)
        seen = check(self.home, [held.file], dataset=held.dataset, period=held.period, options=options, tell=tell)
        self.preview = telling.document(seen)
        self.report = page.page(self.preview, seen.table)

    def _seal(self, work: Work, letter: str) -> None:
        held = self._held()

        def tell(step: str, rows: int, total: int | None) -> None:
            del step
            work.done, work.total = rows, total

        options = ReadOptions(accept=held.accept)
        submission.seal(
            self.home, held.file, dataset=held.dataset, period=held.period, options=options,
            letter=letter or None, tell=tell,
        )  # fmt: skip
        self.clear()

    def _send(self, work: Work, folder: Path) -> None:
        made = manifest.parse((folder / "manifest.json").read_bytes())
        work.total = sum(part["bytes"] for part in made["parts"])
        come: dict[str, int] = {}

        def tell(part: str, come_to: int) -> None:
            come[part] = come_to
            work.done = sum(come.values())

        with self._gateway(self.home) as gateway:
            sending.send(self.home, folder, gateway=gateway, tell=tell)


def _id(text: str) -> str:
    """An id, never a path: ``receipts.find`` would take one."""
    if not text or not all(letter in "0123456789abcdef" for letter in text):
        raise InputError(
            "ไม่พบชุดส่งนี้ / There is no such submission.", "กลับไปที่รายการ / Go back to the list.", code="UI-ID"
        )
    return text
