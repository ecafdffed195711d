"""The gateway's door for Trino's events: a token of its own, and an answer only when the entry stands.

Trino tells an event again where the answer is not 200: nothing is lost while the gateway or the store is away, and
what comes twice stands once.
"""

import hmac
import json
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from khlang import private
from khlang.audit import event, store
from khlang.audit.ledger import Ledger
from khlang.audit.requests import Requests
from khlang.errors import AccessError, InputError
from khlang.landing import statement
from khlang.settings import Settings

TOKEN, PATH = "audit.token", "/v1/audit/events"  # a file's name
MOST_BYTES = 32 << 20
router = APIRouter()


@router.post(PATH)
async def take(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
    """Take one event of Trino's HTTP listener."""
    settings: Settings = request.app.state.settings
    _require(settings, authorization)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise InputError("The event is too large.", "See docs/how-to/audit.md.", code="AUDIT-EVENT")
    await run_in_threadpool(_append, request.app.state.audit, request.app.state.taken, bytes(body))
    return Response(status_code=200)


def _append(ledger: Ledger, taken: Requests, body: bytes) -> None:
    try:
        told = json.loads(body)
    except ValueError:
        raise InputError("The event is no JSON.", "See docs/how-to/audit.md.", code="AUDIT-EVENT") from None
    made = event.read(told)
    ledger.append(made)
    taken.note(event.identity(made))


def ledger(settings: Settings) -> Ledger:
    """The installation's ledger, with one lock for its process; the store is not asked before the first event."""
    return Ledger(store.bucket(settings), lambda: statement.ensure_key(settings))


def _require(settings: Settings, given: str) -> None:
    wanted = private.read_text(settings.secrets / TOKEN, "The token of Trino's events", "Run `khlang stack up`.")
    if not hmac.compare_digest(given.encode(), f"Bearer {wanted.strip()}".encode()):
        raise AccessError("This is not the token of Trino's events.", "Run `khlang stack up`.", code="AUDIT-TOKEN")
