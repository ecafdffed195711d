"""Refusals of the key authority, of an office's tool and of the pool's registry that no other test provokes."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import polars as pl
import pytest
from click.testing import CliRunner
from tests import agency_kit
from tests.agency_kit import Kit
from tests.refusalkit import command, expect_official, expect_raised

from khlang import contracts, lake, oprf, settings
from khlang.agency import asking, parts, sealing
from khlang.agency.reading import database
from khlang.agency.reading.model import DatabaseQuery
from khlang.cli import khlang
from khlang.curation import rotate
from khlang.errors import KhlangError
from khlang.keys import admission, canaries, rotation, service
from khlang.keys.authority import Authority
from khlang.landing import checks as landing_checks
from khlang.landing import expiry, ledger, offline, registry
from khlang.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = contracts.load()


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings.load({"KHLANG_ROOT": str(ROOT), "KHLANG_VAR": str(tmp_path / "var")})


def rotated(authority: Authority, **given: Any) -> Callable[[], object]:
    return lambda: rotation.rotate(authority, starts=date(2026, 7, 1), **given)


def test_an_epoch_that_cannot_be(kit: Kit) -> None:
    says = "cannot be the next epoch's name"
    for name in ("E 2", kit.authority.epoch):
        expect_raised(
            rotated(kit.authority, name=name), code="USAGE", exit_code=2, says="cannot be the next epoch's name"
        )
    says = "There is no profile rot13"
    expect_raised(rotated(kit.authority, name="e09", profile="rot13"), code="USAGE", exit_code=2, says=says)
    says = "What follows the epoch spring is not known"
    expect_raised(lambda: rotation.following("spring"), code="USAGE", exit_code=2, says=says)


def test_what_follows_a_pool_epoch_without_a_number(here: Settings) -> None:
    here.secrets.mkdir(parents=True)
    (here.secrets / "pool-epochs.json").write_text('["spring"]')
    expect_raised(lambda: rotate.following(here), code="USAGE", exit_code=2, says="What follows the pool's epoch")


@pytest.mark.parametrize("digest", ["ab", "G" * 64])
def test_a_token_whose_hash_is_none(digest: str, tmp_path: Path) -> None:
    expect_raised(
        lambda: admission.admit(tmp_path, agency="mof", token_sha256=digest, elements=10),
        code="USAGE", exit_code=2, says="not 64 hex characters",
    )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_a_canary_that_does_not_normalise(kit: Kit) -> None:
    broken = cast("canaries.Canaries", {"vehicles": {"pid": ["12"]}})
    expect_raised(
        lambda: canaries.expected(kit.authority, broken, CONTRACTS.datasets),
        code="CONTRACT", exit_code=23, says="A canary of vehicles.pid does not normalise",
    )  # fmt: skip


def test_a_key_that_never_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = agency_kit.make(tmp_path / "outside").authority
    rotation.rotate(made, starts=date(2026, 7, 1), name="e02", profile=oprf.PROFILE)
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    done = command("keys", "export", "--out", tmp_path / "sealing.key")
    expect_raised(lambda: raised(done.exception), code="SETUP", exit_code=10, says="never leaves")
    assert not (tmp_path / "sealing.key").exists()


def raised(error: object) -> None:
    assert isinstance(error, KhlangError), error
    raise error


@pytest.mark.parametrize("size", [0, oprf.ELEMENT - 1, oprf.ELEMENT * (oprf.LIMIT + 1)])
def test_a_body_that_is_no_batch(size: int) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b"\0" * size

    body = service._body(cast("Any", SimpleNamespace(stream=stream)))
    expect_raised(lambda: asyncio.run(body), code="VOPRF-BATCH", exit_code=25, says="no batch of elements")


def test_a_machine_without_the_library_of_the_second_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "voprf", None)
    expect_official(expect_raised(oprf._library, code="SETUP", exit_code=10), code="SETUP", exit_code=10, says="voprf")


def test_a_machine_without_the_reader_of_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "connectorx", None)
    query = DatabaseQuery("q.sql", "SELECT 1", "sqlite:///nowhere")
    refused = expect_raised(lambda: database.QueryPart(query), code="SETUP", exit_code=10)
    expect_official(refused, code="SETUP", exit_code=10, says="pip install khlang[database]")


def test_a_bundle_without_service_or_epoch_before(kit: Kit) -> None:
    def ask() -> None:
        with asking.asked(kit.home, lambda *_: None):
            pytest.fail("asked nobody")

    expect_official(expect_raised(ask, code="VOPRF-SERVICE", exit_code=10), code="VOPRF-SERVICE", exit_code=10, says="")
    refused = expect_raised(kit.home.previous_key, code="SETUP", exit_code=10, says="knows of no epoch before")
    expect_official(refused, code="SETUP", exit_code=10, says="")


def test_a_month_whose_key_is_malformed() -> None:
    refused = expect_raised(lambda: parts.encrypt(b"x", "age1nothing"), code="CONTRACT", exit_code=23)
    expect_official(refused, code="CONTRACT", exit_code=23, says="encryption key is malformed")


def test_a_generalisation_of_a_later_version() -> None:
    table = CONTRACTS["welfare_registrants"]
    column = replace(table.column("declared_income_baht"), generalise="decade")
    tool = object.__new__(sealing.Sealer)
    vars(tool).update(_table=replace(table, columns=(column,)))
    rows = pl.DataFrame({column.name: ["1"]})
    refused = expect_raised(lambda: tool._sealed(rows, simulation=True), code="CONTRACT", exit_code=23)
    expect_official(refused, code="CONTRACT", exit_code=23, says="to be generalised to decade")


@pytest.mark.parametrize(
    ("line", "code", "exit_code", "says"),
    [
        pytest.param(("send", "--supersedes", "ab"), "INPUT", 20, "--supersedes needs a folder", id="which one"),
        pytest.param(("receipt",), "USAGE", 2, "Give a submission, or --verify, or --import", id="of what"),
        pytest.param(("receipt", "ab", "--format", "pdf"), "USAGE", 2, "A PDF needs a file", id="where to"),
    ],
)
def test_a_command_that_lacks_a_word(kit: Kit, line: tuple[str, ...], code: str, exit_code: int, says: str) -> None:
    done = command("agency", *line, "--home", kit.home.path)
    refused = expect_raised(lambda: raised(done.exception), code=code, exit_code=exit_code, says=says)
    expect_official(refused, code=code, exit_code=exit_code, says=says)


def test_words_that_exclude_each_other(kit: Kit) -> None:
    both = CliRunner().invoke(khlang, ["pool", "rotate", "--epoch", "p02", "--compromised", "e02"])
    expect_raised(lambda: raised(both.exception), code="USAGE", exit_code=2, says="not both")
    line = ["agency", "seal", "--dataset", "vehicles", "--period", "2569-01", "--home", str(kit.home.path)]
    neither = CliRunner().invoke(khlang, line)
    refused = expect_raised(lambda: raised(neither.exception), code="USAGE", exit_code=2)
    expect_official(refused, code="USAGE", exit_code=2, says="Give files, or --query: one of the two.")


def test_an_agency_that_is_not_enrolled(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expect_raised(lambda: expiry.revoke(here, "nobody"), code="USAGE", exit_code=2, says="nobody is not enrolled")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "manifest.sig").write_text("")
    monkeypatch.setattr("khlang.manifest.parse", lambda _: {"agency": "nobody"})
    stick = offline._Stick(tmp_path)
    expect_raised(
        lambda: offline._one(here, MagicMock(), stick), code="ACCESS", exit_code=50, says="nobody is not enrolled"
    )


def test_a_registry_that_lacks_a_file(here: Settings) -> None:
    expect_raised(lambda: registry._read(here, "x.json", "Publish it."), code="SETUP", exit_code=10, says="no x.json")


def test_a_part_of_another_size(monkeypatch: pytest.MonkeyPatch) -> None:
    place = lake.Submission("mof", "vehicles", "2026-01", "0" * 32)
    desk, stick = MagicMock(), MagicMock()
    desk.has.return_value = False
    stick.open.side_effect = lambda _: io.BytesIO(b"abc")
    monkeypatch.setattr(landing_checks, "same_bytes", lambda *_: None)
    made: Any = {"parts": [{"name": "part-0001-00000000.age", "sha256": "0" * 64, "bytes": 4}]}
    expect_raised(
        lambda: offline._parts(desk, stick, place, made), code="INTEGRITY", exit_code=25, says="has another size"
    )
    desk.take_part.assert_not_called()


def test_a_decision_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    place = lake.Submission("mof", "vehicles", "2026-01", "0" * 32)
    monkeypatch.setattr("khlang.store.put_new", lambda *_: False)
    monkeypatch.setattr("khlang.store.get", lambda *_: None)
    expect_raised(
        lambda: ledger.write_decision(MagicMock(), place, "landed", {}),
        code="SERVICE", exit_code=12, says="A decision is there and cannot be read",
    )  # fmt: skip


def test_a_bundle_for_a_pool_without_recipients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agency_kit.make(tmp_path / "outside")
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    url = "https://127.0.0.1:1"
    done = command("keys", "bundle", "--agency", "mof", "--out", tmp_path / "mof.json", "--gateway-url", url)
    expect_raised(lambda: raised(done.exception), code="SETUP", exit_code=10, says="published no recipients")
    assert not (tmp_path / "mof.json").exists()


def test_a_registry_without_the_link_canaries_of_a_dataset(here: Settings) -> None:
    file = here.registry / "links" / "e01" / "mof.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"house_registry": [{"k": null}]}')
    assert registry.link_canaries(here, "mof", "e01", "house_registry") == [{"k": None}]
    expect_raised(
        lambda: registry.link_canaries(here, "mof", "e01", "vehicles"),
        code="SETUP", exit_code=10, says="no link canaries of vehicles",
    )  # fmt: skip
