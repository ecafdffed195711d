"""Where the keys of a rotation lie and when they come into use: what is killed goes on with the same key."""

import json
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests import agency_kit

from khlang import contracts, private, pseudonym, settings
from khlang.curation import objects, rekey, rewrite, rotate, rotation
from khlang.errors import UsageError
from khlang.keys import bundle
from khlang.keys import rotation as authority_rotation
from khlang.landing import registry
from khlang.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
S = "s1.e01." + "0123456789abcdef" * 2


class Killed(BaseException):
    """The process is gone."""


class NoBridges:
    def pending(self, dataset: str, revision: int) -> list[Any]:
        del dataset, revision
        return []

    def promoted(self, dataset: str, period: str) -> int:
        raise AssertionError((dataset, period))

    def usual(self, dataset: str, period: str) -> int:
        raise AssertionError((dataset, period))

    def decide(self, decision: Any) -> None:
        raise AssertionError(decision)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings.load({"KHLANG_ROOT": str(ROOT), "KHLANG_VAR": str(tmp_path / "var")})
    private.folder(made.secrets)
    private.write(made.secrets / "pool.key", secrets.token_hex(32))
    return made


def run(here: Settings, kind: rotation.Kind, name: str) -> dict[str, int]:
    place = objects.folder(here.var / "lake")
    spark: Any = None
    return rotate.rotate(here, spark, kind, name, lake=place, ledger=NoBridges())


@pytest.fixture
def seams(monkeypatch: pytest.MonkeyPatch) -> list[rotation.Work]:
    """Tables are not the matter here: each run calls settle, or dies before or after it, by ``die``."""
    seen: list[rotation.Work] = []

    def instead(work: rotation.Work, now: rotation.State, *, settle: Callable[[], None], say: Any) -> dict[str, int]:
        del say
        seen.append(work)
        if len(seen) == 1:
            raise Killed
        settle()
        if len(seen) == 2:
            raise Killed
        rotation.write(work.place.objects, rotation.State(now.number, now.kind, now.name, open=False))
        return {}

    monkeypatch.setattr(rewrite, "run", instead)
    return seen


def test_a_pool_key_is_made_once_and_in_use_only_when_the_tables_are_done(
    here: Settings, seams: list[rotation.Work]
) -> None:
    before = rekey.pool(here).column(pl.Series([S])).item()
    path = here.secrets / "pool-p02.key"
    with pytest.raises(Killed):
        run(here, "pool", "p02")
    kept = path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert rekey.pool(here).column(pl.Series([S])).item() == before, "the new key is not in use yet"
    with pytest.raises(Killed):
        run(here, "pool", "p02")
    assert rekey.epochs(here) == ["e01", "p02"]
    run(here, "pool", "p02")
    assert path.read_text() == kept, "three runs, one key"
    assert {work.fresh.key_file for work in seams} == {str(path)}
    assert [[later.epoch for later in work.pool.then] for work in seams] == [[], [], []], "the older keys only"
    key = pseudonym.derive_key(bytes.fromhex(kept.strip()), "pool", "p02")
    wanted = pseudonym.repool_column(pl.Series([before]), key=key, epoch="p02").item()
    assert rekey.pool(here).column(pl.Series([S])).item() == wanted
    with pytest.raises(UsageError, match="is done"):
        run(here, "pool", "p02")


def test_a_name_that_has_been_or_is_none_opens_no_rotation(here: Settings) -> None:
    assert rotate.following(here) == "p02"
    for name, said in (("e01", "has been"), ("../pool", "no name"), ("P2", "no name"), ("", "no name")):
        with pytest.raises(UsageError, match=said):
            run(here, "pool", name)
    private.write(here.secrets / "pool-p07.key", "cd" * 32)
    with pytest.raises(UsageError, match="has been"):
        run(here, "pool", "p07")
    with pytest.raises(UsageError, match="does not replace a leaked one"):
        run(here, "compromised", "e02")
    assert not (here.var / "lake").exists(), "curation goes on"
    private.write(here.secrets / "pool-epochs.json", json.dumps(["e01", "p02", "p03"]))
    assert rotate.following(here) == "p04"


def test_after_a_leak_the_one_way_key_is_thrown_away_and_the_new_epoch_let_in(
    here: Settings, tmp_path: Path, seams: list[rotation.Work]
) -> None:
    tables = contracts.load(here.contracts)
    old = agency_kit.make(tmp_path).authority
    middle = authority_rotation.rotate(old, starts=date(2026, 5, 1), last_day=date(2026, 8, 31))
    bundle.publish(middle, here.registry, tables)
    assert (registry.bridgeable(here), registry.unrotated(here)) == ({"e02"}, set())
    new = authority_rotation.rotate(middle, starts=date(2026, 7, 1), compromised=True)
    assert new.at("e01").dates().ends == "2026-06-30", "the overlap with the epoch before ends too"
    assert not new.at("e01").dates().compromised
    bundle.publish(new, here.registry, tables)
    assert (registry.bridgeable(here), registry.unrotated(here)) == (set(), {"e03"}), "nothing into a leaked epoch"
    path = here.secrets / "rotation-1.key"
    with pytest.raises(Killed):
        run(here, "compromised", "e03")
    kept = path.read_text()
    with pytest.raises(Killed):
        run(here, "compromised", "e03")
    assert not path.exists()
    assert len(kept.strip()) == 64
    assert registry.unrotated(here) == set()
    assert rekey.epochs(here) == ["e01"], "the pool's own keys stay"
    run(here, "compromised", "e03")
    assert {work.fresh.key_file for work in seams} == {str(path)}
