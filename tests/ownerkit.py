"""The owners' page of an installation without servers: two projects, accounts of two agencies and of a keeper."""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from tests import policykit
from tests.audit_memory import Memory

from khlang import settings as settings_
from khlang.audit.ledger import Ledger
from khlang.owners import app as app_
from khlang.owners.pages import BASE
from khlang.policy import book, people
from khlang.policy.life import Event
from khlang.settings import Settings
from khlang.stack import access, secrets

OWNER, OTHER, KEEPER = "mof.first", "sso.first", "keeper.first"
NAMES = (OWNER, OTHER, KEEPER)
PROJECT, LATER = "poverty", "debts"
ORIGIN, COOKIE = "https://testserver", "__Host-khlang"
KEY = Ed25519PrivateKey.generate()


def used(number: int, user: str = "analyst-a.poverty", table: str = "welfare_eligibility_v1") -> dict[str, Any]:
    """A query in the ledger, of a mart made of several agencies' data."""
    columns = ["debt_baht", "pid", "province_code"]
    read = {"catalog": "lake", "schema": "poverty", "table": table, "columns": columns, "filters": 0, "masks": 0}
    return {
        "kind": "completed", "query": f"20261201_0900{number:02d}_{number:05d}_abcde", "user": user,
        "state": "FINISHED",
        "at": f"2026-12-01T09:00:{number:02d}Z", "error": "", "sql": "SELECT", "tables": [read],
        "counts": {"outputRows": 12},
    }  # fmt: skip


@cache
def _template() -> Path:
    """Accounts and their hashes, made once: bcrypt is slow on purpose."""
    made = settings_.load({"KHLANG_VAR": tempfile.mkdtemp(prefix="khlang-owners-")})
    secrets.ensure(made)
    for name in NAMES:
        people.add(made, name, policykit.CONTRACTS, logins=())
    access.apply(made, policykit.START.date())
    atexit.register(shutil.rmtree, made.var)
    return made.var


def founded(var: Path, until: Any = "submit") -> Settings:
    """Books, accounts and their passwords."""
    shutil.copytree(_template(), var / "var")
    made = settings_.load({"KHLANG_VAR": str(var / "var")})
    put(made, PROJECT, policykit.events(until))
    put(made, LATER, policykit.events("consent", asked=policykit.request(name=LATER)))
    return made


def put(settings: Settings, name: str, events: Iterable[Event]) -> None:
    """Write a project's book."""
    for one in events:
        book.add(settings, name, lambda _, one=one: one)  # type: ignore[misc]


def page(settings: Settings, objects: Memory | None = None) -> FastAPI:
    """The page alone, its ledger in memory with three queries."""
    held = objects or Memory()
    ledger = Ledger(held, lambda: KEY)
    for number in range(1, 4):
        ledger.append(used(number))
    gateway = FastAPI()
    made = app_.create(settings, held, ledger)
    made.state.contracts = policykit.CONTRACTS
    gateway.mount(BASE, made)
    return gateway


def password(settings: Settings, name: str) -> str:
    """What a person types."""
    return secrets.trino_password_file(settings, name).read_text().strip()


class Browser:
    """A browser at the page: it keeps its cookie and names its origin."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self.app, self.settings, self.cookies = app, settings, httpx.Cookies()

    def ask(self, method: str, path: str, cookie: str = "", **given: Any) -> httpx.Response:
        """One request, with the cookie that is kept or with this one."""
        held = httpx.Cookies({COOKIE: cookie}) if cookie else self.cookies

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=held) as web:
                answer = await web.request(method, BASE + path, **given)
                if not cookie:
                    self.cookies = web.cookies
                return answer

        return anyio.run(go)

    def get(self, path: str, cookie: str = "") -> httpx.Response:
        return self.ask("GET", path, cookie)

    def post(self, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
        return self.ask("POST", path, data=data, headers={"Origin": ORIGIN} | headers)

    def sign_in(self, name: str, typed: str | None = None) -> httpx.Response:
        typed = password(self.settings, name) if typed is None else typed
        return self.post("/sign-in", {"account": name, "password": typed, "lang": "en"})

    def csrf(self, path: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found, "the page has no form"
        return found[1]


def browser(settings: Settings, app: FastAPI | None = None, name: str = "") -> Browser:
    """A browser, signed in where a name is given."""
    made = Browser(app or page(settings), settings)
    if name:
        assert made.sign_in(name).status_code == 303
    return made
