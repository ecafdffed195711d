"""The loopback server: every request passes the doorkeeper, then a view or an action answers it."""

import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from khlang.agency.ui import actions, form, security
from khlang.agency.ui.answer import Answer, go
from khlang.agency.ui.desk import Desk
from khlang.agency.ui.views import Views
from khlang.errors import AccessError, KhlangError
from khlang.web import headers


class Server(ThreadingHTTPServer):
    """Listens on this machine only."""

    daemon_threads = True
    # On Windows it would let another program listen on the same port beside this one.
    allow_reuse_address = os.name != "nt"

    def __init__(self, desk: Desk, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.desk, self.door = desk, security.Doorkeeper(self.server_port)
        self.views = Views(desk, self.door.csrf)

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
        """Pages, style, script, progress."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Forms, and the file."""
        self._answer(self._post)

    def _answer(self, do: Callable[[], Answer]) -> None:
        inside = False
        try:
            self._ours()
            answer = self._enter()
            if answer is None:
                self.server.door.session(self.headers.get("Cookie", ""))
                inside = True
                answer = do()
        except KhlangError as fault:
            self.close_connection = True
            inside = inside and not isinstance(fault, AccessError)
            page = self.server.views.refused(fault, inside=inside)
            answer = Answer(page.encode("utf-8"), status=400 if inside else 403)
        self._send(answer)

    def _ours(self) -> None:
        door, host = self.server.door, self.headers.get("Host", "")
        door.host(host)
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")
        door.origin(host, origin, site, changes=self.command != "GET")

    def _enter(self) -> Answer | None:
        token = self._query("token") if self.command == "GET" else ""
        return go("/", {"Set-Cookie": self.server.door.enter(token)}) if token else None

    def _get(self) -> Answer:
        return self.server.views.get(urlsplit(self.path).path, self._query("lang"))

    def _post(self) -> Answer:
        path, size = urlsplit(self.path).path, self._size()
        if path == "/file":
            return self._file(size)
        fields = form.fields(self.rfile, size)
        self.server.door.form(actions.one(fields, "csrf"))
        if path == "/quit":
            self.server.desk.bench.stop()
            return Answer(self.server.views.closed().encode("utf-8"), last=True)
        return actions.post(self.server.desk, path, fields)

    def _file(self, size: int) -> Answer:
        sent = form.upload(self.rfile, size, self.headers.get("Content-Type", ""))
        self.server.door.form(actions.one(sent.fields, "csrf"))
        try:
            return actions.file(self.server.desk, sent)
        except KhlangError:
            sent.drain()  # the browser reads no answer before it has sent all
            raise

    def _query(self, name: str) -> str:
        return parse_qs(urlsplit(self.path).query).get(name, [""])[0]

    def _size(self) -> int:
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else 0

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        page = answer.body if answer.kind.startswith("text/html") else b""
        facts = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body))}
        for name, value in (facts | headers.of(page.decode("utf-8")) | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        if answer.last:
            self.wfile.flush()
            threading.Thread(target=self.server.shutdown, daemon=True).start()
