"""What is shown at each address; nothing here changes anything but the language."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from khlang import manifest
from khlang import period as period_
from khlang.agency import approval, approver, printing, receipts, sending
from khlang.agency.ui.answer import Answer, go
from khlang.agency.ui.desk import Desk, an_id
from khlang.agency.ui.pages import choose, look, sent
from khlang.agency.ui.pages.choose import Choices, Help
from khlang.agency.ui.pages.markup import Page, frame, script
from khlang.agency.ui.words import Words
from khlang.errors import InputError, KhlangError
from khlang.web import markup

MONTHS = 13  # that can be chosen: a year back, as far as an honest correction goes


class Views:
    """The pages of one desk.

    Args:
        desk: The state.
        csrf: The token that every form carries.
    """

    def __init__(self, desk: Desk, csrf: str) -> None:
        self._desk, self._csrf = desk, csrf
        self._at: dict[str, Callable[[str], Answer]] = {
            "": self._choose,
            "ui.css": lambda _: Answer(markup.style().encode("utf-8"), "text/css; charset=utf-8"),
            "ui.js": lambda _: Answer(script().encode("utf-8"), "text/javascript; charset=utf-8"),
            "progress": self._progress,
            "working": self._working,
            "failed": self._failed,
            "preview": self._preview,
            "report": self._report,
            "submissions": self._submissions,
            "approve": self._approve,
            "receipt": self._receipt,
        }

    def get(self, path: str, lang: str = "") -> Answer:
        """The answer at an address.

        Raises:
            KhlangError: There is no such page, or nothing to show on it.
        """
        if lang in {"th", "en"}:
            self._desk.lang = lang
            return go(path)
        head, _, rest = path.strip("/").partition("/")
        if head not in self._at:
            raise _no_page()
        return self._at[head](rest)

    def refused(self, fault: KhlangError, *, inside: bool) -> str:
        """The page of a refusal; who stands outside the door is given no form and no token."""
        csrf = self._csrf if inside else ""
        return frame(self._words(), choose.refusal(self._words(), fault, Help(), csrf), csrf)

    def closed(self) -> str:
        """The last page."""
        w = self._words()
        return frame(w, Page(w("closed"), f"<p>{w('closedhint')}</p>"), "")

    def _page(self, page: Page) -> Answer:
        return Answer(frame(self._words(), page, self._csrf).encode("utf-8"))

    def _choose(self, _: str) -> Answer:
        desk = self._desk
        page = choose.choose(
            self._words(), self._choices(), self._csrf, limit=desk.drawer.limit,
            waiting=len(approval.pending(desk.home)), unsent=len(sending.unsent(desk.home)),
        )  # fmt: skip
        return self._page(page)

    def _progress(self, _: str) -> Answer:
        work = self._desk.bench.work
        facts = work.facts() if work else {"ended": True, "then": "/"}
        return Answer(json.dumps(facts).encode(), "application/json")

    def _working(self, _: str) -> Answer:
        work = self._desk.bench.work
        if work is None or work.ended:
            return go(work.facts()["then"] if work else "/")
        return self._page(choose.working(self._words(), work.kind, self._csrf))

    def _failed(self, _: str) -> Answer:
        work = self._desk.bench.work
        if work is None or work.error is None:
            return go("/")
        help_ = self._help(work.kind, work.error)
        return self._page(choose.refusal(self._words(), work.error, help_, self._csrf, work.kind))

    def _help(self, kind: str, fault: KhlangError) -> Help:
        desk = self._desk
        if kind == "send" and desk.bench.work:
            return Help(unsent=desk.bench.work.then.rpartition("/")[2])
        if desk.asked is None:
            return Help()
        choices = self._choices()
        if fault.code == "SEAL-COLUMN-MISSING":
            free, missing = desk.headers()
            return Help(choices, free=free, missing=missing)
        if fault.code in {"SEAL-SHEET", "SEAL-OTHER-DATASET"}:
            return Help(choices, sheets=desk.sheets())
        return Help(choices, questions=[(one.code, one.message) for one in desk.seen.questions])

    def _preview(self, _: str) -> Answer:
        desk = self._desk
        if desk.seen.preview is None or desk.asked is None:
            return go("/")
        page = look.look(
            self._words(), desk.seen.preview, self._choices(), self._csrf, sheets=desk.sheets(), sheet=desk.asked.sheet
        )
        return self._page(page)

    def _report(self, _: str) -> Answer:
        if not self._desk.seen.report:
            raise _no_page()
        return Answer(self._desk.seen.report.encode("utf-8"))

    def _submissions(self, _: str) -> Answer:
        home = self._desk.home
        lines = sending.status(home, home.submissions(), None)
        waiting = [_manifest(one) for one in approval.pending(home)]
        return self._page(sent.listed(self._words(), lines, waiting, self._titles(), self._csrf))

    def _approve(self, submission: str) -> Answer:
        folder = approval.find(self._desk.home, an_id(submission))
        keyed = approver.needed(self._desk.home)
        return self._page(sent.approval(self._words(), _manifest(folder), self._titles(), self._csrf, keyed=keyed))

    def _receipt(self, rest: str) -> Answer:
        home = self._desk.home
        submission, dot, kind = rest.partition(".")
        folder = next((one for one in home.submissions() if one.name == submission), None)
        said = sending.kept(home, folder) if folder else None
        if said is None:
            raise InputError(
                "ยังไม่มีใบรับของชุดนี้ / There is no receipt of it here.", "ส่งก่อน / Send it first.", code="UI-RECEIPT"
            )
        verified = home.bundle().receipt_key is not None
        page = receipts.page(home, said, lang=self._desk.language(), verified=verified)
        if dot and kind == "pdf":
            place = {"Content-Disposition": f'inline; filename="receipt-{submission[:12]}.pdf"'}
            return Answer(printing.as_pdf(page), "application/pdf", headers=place)
        pdf = all(importlib.util.find_spec(name) for name in ("fpdf", "uharfbuzz", "fontpkg_sarabun"))
        return self._page(sent.receipt(self._words(), printing.as_html(page), said, pdf=pdf))

    def _titles(self) -> dict[str, str]:
        bundle, w = self._desk.home.bundle(), self._words()
        return {one.name: w.pair((one.title_th, one.title_en)) for one in bundle.contracts.by_agency(bundle.agency)}

    def _choices(self) -> Choices:
        w, desk = self._words(), self._desk
        today = desk.home.today()
        month = f"{today.year:04d}-{today.month:02d}"
        months = [month]
        while len(months) < MONTHS:
            months.append(period_.previous(months[-1]))
        held = (desk.asked.dataset, desk.asked.period) if desk.asked else desk.last or ("", "")
        listed = [(one, f"{w.month(one)}") for one in months]
        return Choices(list(self._titles().items()), listed, held[0], held[1] or months[1])

    def _words(self) -> Words:
        return Words(self._desk.language())


def _manifest(folder: Path) -> dict[str, Any]:
    return dict(manifest.parse((folder / "manifest.json").read_bytes()))


def _no_page() -> InputError:
    return InputError("ไม่พบหน้านี้ / There is no such page.", "เริ่มใหม่ / Begin anew.", code="UI-PAGE")
