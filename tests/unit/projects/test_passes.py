"""Passes and the room of own tables: what is signed, for how long, who is inside, and who is over."""

import base64
import datetime as dt
import json
import stat
from contextlib import nullcontext
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests import policykit

from khlang import inside
from khlang import settings as settings_
from khlang.errors import AccessError, InputError, IntegrityError, UsageError
from khlang.policy import book, usage
from khlang.projects import enter, scratch
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import passes

NOW = dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC)
LOGIN = "analyst-a.poverty"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings_.load({"KHLANG_VAR": str(tmp_path / "var")})
    passes.ensure(made)
    return made


def test_a_pass_says_who_and_until_when_and_is_signed(here: Settings) -> None:
    head, claims, signature = passes.issue(here, "x@workspace", NOW).split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert told["sub"] == "x@workspace"
    assert told["exp"] - told["iat"] == passes.LIFE.total_seconds() <= 3600
    assert (told["iss"], told["aud"]) == (passes.ISSUER, passes.AUDIENCE)
    public = serialization.load_pem_public_key(passes.public_file(here).read_bytes())
    assert isinstance(public, rsa.RSAPublicKey)
    signed = f"{head}.{claims}".encode()
    public.verify(base64.urlsafe_b64decode(signature + "=="), signed, padding.PKCS1v15(), hashes.SHA256())


def test_the_key_is_made_once_outside_the_pool_and_trino_has_no_private_half(here: Settings) -> None:
    before = passes.key_file(here).read_bytes()
    passes.ensure(here)
    assert passes.key_file(here).read_bytes() == before
    assert passes.key_file(here).is_relative_to(here.outside)
    assert stat.S_IMODE(passes.key_file(here).stat().st_mode) == 0o600
    assert b"PRIVATE" not in passes.public_file(here).read_bytes()


def test_who_is_inside(tmp_path: Path, here: Settings) -> None:
    (tmp_path / "login").write_text(LOGIN, encoding="utf-8")
    enter.renew(here, tmp_path, LOGIN)
    place = inside.here({inside.VARIABLE: str(tmp_path)})
    assert place is not None
    assert (place.user, place.is_me(LOGIN), place.is_me("analyst")) == (f"{LOGIN}@workspace", True, False)
    assert place.read_pass().count(".") == 2
    assert client.home(place.user) == "poverty"
    assert inside.here({}) is None
    inside.pass_file(tmp_path).unlink()
    with pytest.raises(AccessError) as refused:
        place.read_pass()
    assert refused.value.code == "WORKSPACE-CLOSED"


def test_inside_nobody_asks_as_the_analyst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inside.me() == "analyst"
    (tmp_path / "login").write_text(LOGIN, encoding="utf-8")
    monkeypatch.setenv(inside.VARIABLE, str(tmp_path))
    assert inside.me() == LOGIN


def test_who_takes_more_room_than_asked_for_is_over(here: Settings) -> None:
    for one in policykit.events(asked=policykit.request(scratch_mb=2)):
        book.add(here, "poverty", lambda _, one=one: one)  # type: ignore[misc]
    assert usage.full(here) == frozenset()
    usage.write(here, {"poverty": 2_000_000, "gone": 9_000_000})
    assert usage.full(here) == frozenset()
    usage.write(here, {"poverty": 2_000_001})
    assert usage.full(here) == {"poverty"}
    usage.path(here).write_text("[1", encoding="utf-8")
    with pytest.raises(IntegrityError) as refused:
        usage.full(here)
    assert refused.value.code == "SCRATCH-USAGE"


@pytest.mark.parametrize("room", [-1, 10_001, 1.5, "much"])
def test_room_is_a_number_of_megabytes(room: object) -> None:
    with pytest.raises(InputError, match="scratch_mb"):
        policykit.request(scratch_mb=room)


def test_a_table_that_a_project_does_not_have_is_not_cleared(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "connect", lambda *_, **__: nullcontext())
    monkeypatch.setattr(client, "ask", lambda *_: client.Answer((), (), (("mine", "BASE TABLE"),)))
    with pytest.raises(UsageError, match="no table of its own called theirs") as told:
        scratch.clear(here, "poverty", "theirs")
    assert told.value.code == "SCRATCH-TABLE"
    assert "mine" in told.value.remedy
