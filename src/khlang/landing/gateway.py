"""The gateway: the only thing of the pool that an agency reaches. HTTPS, one credential an agency, one object a part.

It may write new objects into landing and can neither read, list, overwrite nor delete there. It decrypts nothing
and logs neither bodies, tokens nor headers. Run: ``python -m khlang.landing.gateway``; what else its application
serves is named behind that as ``module:function``, called with it (the stack names the owners' page).
"""

import contextlib
import importlib
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from khlang import settings as settings_
from khlang.audit import requests
from khlang.audit.requests import Requests
from khlang.errors import AccessError, KhlangError, SequenceError, ServiceError, SetupError, UsageError
from khlang.landing import audit, refusal, routes
from khlang.landing.desk import Desk
from khlang.landing.intake import Intake
from khlang.settings import Settings

WAITING_BYTES = 4 << 20  # of one body, in memory
CONNECTIONS = 256  # open at once, those included that have not said yet who they are
_STATUS: tuple[tuple[type[KhlangError], int], ...] = (
    (AccessError, 403),
    (SequenceError, 409),
    (ServiceError, 503),
    (SetupError, 503),
    (UsageError, 400),
)
_BY_CODE = {
    "TOKEN": 401,
    "RECEIPT-NONE": 404,
    "SLOW": 408,
    "CUT": 408,
    "PART-CONFLICT": 409,
    "PART-SIZE": 413,
    "BUSY": 429,
    "UNFINISHED": 429,
    "SPOOL-FULL": 507,
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application of one installation."""
    where = settings or settings_.load()
    desk = Desk(where)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()
        app.state.taken.close()
        with contextlib.suppress(KhlangError):  # the store may have ended already: the next start signs later
            app.state.audit.close()

    app = FastAPI(title="Khlang gateway", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.settings, app.state.desk = where, desk
    app.state.intake = Intake(where.var / "gateway" / "spool")
    app.state.audit, app.state.taken = audit.ledger(where), Requests(requests.path(where))
    app.include_router(routes.router)
    app.include_router(audit.router)
    _answer_errors(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(KhlangError)
    async def refused(request: Request, error: KhlangError) -> JSONResponse:
        del request
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
        status = _BY_CODE.get(error.code, status)
        told = refusal.as_dict(error)
        return _problem(status, {**told, "message": error.message})

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        del request, error  # its text would repeat the body
        told = routes.malformed()
        return _problem(400, {**refusal.as_dict(told), "message": told.message})

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        del request
        return _problem(error.status_code, {"code": "HTTP", "message": str(error.detail), "remedy": ""})


def _problem(status: int, told: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"status": status, **told}, status, media_type="application/problem+json")


def main(also: Sequence[str] = ()) -> None:
    """Serve on loopback with the installation's certificate.

    Args:
        also: What else its application serves, as ``module:function``.
    """
    import uvicorn
    from uvicorn.protocols.http import httptools_impl

    # Uvicorn stops reading a socket when 64 KB of a body wait, and starts again, thousands of times a part: a third
    # of the time of receiving. There is no setting for it.
    httptools_impl.HIGH_WATER_LIMIT = WAITING_BYTES  # type: ignore[attr-defined]
    where = settings_.load()
    app = create_app(where)
    for named in also:
        module, _, function = named.partition(":")
        getattr(importlib.import_module(module), function)(app)
    tls = where.var / "tls"
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=where.port("GATEWAY"),
        ssl_certfile=str(tls / "gateway.pem"),
        ssl_keyfile=str(tls / "gateway.key"),
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=20,
        http="httptools",
        limit_concurrency=CONNECTIONS,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
