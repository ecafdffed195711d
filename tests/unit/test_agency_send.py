"""Sending: resumed, repeated, refused; each refusal of the gateway is one of ours, and no altered part goes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests import agency_kit
from tests.agency_kit import Kit, seal

from khlang import errors, manifest, receipt
from khlang.agency import sending
from khlang.agency.gateway import TRIES, Gateway
from khlang.agency.submission import Submission
from khlang.errors import KhlangError


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def sealed(kit: Kit) -> Submission:
    return seal(kit, agency_kit.write_csv(kit.root / "x.csv", agency_kit.registrants(50)))


class Fake:
    """A gateway in memory that fails as told."""

    def __init__(self, failures: list[int] | None = None, refusing: httpx.Response | None = None) -> None:
        self.parts: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.failures = failures or []
        self.refusing = refusing
        self.manifest: dict[str, Any] = {}
        self.key = Ed25519PrivateKey.generate()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(f"{request.method} {request.url.path.rsplit('/', 1)[-1]}")
        assert request.headers["Authorization"].startswith("Bearer ")
        if self.failures:
            status = self.failures.pop(0)
            if status == 0:
                raise httpx.ConnectError("refused")
            return httpx.Response(status)
        if request.method == "GET":
            return httpx.Response(200, json=self.tell(request.url.path))
        if self.refusing:
            return self.refusing
        body = request.read()
        if request.url.path.endswith("/manifest"):
            self.manifest = json.loads(body)
            return httpx.Response(201, json={"receipt_id": "r-1", "state": "received"})
        assert hashlib.sha256(body).hexdigest() == request.headers["X-Content-SHA256"]
        self.parts[request.url.path.rsplit("/", 1)[-1]] = body
        return httpx.Response(201)

    def tell(self, path: str) -> dict[str, Any]:
        if "/parts/" in path:
            return {"stored": False, "received": 0}
        if not path.endswith("/receipt"):
            return {"state": "partial", "parts": list(self.parts), "decisions": []}
        _, _, _, dataset, period, submission, _ = path.split("/")
        place = {"agency": "mof", "dataset": dataset, "period": period, "submission": submission}
        return receipt.sign(receipt.build(place, state="received", received={"receipt_id": "r-1"}, steps=[]), self.key)


def client(kit: Kit, fake: Fake) -> Gateway:
    return Gateway(kit.home, transport=httpx.MockTransport(fake), sleep=lambda _: None)


def test_send_and_send_again(kit: Kit, sealed: Submission) -> None:
    fake = Fake(failures=[0, 503, 429])
    with client(kit, fake) as gateway:
        first = sending.send(kit.home, sealed.folder, gateway=gateway)
        second = sending.send(kit.home, sealed.folder, gateway=gateway)
    assert (first.parts_sent, second.parts_sent) == (1, 0)
    assert fake.calls[-2:] == ["PUT manifest", "GET receipt"]
    kept = sending.kept(kit.home, sealed.folder)
    assert kept is not None
    assert kept["received"]["receipt_id"] == "r-1"
    assert fake.manifest["manifest"].encode() == (sealed.folder / "manifest.json").read_bytes()


def test_going_back_is_signed(kit: Kit, sealed: Submission) -> None:
    fake = Fake()
    with client(kit, fake) as gateway:
        sending.send(kit.home, sealed.folder, gateway=gateway, supersedes="ab" * 16)
    made = manifest.parse(fake.manifest["manifest"].encode())
    assert (made["supersedes"], made["submission"]) == ("ab" * 16, sealed.manifest["submission"])
    assert (sealed.folder / "manifest-abababababab.sig").exists()


def test_no_answer_is_told_after_bounded_tries(kit: Kit, sealed: Submission) -> None:
    fake = Fake(failures=[503] * 20)
    with client(kit, fake) as gateway, pytest.raises(errors.ServiceError, match="HTTP 503") as caught:
        sending.send(kit.home, sealed.folder, gateway=gateway)
    assert (len(fake.calls), caught.value.exit_code) == (TRIES, 12)


@pytest.mark.parametrize(
    ("status", "problem", "error"),
    [
        (401, {}, errors.AccessError),
        (409, {"code": "SEQUENCE-OLD", "message": "older"}, errors.SequenceError),
        (422, {"code": "SIGNATURE", "message": "bad"}, errors.SignatureError),
        (422, {"code": "MANIFEST-SCHEMA", "message": "bad"}, errors.ContractError),
        (422, {"code": "CONTRACT-VERSION", "message": "bad", "remedy": "seal again"}, errors.ContractError),
    ],
)
def test_refusals(kit: Kit, sealed: Submission, status: int, problem: dict[str, str], error: type[KhlangError]) -> None:
    fake = Fake(refusing=httpx.Response(status, json=problem))
    with client(kit, fake) as gateway, pytest.raises(error) as caught:
        sending.send(kit.home, sealed.folder, gateway=gateway)
    assert caught.value.code == problem.get("code", f"HTTP-{status}")
    assert caught.value.remedy
    assert len(fake.calls) == 3


def test_an_altered_part_is_not_sent(kit: Kit, tmp_path: Path) -> None:
    made = seal(kit, agency_kit.write_csv(tmp_path / "alter.csv", agency_kit.registrants(3, seed=4)))
    part = next(made.folder.glob("*.age"))
    part.write_bytes(part.read_bytes()[:-1])
    with client(kit, Fake()) as gateway, pytest.raises(errors.IntegrityError, match=part.name) as caught:
        sending.send(kit.home, made.folder, gateway=gateway)
    assert caught.value.exit_code == 25
