"""The gateway's requests, one function each: who asks, for which submission, and what the desk does with it."""

import asyncio
import functools
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from khlang import lake
from khlang.errors import KhlangError, UsageError
from khlang.landing import checks, refusal, registry
from khlang.landing.desk import Desk
from khlang.landing.intake import Intake, busy, too_large
from khlang.landing.registry import Agency
from khlang.manifest import MAX_PART_BYTES
from khlang.settings import Settings

DOCUMENT_BYTES, DOCUMENT_SECONDS = 8 << 20, 60
FOLDER = "/v1/submissions/{dataset}/{period}/{submission}"
router = APIRouter()


class SignedManifest(pydantic.BaseModel):
    """Body of the request that completes a submission."""

    manifest: str
    signature: str


class SignedRequest(pydantic.BaseModel):
    """Body of the request that withdraws a submission."""

    request: str
    signature: str


def settings(request: Request) -> Settings:
    """The installation that this application serves."""
    found: Settings = request.app.state.settings
    return found


def desk(request: Request) -> Desk:
    """Its hands."""
    found: Desk = request.app.state.desk
    return found


def intake(request: Request) -> Intake:
    """Where its bodies are gathered."""
    found: Intake = request.app.state.intake
    return found


Where = Annotated[Settings, Depends(settings)]
Hands = Annotated[Desk, Depends(desk)]
Gathering = Annotated[Intake, Depends(intake)]


def caller(where: Where, authorization: Annotated[str, Header()] = "") -> Agency:
    """The agency whose token came with the request."""
    scheme, _, token = authorization.partition(" ")
    return registry.of_token(where, token.strip() if scheme.lower() == "bearer" else "")


Caller = Annotated[Agency, Depends(caller)]


def address(agency: Caller, dataset: str, period: str, submission: str) -> tuple[Agency, lake.Submission]:
    """The caller and the submission of its own that the path names."""
    return agency, checks.address(agency, dataset, period, submission)


Place = Annotated[tuple[Agency, lake.Submission], Depends(address)]


@router.get(FOLDER + "/parts/{name}")
def part(request: Request, addressed: Place, name: str, hands: Hands, gathering: Gathering) -> dict[str, Any]:
    """How far a part has come."""
    agency, place = addressed
    stated, key = checks.part(name, request.headers.get("x-content-sha256")), place.landing_key(name)
    received = gathering.received(gathering.path(agency.name, key, stated))
    return {"name": name, "stored": hands.has(key, stated), "received": received}


@router.put(FOLDER + "/parts/{name}")
async def put_part(
    *,
    request: Request,
    response: Response,
    addressed: Place,
    name: str,
    where: Where,
    hands: Hands,
    gathering: Gathering,
    upload_offset: Annotated[int, Header(ge=0)] = 0,
) -> dict[str, Any]:
    """Take a part, or the rest of one from ``Upload-Offset`` on; acknowledged when the store has it."""
    agency, place = addressed
    registry.require_open(where, place.period)
    stated = checks.part(name, request.headers.get("x-content-sha256"))
    _not_too_large(request, MAX_PART_BYTES - upload_offset)
    path = gathering.path(agency.name, place.landing_key(name), stated)
    body = gathering.gathered(path, request.stream(), offset=upload_offset, limit=MAX_PART_BYTES)
    with gathering.place(agency.name):
        async with body as (file, digest, size):
            checks.same_bytes(stated, digest)
            new = await run_in_threadpool(
                functools.partial(hands.take_part, place, name, sha256=digest, size=size), file
            )
    response.status_code = 201 if new else 200
    return {"name": name, "sha256": digest, "bytes": size}


@router.put(FOLDER + "/manifest")
async def put_manifest(
    request: Request, response: Response, addressed: Place, where: Where, hands: Hands
) -> dict[str, Any]:
    """Complete a submission; the receipt is the same however often it is asked for."""
    agency, place = addressed
    registry.require_open(where, place.period)
    try:
        sent = SignedManifest.model_validate_json(await _document(request))
    except pydantic.ValidationError:
        raise malformed() from None
    receipt, new = await run_in_threadpool(hands.complete, agency, place, sent.manifest, sent.signature)
    response.status_code = 201 if new else 200
    return receipt


@router.get(FOLDER)
def state(addressed: Place, hands: Hands) -> dict[str, Any]:
    """What is known of a submission."""
    return hands.state(addressed[1])


@router.put(FOLDER + "/withdrawal")
async def put_withdrawal(request: Request, addressed: Place, hands: Hands) -> dict[str, str]:
    """Stop the use of a submission; the signed receipt says so."""
    try:
        sent = SignedRequest.model_validate_json(await _document(request))
    except pydantic.ValidationError:
        raise malformed() from None
    return await run_in_threadpool(hands.withdraw, *addressed, sent.request, sent.signature)


@router.get(FOLDER + "/receipt")
def receipt(addressed: Place, hands: Hands) -> dict[str, str]:
    """What became of a submission so far, signed."""
    return hands.receipt(addressed[1])


@router.get("/v1/recipients")
def recipients(agency: Caller, where: Where) -> dict[str, str]:
    """The months that can be sent, and the key of each."""
    del agency
    return registry.recipients(where)


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """It answers."""
    return {"status": "ok"}


def _not_too_large(request: Request, limit: int) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large()


async def _document(request: Request) -> bytes:
    """A small body, whole; a slow sender does not hold its place."""
    _not_too_large(request, DOCUMENT_BYTES)
    body = bytearray()
    try:
        async with asyncio.timeout(DOCUMENT_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > DOCUMENT_BYTES:
                    raise too_large()
    except (TimeoutError, ClientDisconnect):
        raise busy("SLOW", "การส่งช้าเกินไปหรือขาดตอน", "The sender was too slow, or was cut off.") from None
    return bytes(body)


def malformed() -> KhlangError:
    """The refusal of a request that is not of its form; its text would repeat the body."""
    return refusal.refusal(
        UsageError,
        "REQUEST",
        th="คำขอไม่อยู่ในรูปที่กำหนด",
        en="The request is not of its form.",
        remedy="ส่งด้วย khlang agency send / Send with khlang agency send.",
    )
