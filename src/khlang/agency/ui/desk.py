"""What lies on the desk: one chosen file, what was asked of it, and what can be done with what is sealed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import manifest, private
from khlang.agency import approval, receipts, sending, submission
from khlang.agency.checking import check, page, telling
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.agency.questions import UnansweredError
from khlang.agency.reading import Finding, ReadOptions, mapping, workbook
from khlang.agency.ui.drawer import LIMIT, Drawer
from khlang.agency.ui.form import Upload
from khlang.agency.ui.work import Bench, Work
from khlang.contracts import Column
from khlang.errors import InputError
from khlang.web.language import Language


@dataclass(frozen=True)
class Asked:
    """The file that lies here, and what is to become of it."""

    file: Path
    dataset: str = ""
    period: str = ""
    sheet: str = ""
    accept: frozenset[str] = frozenset()

    def options(self) -> ReadOptions:
        """As readers take it."""
        return ReadOptions(sheet=self.sheet or None, accept=self.accept)


@dataclass
class Seen:
    """What is known of the file by now: the preview, and questions that only sealing could raise."""

    preview: dict[str, Any] | None = None
    report: str = ""
    questions: tuple[Finding, ...] = field(default=())


class Desk:
    """The state behind the page; one file and one piece of work at a time.

    Args:
        home: The agency's folder.
        gateway: Opens a client, in place of the real one for tests.
        limit: The largest file that is taken, in bytes.
    """

    def __init__(self, home: Home, *, gateway: Callable[[Home], Gateway] = Gateway, limit: int = LIMIT) -> None:
        self.home, self.lang, self._gateway = home, "th", gateway
        self.drawer, self.bench = Drawer(home.path, limit=limit), Bench()
        self.asked: Asked | None = None
        self.seen = Seen()
        self.last: tuple[str, str] | None = None  # dataset and period that were sealed or chosen before

    def language(self) -> Language:
        """In which the pages are."""
        return "en" if self.lang == "en" else "th"

    def clear(self) -> None:
        """Put the file away for good."""
        self.drawer.clear()
        self.asked, self.seen = None, Seen()

    def upload(self, sent: Upload) -> None:
        """Take a file in place of the one before, and look at it."""
        self.bench.idle()
        self.asked, self.seen = None, Seen()
        self.asked = Asked(self.drawer.keep(sent))

    def check(self, dataset: str, period: str, *, sheet: str = "", accept: frozenset[str] = frozenset()) -> None:
        """Look at the file; nothing is sealed."""
        self.bench.idle()
        self.asked = replace(self._held(), dataset=dataset, period=period, sheet=sheet, accept=accept)
        self.seen, self.last = Seen(), (dataset, period)
        self.bench.start(Work("check", "/preview"), self._check)

    def again(self) -> None:
        """Look at the file once more, asked as before."""
        held = self._held()
        self.check(held.dataset, held.period, sheet=held.sheet, accept=held.accept)

    def seal(self, letter: str, accept: frozenset[str] = frozenset()) -> None:
        """Seal what was looked at, and put the file away."""
        self.bench.idle()
        self.asked = replace(self._held(), accept=self._held().accept | accept)
        self.bench.start(Work("seal", "/submissions"), lambda work: self._seal(work, letter))

    def send(self, wanted: str) -> None:
        """Send one sealed submission, from where an earlier try came to."""
        folder = receipts.find(self.home, an_id(wanted))
        self.bench.start(Work("send", f"/receipt/{folder.name}"), lambda work: self._send(work, folder))

    def refresh(self) -> None:
        """Ask the pool what became of everything that was sent."""
        self.bench.start(Work("refresh", "/submissions"), self._refresh)

    def approve(self, wanted: str, name: str, role: str, key: Ed25519PrivateKey | None = None) -> None:
        """Sign what waits, as the second person."""
        approval.approve(self.home, approval.find(self.home, an_id(wanted)), name=name, role=role, key=key)

    def headers(self) -> tuple[list[str], list[Column]]:
        """Headers of the file that no column claims, and columns that no header names."""
        held = self._held()
        table, kept = self.home.bundle().table(held.dataset), mapping.load(self.home.path, held.dataset)
        return mapping.look(held.file, table, replace(held.options(), mapping=kept))

    def map(self, chosen: Mapping[str, str]) -> None:
        """Keep which header is which column, and look again."""
        held = self._held()
        free, _ = self.headers()
        kept = mapping.load(self.home.path, held.dataset) or {}
        pairs = [f"{header}={column}" for column, header in chosen.items() if header]
        made = mapping.checked(pairs, [*free, *kept], self.home.bundle().table(held.dataset))
        before = {header: name for header, name in kept.items() if name not in set(made.values())}
        mapping.save(self.home.path, held.dataset, before | made)
        self.again()

    def sheets(self) -> list[str]:
        """The sheets of the file, where it is a workbook with several."""
        names = workbook.sheet_names(self.asked.file) if self.asked and self.asked.file.exists() else []
        return names if len(names) > 1 else []

    def _held(self) -> Asked:
        if self.asked is None or not self.asked.file.exists():
            raise InputError("ยังไม่ได้เลือกไฟล์ / No file was chosen.", "เลือกไฟล์ก่อน / Choose one first.", code="UI-FILE")
        return self.asked

    def _check(self, work: Work) -> None:
        held = self._held()
        told = check(self.home, [held.file], dataset=held.dataset, period=held.period, options=held.options(),
                     tell=work.tell)  # fmt: skip
        said = telling.document(told)
        report = page.page(said, told.table)
        private.write(self.home.path / "reports" / f"check-{held.dataset}-{told.period}.html", report)
        self.seen = Seen(said, report)

    def _seal(self, work: Work, letter: str) -> None:
        held = self._held()
        try:
            submission.seal(
                self.home, held.file, dataset=held.dataset, period=held.period, options=held.options(),
                letter=letter or None, tell=lambda _, rows, total: work.tell(rows, total),
            )  # fmt: skip
        except UnansweredError as error:
            self.seen.questions = error.findings
            raise
        self.clear()

    def _send(self, work: Work, folder: Path) -> None:
        made = manifest.parse((folder / "manifest.json").read_bytes())
        total = sum(part["bytes"] for part in manifest.files(made))
        come: dict[str, int] = {}

        def tell(part: str, come_to: int) -> None:
            come[part] = come_to
            work.tell(sum(come.values()), total)

        with self._gateway(self.home) as gateway:
            work.stop = gateway.stop
            sending.send(self.home, folder, gateway=gateway, tell=tell)

    def _refresh(self, work: Work) -> None:
        sent = [folder for folder in self.home.submissions() if (folder / sending.RECEIPT).exists()]
        with self._gateway(self.home) as gateway:
            for number, folder in enumerate(sent, start=1):
                sending.status(self.home, [folder], gateway)
                work.tell(number, len(sent))


def an_id(text: str) -> str:
    """An id, never a path: ``receipts.find`` would take one.

    Raises:
        InputError: It is none.
    """
    if not text or not all(letter in "0123456789abcdef" for letter in text):
        raise InputError(
            "ไม่พบชุดส่งนี้ / There is no such submission.", "กลับไปที่รายการ / Go back to the list.", code="UI-ID"
        )
    return text
