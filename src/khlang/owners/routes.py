"""The page's requests: whose page is asked for, whether it is the reader's, what is shown and done.

Every address names whose page it is; :func:`khlang.owners.scope.require` holds that against the signed-in account.
"""

import secrets
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from khlang import contracts
from khlang.audit import telling
from khlang.contracts import Contracts
from khlang.errors import UsageError
from khlang.owners import door, pages, scope, signin
from khlang.owners.pages import BASE, Shown
from khlang.owners.sessions import Session
from khlang.owners.words import Words
from khlang.policy import book, people
from khlang.policy import request as request_
from khlang.policy.life import Project
from khlang.projects import orders, steps
from khlang.settings import Settings
from khlang.web import markup
from khlang.web.language import Language

router = APIRouter()
#: An order takes seconds, but for an activation, which takes minutes: the page says that it goes on.
ORDER_SECONDS = 20.0
Fields = Annotated[Mapping[str, str], Depends(door.fields)]


class SignedOutError(Exception):
    """Nobody is signed in: the sign-in page is shown instead."""


def words(request: Request) -> Words:
    """The reader's language: the one just asked for, else the session's, else Thai."""
    asked, held = request.query_params.get("lang"), door.session(request)
    lang: Language = "en" if asked == "en" else "th" if asked == "th" or held is None else held.lang
    if held:
        held.lang = lang
    return Words(lang)


def reader(request: Request) -> Session:
    """Who asks; raises where nobody is signed in."""
    held = door.session(request)
    if held is None:
        raise SignedOutError
    return held


def mine(whose: str, held: Annotated[Session, Depends(reader)]) -> Session:
    """Who asks for a page of an agency or of the keepers, where it is theirs."""
    scope.require(held.account, whose)
    return held


Spoken = Annotated[Words, Depends(words)]
Mine = Annotated[Session, Depends(mine)]


@router.get("/page.css")
def style() -> Response:
    """The style."""
    return Response(markup.style(), media_type="text/css; charset=utf-8")


@router.get("/")
def entry(request: Request, w: Spoken) -> Response:
    """The first page: of who is signed in, or to sign in."""
    held = door.session(request)
    if held:
        return _go(f"{BASE}/{held.account.agency or people.KEEPER}")
    return HTMLResponse(pages.sign_in(w))


@router.post("/sign-in")
def sign_in(request: Request, fields: Fields) -> Response:
    """Take name and password; a new session begins, whatever cookie the browser had."""
    door.origin(request)
    state, address = request.app.state, request.client.host if request.client else ""
    name = fields.get("account", "").strip()[:80]
    account = signin.sign_in(
        state.settings, state.throttle, name=name, password=fields.get("password", ""), address=address
    )
    state.note(account.name, "sign-in")
    lang: Language = "en" if fields.get("lang") == "en" else "th"
    known = door.mark(state.settings, account.name)
    cookie = state.sessions.begin(account, lang, known, instead_of=request.cookies.get(door.COOKIE, ""))
    return door.let_in(_go(f"{BASE}/{account.agency or people.KEEPER}"), cookie)


@router.post("/sign-out")
def sign_out(request: Request, fields: Fields, held: Annotated[Session, Depends(reader)]) -> Response:
    """End the session."""
    door.origin(request)
    door.token(held, fields.get("csrf", ""))
    request.app.state.sessions.end(request.cookies.get(door.COOKIE, ""))
    gone = HTMLResponse(pages.sign_in(Words(held.lang), Words(held.lang)("ended")))
    gone.delete_cookie(door.COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return gone


@router.get("/{whose}")
def projects(request: Request, w: Spoken, held: Mine) -> Response:
    """What waits for the reader, and everything else that concerns it."""
    settings, today = _settings(request), steps.now().date()
    found = [one for one in book.every(settings).values() if scope.visible(held.account, one)]
    shown = [_shown(request, held, one) for one in found]
    waiting = [one for one in shown if scope.waits(held.account, one.project, one.state)]
    others = [one for one in shown if one not in waiting]
    return HTMLResponse(pages.projects(w, held, waiting, others, today))


@router.get("/{whose}/uses")
def uses(whose: str, request: Request, w: Spoken, held: Mine) -> Response:
    """Who used the columns of an agency; the keepers see every agency's."""
    agency = None if whose == people.KEEPER else whose
    rows = telling.who(request.app.state.events.all(), _contracts(request), agency=agency)
    return HTMLResponse(pages.uses(w, held, rows))


@router.get("/{whose}/projects/{name}")
def project(name: str, request: Request, w: Spoken, held: Mine) -> Response:
    """One project."""
    shown = _shown(request, held, _visible(request, held, name))
    return HTMLResponse(pages.project(w, held, shown, steps.now().date(), done="done" in request.query_params))


@router.post("/{whose}/projects/{name}")
def answer(*, whose: str, name: str, request: Request, fields: Fields, held: Mine) -> Response:
    """The step that the command does, by the account that is signed in; one that changes rights is ordered."""
    door.origin(request)
    door.token(held, fields.get("csrf", ""))
    action = scope.require_action(held.account, fields.get("action", ""))
    _visible(request, held, name)
    by, why = held.account.name, fields.get("why", "").strip()
    if orders.ordered(action):
        ends = request_.day(fields.get("ends", ""), "ends", name) if action == "extend" else ""
        if action == "revoke":
            _meant(fields)
        told = orders.begin(_settings(request), orders.Order(name, action, by, why, ends), wait=ORDER_SECONDS)
        return _go(f"{BASE}/{whose}/projects/{name}{'?done' if told.state == 'done' else ''}")
    data = {"agency": whose} if held.account.agency else {}
    steps.record(_settings(request), name, action, by=by, why=why, **data)
    return _go(f"{BASE}/{whose}/projects/{name}?done")


def _meant(fields: Mapping[str, str]) -> None:
    """Refuse a revocation that was not confirmed."""
    if fields.get("sure") != "yes":
        raise UsageError(
            "ยังไม่ได้ยืนยันการเพิกถอน / That it is to be revoked was not confirmed.",
            "กาช่องยืนยันแล้วกดอีกครั้ง / Tick the box and press again.",
            code="OWNER-SURE",
        )


def _visible(request: Request, held: Session, name: str) -> Project:
    """A project, where it concerns the reader; otherwise it is as if there were none."""
    settings = _settings(request)
    found = book.read(settings, name) if name in book.names(settings) else None
    if found is None or not scope.visible(held.account, found):
        raise UsageError(
            "ไม่มีโครงการนี้ / There is no such project.", "กลับไปที่รายการ / Go back to the list.", code="OWNER-PROJECT"
        )
    return found


def _shown(request: Request, held: Session, one: Project) -> Shown:
    state, account = one.state(steps.now().date()), held.account
    asked = scope.asked(_contracts(request), one, account.agency)
    order = orders.last(_settings(request), one.asked.name) if account.role == "keeper" else None
    if order and order.state != "running" and one.events[-1].at > order.at:  # something was done since
        order = None
    return Shown(one, state, asked, scope.told(account, one), scope.answers(account, one, state), order)


def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


def _contracts(request: Request) -> Contracts:
    """The contracts, read when they are first asked for: the gateway's start does not wait for them."""
    state = request.app.state
    if state.contracts is None:
        state.contracts = contracts.load(state.settings.contracts)
    found: Contracts = state.contracts
    return found


def _go(where: str) -> RedirectResponse:
    return RedirectResponse(where, 303)


def query_id() -> str:
    """By which what was done on the page stands in the ledger."""
    return f"page{secrets.token_hex(12)}"
