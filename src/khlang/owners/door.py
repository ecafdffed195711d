"""The door of the page: cookie, origin, form token; each refuses before anything is looked up.

The cookie is bound to this host, is seen by no script and goes along from this page's own forms only; a form carries
the session's token besides, and a browser names the origin of what changes something.
"""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import Request, Response

from khlang.errors import AccessError, InputError
from khlang.owners.sessions import Session, Sessions
from khlang.policy import people
from khlang.settings import Settings
from khlang.web import headers

COOKIE = "__Host-khlang"
LARGEST_FORM = 16 << 10
#: Beside those of every page: only over TLS from now on, in no frame, and no device for anybody.
MORE_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def session(request: Request) -> Session | None:
    """Who is signed in; nobody where the account was taken away or its password changed meanwhile."""
    held: Sessions = request.app.state.sessions
    cookie = request.cookies.get(COOKIE, "")
    found = held.of(cookie)
    if found and mark(request.app.state.settings, found.account.name) != found.mark:
        held.end(cookie)
        return None
    return found


def mark(settings: Settings, name: str) -> str:
    """What a session is bound to beside its cookie: the account and the hash of its password."""
    account = people.every(settings).get(name)
    return f"{account}{people.hashes(settings).get(name, '')}" if account else ""


def origin(request: Request) -> None:
    """Refuse a change that another site's page asks for, or that no browser's page asked for.

    Raises:
        AccessError: The origin is missing or another.
    """
    mine = f"https://{request.headers.get('host', '')}"
    site = request.headers.get("sec-fetch-site")
    if request.headers.get("origin") != mine or site not in {None, "same-origin"}:
        raise _elsewhere("OWNER-ORIGIN")


def token(held: Session, given: str) -> None:
    """Refuse a form that is not of this session.

    Raises:
        AccessError: Its token is another.
    """
    if not hmac.compare_digest(given.encode("utf-8", "replace"), held.csrf.encode()):
        raise _elsewhere("OWNER-CSRF")


async def fields(request: Request) -> Mapping[str, str]:
    """The fields of a form, each once.

    Raises:
        InputError: It is larger than any of ours, or is no text.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise InputError("แบบฟอร์มใหญ่เกินไป / The form is too large.", "เขียนให้สั้นลง / Write less.", code="OWNER-FORM")
    read = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in read.items()}


def let_in(response: Response, cookie: str) -> Response:
    """Give the browser its cookie."""
    response.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True, samesite="strict")
    return response


def dress(response: Response, page: str) -> None:
    """The headers of every answer."""
    for name, value in (headers.of(page) | MORE_HEADERS).items():
        response.headers[name] = value


def _elsewhere(code: str) -> AccessError:
    return AccessError(
        "คำขอนี้ไม่ได้มาจากหน้านี้ / This was not asked for on this page.",
        "เปิดหน้านี้ใหม่แล้วลองอีกครั้ง / Open the page anew and try again.",
        code=code,
    )
