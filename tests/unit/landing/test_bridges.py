"""What landing holds a bridge against, without a store: epochs, form, canaries, and who waits for a rotation."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests import agency_kit

from khlang import contracts, lake, manifest, settings, store
from khlang.errors import CanaryError, ContractError, IntegrityError, KhlangError, SealingKeyError
from khlang.keys import bundle, rotation
from khlang.keys.authority import Authority
from khlang.landing import bridges, envelope, registry
from khlang.landing.waiting import Request
from khlang.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
CONTRACTS = contracts.load(ROOT / "contracts")
Frame = Callable[[pl.DataFrame], pl.DataFrame]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings.load({"KHLANG_ROOT": str(ROOT), "KHLANG_VAR": str(tmp_path / "var")})


@pytest.fixture
def authority(tmp_path: Path, here: Settings) -> Authority:
    made = rotation.rotate(agency_kit.make(tmp_path).authority, starts=date(2026, 7, 1))
    bundle.publish(made, here.registry, CONTRACTS)
    return made


def said(**changes: Any) -> Any:
    base = {"agency": "mof", "dataset": manifest.BRIDGE, "canary_rows": 8, "supersedes": None}
    return base | {"profile": {"epoch": "e02"}, "contract": {"id": "bridge", "version": "1.0.0"}} | changes


def sent(here: Settings, authority: Authority) -> pl.DataFrame:
    """Two persons and the canaries."""
    people = [[one.seal(agency_kit.cid(n), "th-cid") for one in (authority.at("e01"), authority)] for n in (1, 2)]
    pairs = people + [list(pair) for pair in sorted(registry.bridge_pairs(here, "mof", "e02"))]
    return pl.DataFrame(pairs, schema=list(manifest.BRIDGE_COLUMNS), orient="row")


def opened(here: Settings, frame: pl.DataFrame, **changes: Any) -> pl.DataFrame:
    made = said(**changes)
    pairs = bridges.Pairs.of(here, made, registry.epochs(here))
    body = io.BytesIO()
    frame.write_parquet(body)
    part: Any = {"name": "part-0001-00000000.age", "rows": frame.height}
    kept = pairs.take_out(part, body.getvalue())
    pairs.check(made)
    return kept


def test_a_bridge_that_holds_is_taken_without_its_canaries(here: Settings, authority: Authority) -> None:
    frame = sent(here, authority)
    assert opened(here, frame).rows() == frame.head(2).rows()


OTHER = pl.lit("s1.e01." + "0" * 32)
FAULTS: dict[str, tuple[Frame, type[KhlangError], str]] = {
    "an old side of another epoch": (lambda f: f.with_columns(s_old="s_new"), SealingKeyError, "BRIDGE-EPOCH"),
    "sides turned round": (lambda f: f.select(s_old="s_new", s_new="s_old"), SealingKeyError, "BRIDGE-EPOCH"),
    "a raw number": (lambda f: f.with_columns(s_new=pl.lit("9123456789010")), SealingKeyError, "BRIDGE-EPOCH"),
    "no pseudonym": (lambda f: f.with_columns(s_old=pl.lit(None, pl.String)), SealingKeyError, "BRIDGE-EPOCH"),
    "a third column": (lambda f: f.with_columns(type=pl.lit("th-cid")), IntegrityError, "BRIDGE-FORM"),
    "another old key": (lambda f: f.with_columns(s_old=OTHER), CanaryError, "BRIDGE-CANARY"),
    "canaries cut off": (lambda f: f.head(5), CanaryError, "BRIDGE-CANARY"),
    "pairs shifted": (lambda f: f.with_columns(pl.col("s_new").reverse()), CanaryError, "BRIDGE-CANARY"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_bridge_of_this_agency_is_refused(here: Settings, authority: Authority, fault: str) -> None:
    change, kind, code = FAULTS[fault]
    with pytest.raises(kind) as refused:
        opened(here, change(sent(here, authority)))
    assert refused.value.code == code
    assert refused.value.remedy


def test_a_bridge_stands_beside_others_and_leads_from_somewhere(here: Settings, authority: Authority) -> None:
    with pytest.raises(ContractError) as placed:
        opened(here, sent(here, authority), supersedes="ab" * 16)
    assert placed.value.code == "BRIDGE-SUPERSEDES"
    with pytest.raises(SealingKeyError) as first:
        opened(here, sent(here, authority), profile={"epoch": "e01"})
    assert first.value.code == "BRIDGE-NONE"


def test_a_bridge_may_be_early_and_is_of_this_version(here: Settings, authority: Authority) -> None:
    agency = registry.Agency("mof", "", "", ("welfare_registrants",))
    epochs = registry.epochs(here)
    known = envelope.Known(agency, CONTRACTS, epochs, "e02", frozenset(), date(2026, 6, 1))
    profile = {name: authority.profile()[name] for name in ("id", "epoch", "kcv")} | {"sha256": epochs["e02"].sha256}
    envelope._profile(said(profile=profile), known)
    with pytest.raises(SealingKeyError, match="begins on"):
        envelope._profile(said(profile=profile, dataset="vehicles"), known)
    assert envelope._contract(said(), known) is None
    with pytest.raises(ContractError) as other:
        envelope._contract(said(contract={"id": "bridge", "version": "2.0.0"}), known)
    assert other.value.code == "BRIDGE-VERSION"
    ended = replace(known, today=date(2026, 10, 1), epochs=epochs | {"e02": replace(epochs["e02"], ends="2026-09-01")})
    with pytest.raises(SealingKeyError, match="ended"):
        envelope._profile(said(profile=profile), ended)


def test_only_data_of_an_epoch_that_replaces_a_leaked_one_wait(
    here: Settings, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3: Any = None

    def held(dataset: str, epoch: str) -> bool:
        body = json.dumps({"profile": {"epoch": epoch}}).encode() if epoch else b"no manifest"
        monkeypatch.setattr(store, "get", lambda *_: body)
        return bridges.held(s3, here, Request(1, lake.Submission("mof", dataset, "2026-01", "ab" * 16), "manifest"))

    assert not held("vehicles", "e02"), "nothing waits in a planned rotation"
    bundle.publish(rotation.rotate(authority, starts=date(2026, 8, 1), compromised=True), here.registry, CONTRACTS)
    assert held("vehicles", "e03")
    assert not any((held("vehicles", "e02"), held("vehicles", ""), held(manifest.BRIDGE, "e03")))
    (here.registry / "rotated.json").write_text('["e03"]', encoding="utf-8")
    assert not held("vehicles", "e03")
