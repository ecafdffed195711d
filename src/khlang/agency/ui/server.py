"""The loopback server: every request passes the doorkeeper, then one small function answers it."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from khlang import manifest
from khlang.agency import approval, printing, receipts, sending
from khlang.agency.ui import pages, security
from khlang.agency.ui.desk import Desk
from khlang.agency.ui.script import SCRIPT
from khlang.errors import AccessError, InputError, KhlangError

_LARGEST_FORM = 1 << 16


class Server(ThreadingHTTPServer):
    """Listens on this machine only."""

    daemon_threads = True

    def __init__(self, desk: Desk, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.desk, self.door = desk, security.Doorkeeper(self.server_port)

    @property
    def link(self) -> str:
        """The address that opens the page, once."""
        return f"http://127.0.0.1:{self.server_port}/?token={self.door.token}"


class Handler(BaseHTTPRequestHandler):
    """One request; nothing of it is logged, for the link's token is in one."""

    server: Server
    server_version, sys_version, timeout = "khlang", "", 60

    def log_message(self, *_: object) -> None:  # the link's token would be in it
        """Say nothing."""

    def do_GET(self) -> None:
        """Pages, the script, progress."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Forms."""
        self._answer(self._post)

    def do_PUT(self) -> None:
        """The file."""
        self._answer(self._put)

    def _answer(self, do: Any) -> None:
        try:
            self.server.door.host(self.headers.get("Host", ""), self.headers.get("Origin"))
            given = parse_qs(urlsplit(self.path).query)
            if self.command == "GET" and "token" in given:
                self._go("/", {"Set-Cookie": self.server.door.enter(given["token"][0])})
                return
            self.server.door.session(self.headers.get("Cookie", ""))
            do(urlsplit(self.path).path, given)
        except KhlangError as fault:
            self.close_connection = True
            self._page("error", pages.error(self._words(), fault), 403 if isinstance(fault, AccessError) else 400)

    def _get(self, path: str, given: dict[str, list[str]]) -> None:
        del given
        desk, w, csrf = self.server.desk, self._words(), self.server.door.csrf
        head, _, rest = path.strip("/").partition("/")
        if path == "/":
            self._page("step1", pages.start(w, self._datasets()))
        elif path == "/app.js":
            self._send(200, SCRIPT, "text/javascript")
        elif path == "/progress":
            work = desk.work
            told = {"done": work.done, "total": work.total, "ended": work.ended} if work else {"ended": True}
            then = "/" if work is None else "/failed" if work.error else work.then
            self._send(200, json.dumps(told | {"then": then}), "application/json")
        elif path == "/working" and desk.work:
            self._page("working", pages.working(w, desk.work.what))
        elif path == "/failed" and desk.work and desk.work.error:
            self._page("error", pages.error(w, desk.work.error))
        elif path == "/preview" and desk.preview and desk.asked:
            asked = {"dataset": desk.asked.dataset, "period": desk.asked.period}
            self._page("step2", pages.preview(w, desk.preview, desk.report, asked, csrf))
        elif path == "/submissions":
            lines = sending.status(desk.home, desk.home.submissions(), None)
            waiting = [manifest.parse((one / "manifest.json").read_bytes()) for one in approval.pending(desk.home)]
            self._page("step3", pages.submissions(w, lines, waiting, csrf))
        elif head == "receipt":
            self._page("receipt", pages.receipt(w, self._receipt(rest)))
        elif head == "language" and rest in {"th", "en"}:
            desk.lang = rest
            self._go("/")
        else:
            raise InputError("ไม่พบหน้านี้ / There is no such page.", "เริ่มใหม่ / Begin anew.", code="UI-PAGE")

    def _post(self, path: str, given: dict[str, list[str]]) -> None:
        size = self._size()
        if size > _LARGEST_FORM:
            raise InputError("แบบฟอร์มใหญ่เกินไป / The form is too large.", "เริ่มใหม่ / Begin anew.", code="UI-FORM")
        given = parse_qs(self.rfile.read(size).decode("utf-8", "replace"))

        def one(name: str) -> str:
            return given.get(name, [""])[0]

        self.server.door.form(one("csrf"))
        desk = self.server.desk
        if path == "/check":
            before = desk.asked.accept if desk.asked else frozenset()
            desk.check(one("dataset"), one("period"), before | frozenset(given.get("accept", [])))
        elif path == "/seal":
            desk.seal(one("letter"))
        elif path == "/send":
            desk.send(one("submission"))
        elif path == "/approve":
            desk.approve(one("submission"), one("name"), one("role"))
            self._go("/submissions")
            return
        else:
            raise InputError("ไม่พบหน้านี้ / There is no such page.", "เริ่มใหม่ / Begin anew.", code="UI-PAGE")
        self._go("/working")

    def _put(self, path: str, given: dict[str, list[str]]) -> None:
        self.server.door.form(self.headers.get("X-Khlang-CSRF", ""))
        if path != "/upload":
            raise InputError("ไม่พบหน้านี้ / There is no such page.", "เริ่มใหม่ / Begin anew.", code="UI-PAGE")
        self.server.desk.upload(given.get("name", [""])[0], self.rfile, self._size())
        self._send(200, "{}", "application/json")

    def _receipt(self, submission: str) -> str:
        home, lang = self.server.desk.home, self.server.desk.language()
        folder = next((one for one in home.submissions() if one.name == submission), None)
        said = sending.kept(home, folder) if folder else None
        if said is None:
            raise InputError(
                "ยังไม่มีใบรับของชุดนี้ / There is no receipt of it here.", "ส่งก่อน / Send it first.", code="UI-RECEIPT"
            )
        verified = home.bundle().receipt_key is not None
        return printing.as_html(receipts.page(home, said, lang=lang, verified=verified))

    def _datasets(self) -> list[tuple[str, str]]:
        bundle, thai = self.server.desk.home.bundle(), self.server.desk.language() == "th"
        return [(one.name, one.title_th if thai else one.title_en) for one in bundle.contracts.by_agency(bundle.agency)]

    def _size(self) -> int:
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else 0

    def _words(self) -> pages.Words:
        return pages.Words(self.server.desk.language())

    def _page(self, title: str, body: str, status: int = 200) -> None:
        # Who is refused at the door is given no form token.
        csrf = self.server.door.csrf if status == 200 else ""
        w = self._words()
        self._send(status, pages.frame(w, w(title), body, csrf), "text/html")

    def _go(self, place: str, more: dict[str, str] | None = None) -> None:
        self._send(303, "", "text/html", {"Location": place} | (more or {}))

    def _send(self, status: int, text: str, kind: str, more: dict[str, str] | None = None) -> None:
        data = text.encode("utf-8")
        self.send_response(status)
        facts = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(data))}
        for name, value in (facts | security.headers(text) | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
