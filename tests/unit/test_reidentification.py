"""Papers, shares and books of a re-identification: each part by itself, with vectors."""

import json
import stat
from pathlib import Path

import pytest
from Crypto.Protocol.SecretSharing import Shamir
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.refusalkit import expect_raised

from khlang import chain, signatures
from khlang import reidentification as papers
from khlang.errors import KhlangError
from khlang.keys import reidentify, shares
from khlang.reidentification import Pointer

POINTER = Pointer("0123456789abcdef", "mof", "welfare_registrants", "2026-01", "ab" * 32, 17, "pid")
FACTS = dict.fromkeys(papers.FACTS, "x") | {"request": "0123456789abcdef", "agency": "mof"}
#: Made by ssss-split 0.5 (-t 3 -n 5 -x -s 128 -D): secret, and its shares by number.
VECTORS = (
    ("4ff21266783a8942f861bc822119f43a", (
        "a37b25bf3490580e593239841621f0ac", "714473e090c7cabaf6f9fba8af7e3eb3", "9dcd4439dc6d1bf657aa7eae98463a23",
        "ac0ee9ba6f638b37d5ac064cbd896c51", "4087de6323c95a7b74ff834a8ab168d3")),
    ("bb2236e6553909da0315088ddc8c9e7a", (
        "be86a62a61e576a57fa79783ba0662a8", "f44db76fe62f0d3297b2b1225d89d379", "f1e927a3d2f3724deb002e2c3b032fad",
        "3567b5b259aee8529d50651feec4d61f", "30c3257e6d72972de1e2fa11884e2ad9")),
)  # fmt: skip


@pytest.mark.parametrize(("secret", "given"), VECTORS)
@pytest.mark.parametrize("chosen", [(1, 2, 3), (5, 3, 1), (2, 4, 5)])
def test_shares_are_those_of_another_program(secret: str, given: tuple[str, ...], chosen: tuple[int, ...]) -> None:
    numbers = [(n, bytes.fromhex(given[n - 1])) for n in chosen]
    assert Shamir.combine(numbers, ssss=True).hex() == secret
    assert Shamir.combine(numbers[:2], ssss=True).hex() != secret


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return tmp_path / "authority"


def split(
    authority: Path, keepers: tuple[str, ...] = ("a", "b", "c"), need: int = 2, **more: bool
) -> list[shares.Share]:
    return shares.split(authority, keepers=keepers, need=need, verify_key="ff", **more)


@pytest.mark.parametrize("chosen", [(0, 1), (2, 0), (1, 2), (0, 1, 2)])
def test_enough_shares_open_the_pair(authority: Path, chosen: tuple[int, ...]) -> None:
    given = split(authority)
    pair = shares.opened(authority, [given[one] for one in chosen])
    told = shares.public(authority)
    assert str(pair.identity.to_public()) == told["recipient"]
    assert signatures.public_hex(pair.signing) == told["answer_key"]


def test_no_file_of_the_authority_holds_a_share_the_secret_or_the_pair(authority: Path) -> None:
    given = split(authority)
    pair = shares.opened(authority, given)
    files = [path for path in authority.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    held = b"".join(path.read_bytes() for path in files)
    for secret in (*(one.share for one in given), str(pair.identity), pair.signing.private_bytes_raw().hex()):
        assert secret.encode() not in held


def test_who_may_split(authority: Path) -> None:
    for keepers, need in ((("a",), 2), (("a", "b"), 1), (("a", "b"), 3), (("a", "a"), 2)):
        expect_raised(lambda k=keepers, n=need: split(authority, k, n), code="REID-KEEPERS", exit_code=2)  # type: ignore[misc]
    expect_raised(lambda: shares.public(authority), code="SETUP", exit_code=10, says="khlang keys split")
    old = split(authority)
    expect_raised(lambda: split(authority), code="REID-SPLIT", exit_code=2, says="--anew")
    fresh = split(authority, anew=True)
    expect_raised(lambda: shares.opened(authority, old), code="REID-SHARE", exit_code=21, says="share of a")
    assert shares.opened(authority, fresh[:2])
    (shares.folder(authority) / "key.sealed").unlink()
    expect_raised(lambda: shares.opened(authority, fresh), code="SETUP", exit_code=10, says="sealed")


def test_a_pointer_is_one_row(authority: Path) -> None:
    pair = shares.opened(authority, split(authority))
    sealed = POINTER.sealed(pair.identity.to_public())
    assert Pointer.opened(sealed, pair.identity) == POINTER
    rows = POINTER.__dict__
    for wrong in (
        [rows, rows], {**rows, "row_number": [17, 18]}, {**rows, "row_number": "17"}, {**rows, "more": 1}, {},
        {**rows, "row_number": True},
    ):  # fmt: skip
        expect_raised(lambda w=wrong: Pointer.of(w), code="REID-ONE", exit_code=20, says="one row")  # type: ignore[misc]
    for broken in (sealed[:-8], "?", sealed.replace(sealed[40], "A" if sealed[40] != "A" else "B", 1)):
        expect_raised(lambda b=broken: Pointer.opened(b, pair.identity), code="REID-OPEN", exit_code=25)  # type: ignore[misc]


def test_a_paper_is_of_its_kind_and_signer() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    data, public = papers.paper("question", FACTS, key), signatures.public_hex(key)
    assert papers.facts(papers.read(data, "question", public)) == FACTS
    assert FACTS["purpose"] in "\n".join(papers.shown(FACTS))
    elsewhere = papers.paper("question", {**FACTS, "request": "../../../../etc"}, key)
    for wrong in (b"", b"[]", b"{}", data.replace(b"question-1", b"answer-1"), elsewhere):
        expect_raised(lambda w=wrong: papers.read(w, "question", public), code="REID-PAPER", exit_code=20)  # type: ignore[misc]
    for altered, signer in ((data.replace(b'"x"', b'"y"', 1), key), (data, other)):
        with pytest.raises(KhlangError) as caught:
            papers.read(altered, "question", signatures.public_hex(signer))
        assert caught.value.code == "SIGNATURE"


def test_only_the_agencys_own_key_opens() -> None:
    key = Ed25519PrivateKey.generate()
    sealed = POINTER.sealed(papers.recipient_of(signatures.public_hex(key)))
    assert Pointer.opened(sealed, papers.identity_of(key)) == POINTER
    other = papers.identity_of(Ed25519PrivateKey.generate())
    expect_raised(lambda: Pointer.opened(sealed, other), code="REID-OPEN", exit_code=25, says="Only the agency")


def test_a_line_that_was_taken_out_of_the_book_is_seen(authority: Path) -> None:
    path = shares.folder(authority) / "book.jsonl"
    for number in range(3):
        with chain.writing(path) as (_, append):
            append({"action": "ask", "request": str(number), "project": "p", "taken_at": "2026"})
    assert len(reidentify.events(authority)) == 3
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    expect_raised(lambda: reidentify.events(authority), code="REID-BOOK", exit_code=25, says="Line 2")
    assert json.loads(lines[0])["event"]["action"] == "ask"
