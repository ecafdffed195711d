"""The VOPRF service of the key authority: a process of its own, behind TLS, never in the pool's gateway.

It sees blinded elements, from which nothing can be told, and logs neither bodies nor tokens. ``khlang keys serve``.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from khlang import oprf, period
from khlang.errors import AccessError, IntegrityError, KhlangError, SetupError
from khlang.keys import authority as authority_
from khlang.keys.admission import Desk

_BODY = oprf.LIMIT * oprf.ELEMENT


def create_app(folder: Path, *, today: Callable[[], date] = period.today) -> FastAPI:
    """Make the application of one authority.

    Args:
        folder: The authority's folder.
        today: The clock that quotas are reckoned by.

    Raises:
        SetupError: The authority's current epoch is not of profile ``voprf-v1``.
    """
    authority = authority_.open_(folder)
    if authority.dates().profile != oprf.PROFILE:
        raise SetupError(
            f"Epoch {authority.epoch} is of profile {authority.dates().profile}: there is nothing to serve.",
            "Begin an epoch with: khlang keys rotate --profile voprf-v1",
        )
    desk = Desk(folder)
    servers = {
        one.name: oprf.Server(authority.at(one.name).source_secret(), one.name)
        for one in authority.epochs()
        if one.profile == oprf.PROFILE
    }
    app = FastAPI(title="Khlang key authority", docs_url=None, redoc_url=None, openapi_url=None)

    def caller(authorization: Annotated[str, Header()] = "") -> str:
        scheme, _, token = authorization.partition(" ")
        return desk.agency_of(token.strip() if scheme.lower() == "bearer" else "")

    @app.post("/v1/evaluate/{epoch}")
    async def evaluate(request: Request, agency: Annotated[str, Depends(caller)], epoch: str) -> Response:
        if epoch not in servers:
            raise IntegrityError(f"There is no epoch {epoch} here.", "Ask for the current bundle.", code="VOPRF-EPOCH")
        wire = await _body(request)
        desk.take(agency, today().isoformat()[:7], len(wire) // oprf.ELEMENT)
        answer = await run_in_threadpool(servers[epoch].evaluate, wire)
        return Response(answer, media_type="application/octet-stream")

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.exception_handler(KhlangError)
    async def refused(request: Request, error: KhlangError) -> JSONResponse:
        del request
        quota = error.code == "VOPRF-QUOTA"
        status = 429 if quota else 401 if error.code == "TOKEN" else 403 if isinstance(error, AccessError) else 422
        headers = {"Retry-After": str(_until_next_month(today()))} if quota else None
        told = {"status": status, "code": error.code, "message": error.message, "remedy": error.remedy}
        return JSONResponse(told, status, headers=headers, media_type="application/problem+json")

    return app


def _until_next_month(today: date) -> int:
    """Seconds from the beginning of a day to the first of the next month, when quotas begin anew."""
    first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return (first - today).days * 86_400


async def _body(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > _BODY:
            break
    if not received or len(received) > _BODY or len(received) % oprf.ELEMENT:
        raise IntegrityError("The body is no batch of elements.", "Send again.", code="VOPRF-BATCH")
    return bytes(received)
