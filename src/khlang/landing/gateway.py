"""The gateway: the only thing of the pool that an agency reaches. HTTPS, one credential an agency, one object a part.

It may write new objects into landing and can neither read, list, overwrite nor delete there. It decrypts nothing
and logs neither bodies, tokens nor headers. Run: ``python -m khlang.landing.gateway``.
"""

import asyncio
import contextlib
import functools
import hashlib
import io
import tempfile
from collections.abc import AsyncIterator
from typing import Annotated, Any, BinaryIO, cast

import pydantic
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from khlang import lake, private
from khlang import settings as settings_
from khlang.errors import AccessError, IntegrityError, KhlangError, SequenceError, ServiceError, SetupError, UsageError
from khlang.landing import checks, refusal, registry
from khlang.landing.desk import Desk
from khlang.landing.registry import Agency
from khlang.manifest import MAX_PART_BYTES
from khlang.settings import Settings

MEMORY_BYTES = 32 << 20  # of one part; the rest of a larger one waits in a file
PARTS_AT_ONCE = 8
MANIFEST_BYTES = 8 << 20

_STATUS: tuple[tuple[type[KhlangError], int], ...] = (
    (AccessError, 403),
    (SequenceError, 409),
    (ServiceError, 503),
    (SetupError, 503),
    (UsageError, 400),
)


Addressed = tuple[Agency, lake.Submission]


class SignedManifest(pydantic.BaseModel):
    """Body of the request that completes a submission."""

    manifest: str
    signature: str


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application of one installation."""
    where = settings or settings_.load()
    desk = Desk(where)
    spool = str(private.folder(where.var / "gateway" / "spool"))
    places = asyncio.Semaphore(PARTS_AT_ONCE)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(title="Khlang gateway", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    def caller(authorization: Annotated[str, Header()] = "") -> Agency:
        scheme, _, token = authorization.partition(" ")
        return registry.of_token(where, token.strip() if scheme.lower() == "bearer" else "")

    def address(agency: Annotated[Agency, Depends(caller)], dataset: str, period: str, submission: str) -> Addressed:
        return agency, checks.address(agency, dataset, period, submission)

    Caller = Annotated[Agency, Depends(caller)]  # noqa: N806
    Place = Annotated[Addressed, Depends(address)]  # noqa: N806
    folder = "/v1/submissions/{dataset}/{period}/{submission}"

    @app.put(folder + "/parts/{name}")
    async def put_part(request: Request, response: Response, addressed: Place, name: str) -> dict[str, Any]:
        stated = checks.part(name, request.headers.get("x-content-sha256"))
        async with places:
            with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES, dir=spool) as body:
                digest, size = await _receive(request, body, MAX_PART_BYTES)
                checks.same_bytes(stated, digest)
                body.seek(0)
                take = functools.partial(desk.take_part, addressed[1], name, sha256=digest, size=size)
                new = await run_in_threadpool(take, cast("BinaryIO", body))
        response.status_code = 201 if new else 200
        return {"name": name, "sha256": digest, "bytes": size}

    @app.put(folder + "/manifest")
    async def put_manifest(request: Request, response: Response, addressed: Place) -> dict[str, Any]:
        agency, place = addressed
        with io.BytesIO() as body:
            await _receive(request, body, MANIFEST_BYTES)
            try:
                sent = SignedManifest.model_validate_json(body.getvalue())
            except pydantic.ValidationError:
                raise _malformed() from None
        receipt, new = await run_in_threadpool(desk.complete, agency, place, sent.manifest, sent.signature)
        response.status_code = 201 if new else 200
        return receipt

    @app.get(folder)
    def state(addressed: Place) -> dict[str, Any]:
        return desk.state(addressed[1])

    @app.get("/v1/recipients")
    def recipients(agency: Caller) -> dict[str, str]:
        del agency
        return registry.recipients(where)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    _answer_errors(app)
    return app


async def _receive(request: Request, body: Any, limit: int) -> tuple[str, int]:
    """Hash a body while it arrives; gives its hex SHA-256 and size."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large()
    digest, size = hashlib.sha256(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large()
        digest.update(chunk)
        body.write(chunk)
    return digest.hexdigest(), size


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(KhlangError)
    async def refused(request: Request, error: KhlangError) -> JSONResponse:
        del request
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
        status = {"TOKEN": 401, "PART-SIZE": 413, "PART-CONFLICT": 409}.get(error.code, status)
        told = refusal.as_dict(error)
        return _problem(status, {**told, "message": error.message})

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        del request, error  # its text would repeat the body
        told = _malformed()
        return _problem(400, {**refusal.as_dict(told), "message": told.message})

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        del request
        return _problem(error.status_code, {"code": "HTTP", "message": str(error.detail), "remedy": ""})


def _problem(status: int, told: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"status": status, **told}, status, media_type="application/problem+json")


def _too_large() -> KhlangError:
    return refusal.refusal(
        IntegrityError,
        "PART-SIZE",
        th="ข้อมูลที่ส่งใหญ่กว่า 128 MB ต่อไฟล์ส่วน",
        en="The body is larger than a part may be (128 MB).",
        remedy="ปิดผนึกใหม่ด้วยโปรแกรมรุ่นล่าสุด / Seal again with the current tool.",
    )


def _malformed() -> KhlangError:
    return refusal.refusal(
        UsageError,
        "REQUEST",
        th="คำขอไม่อยู่ในรูปที่กำหนด",
        en="The request is not of its form.",
        remedy="ส่งด้วย khlang agency send / Send with khlang agency send.",
    )


def main() -> None:
    """Serve on loopback with the installation's certificate."""
    import uvicorn

    where = settings_.load()
    tls = where.var / "tls"
    uvicorn.run(
        create_app(where),
        host="127.0.0.1",
        port=where.port("GATEWAY"),
        ssl_certfile=str(tls / "gateway.pem"),
        ssl_keyfile=str(tls / "gateway.key"),
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=20,
    )


if __name__ == "__main__":
    main()
