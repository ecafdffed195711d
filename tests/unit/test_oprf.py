"""Profile voprf-v1: the library gives RFC 9497's vectors; the service counts, proves and refuses."""

import asyncio
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from voprf import ristretto

from khlang import oprf
from khlang.errors import AccessError, IntegrityError, SetupError
from khlang.keys import admission, authority
from khlang.keys.service import create_app

TOKEN = "t" * 64
# RFC 9497, appendix A.1.2 (ristretto255-SHA512, VOPRF mode): seed, key info, public key; input → output.
SEED, INFO = bytes.fromhex("a3" * 32), b"test key"
PUBLIC = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"
VECTORS = {
    "00": "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
    "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
    "5a" * 17: "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60"
    "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    authority.start(tmp_path, simulation=True, profile=oprf.PROFILE)
    admission.admit(tmp_path, agency="mof", token_sha256=hashlib.sha256(TOKEN.encode()).hexdigest(), elements=5)
    return tmp_path


def post(app: Any, epoch: str, wire: bytes, *, token: str = TOKEN) -> httpx.Response:
    async def ask() -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://authority") as web:
            return await web.post(f"/v1/evaluate/{epoch}", content=wire, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("given", VECTORS)
def test_the_vectors_of_the_rfc(given: str) -> None:
    server = ristretto.Evaluator.from_seed(SEED, INFO)
    assert server.public_key.serialize().hex() == PUBLIC
    client, blinded = ristretto.Client.blind(bytes.fromhex(given))
    output = client.finalize(server.evaluate(blinded), server.public_key)
    assert output.hex() == VECTORS[given] == server.evaluate_known_input(bytes.fromhex(given)).hex()


def test_blinded_and_known_give_the_same_pseudonym_and_no_type_meets_another() -> None:
    server = oprf.Server(bytes(32), "e01")
    messages = [oprf.message("9123456789010", "th-cid"), oprf.message("9123456789010", "th-juristic")]
    asked = oprf.blind(messages)
    assert oprf.blind(messages).wire != asked.wire, "the same identifier is another element each time"
    got = [oprf.pseudonym(one, "e01") for one in asked.finish(server.evaluate(asked.wire), server.public_key)]
    assert got == [server.known("9123456789010", "th-cid"), server.known("9123456789010", "th-juristic")]
    assert len(set(got)) == 2
    assert all(one.startswith("s1v.e01.") for one in got)


def test_an_answer_under_another_key_is_refused() -> None:
    asked = oprf.blind([oprf.message("9123456789010", "th-cid")])
    answer = oprf.Server(b"x" * 32, "e01").evaluate(asked.wire)
    with pytest.raises(IntegrityError, match="does not prove") as refused:
        asked.finish(answer, oprf.Server(bytes(32), "e01").public_key)
    assert (refused.value.code, refused.value.exit_code) == ("VOPRF-PROOF", 25)


@pytest.mark.parametrize("wire", [b"", b"x" * 31, b"\xff" * 32])
def test_what_is_no_batch_is_refused(wire: bytes) -> None:
    with pytest.raises(IntegrityError, match="elements") as refused:
        oprf.Server(bytes(32), "e01").evaluate(wire)
    assert refused.value.code == "VOPRF-BATCH"


def test_the_service_answers_with_a_proof_within_the_quota(folder: Path) -> None:
    made = authority.open_(folder)
    days = [date(2026, 1, 30)]
    app = create_app(folder, today=lambda: days[-1])
    asked = oprf.blind([oprf.message(str(n), "house") for n in range(4)])
    first = post(app, "e01", asked.wire)
    outputs = asked.finish(first.content, made.profile()["public_key"])
    assert [oprf.pseudonym(one, "e01") for one in outputs] == [made.seal(str(n), "house") for n in range(4)]
    second = post(app, "e01", asked.wire)
    assert (second.status_code, second.json()["code"]) == (429, "VOPRF-QUOTA")
    assert second.headers["retry-after"] == str(2 * 86_400), "until the next month begins"
    days.append(date(2026, 2, 1))
    assert post(app, "e01", asked.wire).status_code == 200, "a new month"


def test_the_service_refuses_strangers_and_other_epochs(folder: Path) -> None:
    app = create_app(folder)
    assert post(app, "e01", b"x" * 32, token="another").json()["code"] == "TOKEN"
    assert post(app, "e09", b"x" * 32).json()["code"] == "VOPRF-EPOCH"
    admission.dismiss(folder, "mof")
    assert post(app, "e01", b"x" * 32).status_code == 401


def test_a_keyed_epoch_has_nothing_to_serve(tmp_path: Path) -> None:
    authority.start(tmp_path, simulation=True)
    with pytest.raises(SetupError, match="nothing to serve"):
        create_app(tmp_path)


def test_no_quota_without_an_admission(folder: Path) -> None:
    with pytest.raises(AccessError, match="not known"):
        admission.Desk(folder).agency_of("someone else")
