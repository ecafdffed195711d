"""The page as an application of its own within the gateway's: its errors are pages, and every answer has its headers.

``attach`` is named on the gateway's command line; without it a gateway serves agencies and nothing else.
"""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from khlang.audit import store
from khlang.audit.ledger import Ledger, Objects
from khlang.errors import AccessError, KhlangError, ServiceError, UsageError
from khlang.owners import door, pages, routes
from khlang.owners.pages import BASE
from khlang.owners.reading import Events
from khlang.owners.sessions import Sessions, Throttle
from khlang.projects import steps
from khlang.settings import Settings

_STATUS: tuple[tuple[type[KhlangError], int], ...] = ((AccessError, 403), (ServiceError, 503))
_BY_CODE = {"OWNER-SIGN-IN": 401, "OWNER-WAIT": 429, "OWNER-PROJECT": 404, "OWNER-FORM": 413}
_AT_SIGN_IN = frozenset({"OWNER-SIGN-IN", "OWNER-WAIT"})


def attach(gateway: FastAPI) -> None:
    """Serve the page beside the gateway's own requests."""
    gateway.mount(BASE, create(gateway.state.settings, store.bucket(gateway.state.settings), gateway.state.audit))


def create(settings: Settings, objects: Objects, ledger: Ledger) -> FastAPI:
    """Make the page.

    Args:
        settings: The installation: its books, its accounts, its contracts.
        objects: The ledger's bucket, to read.
        ledger: Its one writer, to whom sign-ins are told.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings, app.state.contracts = settings, None
    app.state.sessions, app.state.throttle, app.state.events = Sessions(), Throttle(), Events(objects)
    app.state.note = lambda account, what: ledger.append(event(account, what))
    app.include_router(routes.router)
    app.middleware("http")(_dressed)
    _answer_errors(app)
    return app


def event(account: str, what: str) -> dict[str, object]:
    """What stands in the ledger of something done on the page."""
    at = steps.now().isoformat(timespec="seconds")
    return {"kind": "page", "query": routes.query_id(), "user": account, "at": at, "state": what, "tables": []}


async def _dressed(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await go_on(request)
    door.dress(response, "")  # no page carries a style of its own
    return response


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(KhlangError)
    async def refused(request: Request, error: KhlangError) -> Response:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
        status = _BY_CODE.get(error.code, status)
        w = routes.words(request)
        if error.code in _AT_SIGN_IN:
            return HTMLResponse(pages.sign_in(w, fault=error), status)
        return HTMLResponse(pages.refused(w, error, door.session(request)), status)

    @app.exception_handler(routes.SignedOutError)
    async def signed_out(request: Request, error: routes.SignedOutError) -> Response:
        del error
        return HTMLResponse(pages.sign_in(routes.words(request)), 401)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(HTTPException)
    async def other(request: Request, error: Exception) -> Response:
        told = UsageError("ไม่มีหน้านี้ / There is no such page.", "กลับไปที่รายการ / Go back to the list.", code="OWNER-PAGE")
        status = error.status_code if isinstance(error, HTTPException) else 400
        return HTMLResponse(pages.refused(routes.words(request), told, door.session(request)), status)
