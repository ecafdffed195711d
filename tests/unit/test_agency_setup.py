"""Setting an agency up: what a bundle and a key must be, a pinned authority, and keys that nobody else reads."""

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import errors, signatures
from khlang.agency import home as home_
from khlang.errors import KhlangError


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


def _other_epoch(kit: Kit) -> dict[str, str]:
    other = agency_kit.make(kit.root / "other-authority")
    return {"bundle": other.bundle_text(), "sealing_key": kit.authority.source_secret().hex()}


def _altered(kit: Kit) -> dict[str, str]:
    outer = json.loads(kit.bundle_text())
    outer["bundle"] = outer["bundle"].replace('"simulation":true', '"simulation":false')
    return {"bundle": json.dumps(outer), "sealing_key": kit.authority.source_secret().hex()}


def _other_signer(kit: Kit) -> dict[str, str]:
    return _other_epoch(kit) | {"authority": kit.authority.public_key()}


def _old_normaliser(kit: Kit) -> dict[str, str]:
    payload = json.loads(json.loads(kit.bundle_text())["bundle"])
    payload["profile"]["normaliser"] = "0"
    data = signatures.canonical(payload)
    key = kit.authority.signing_key()
    outer = {"bundle": data.decode(), "signature": signatures.sign(data, key), "authority": signatures.public_hex(key)}
    return {"bundle": json.dumps(outer), "sealing_key": kit.authority.source_secret().hex()}


@pytest.mark.parametrize(
    ("given", "code", "exit_code"),
    [
        (lambda kit: {"bundle": kit.bundle_text(), "sealing_key": "ab" * 32}, "KEY-CHECK", 21),
        (lambda kit: {"bundle": kit.bundle_text(), "sealing_key": "not hex"}, "KEY-FORM", 21),
        (_other_epoch, "KEY-CHECK", 21),
        (_altered, "SIGNATURE", 22),
        (_other_signer, "SIGNATURE", 22),
        (_old_normaliser, "BUNDLE-VERSION", 23),
        (lambda _: {"bundle": "{}", "sealing_key": "ab" * 32}, "BUNDLE", 23),
    ],
)
def test_what_cannot_be_set_up(
    kit: Kit, tmp_path: Path, given: Callable[[Kit], dict[str, str]], code: str, exit_code: int
) -> None:
    with pytest.raises(KhlangError) as caught:
        home_.start(tmp_path / "home", **given(kit))
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert not (tmp_path / "home").exists()


def test_a_known_authority_stays_pinned(kit: Kit, tmp_path: Path) -> None:
    other = agency_kit.make(tmp_path)
    with pytest.raises(errors.SignatureError):
        home_.start(kit.home.path, bundle=other.bundle_text(), sealing_key=other.authority.source_secret().hex())


def test_keys_are_private(kit: Kit) -> None:
    modes = {name: stat.S_IMODE((kit.home.path / name).stat().st_mode) for name in ("sealing.key", "signing.key")}
    assert modes == {"sealing.key": 0o600, "signing.key": 0o600}
    request = kit.home.enrolment()
    assert request["public_key"] == (kit.home.path / "signing.pub").read_text(encoding="ascii").strip()
    assert request["token_sha256"] == hashlib.sha256(kit.home.token().encode()).hexdigest()
    assert kit.home.token() not in json.dumps(request)
