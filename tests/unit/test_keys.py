"""The authority: its folder is its own, its bundle is signed, its canaries are nobody."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import agency_kit

from khlang import contracts, identifiers, pseudonym, signatures
from khlang.agency import bundle as agencys
from khlang.errors import ContractError, SetupError, UsageError
from khlang.keys import authority, bundle, canaries
from khlang.keys.cli import keys

CONTRACTS = contracts.load(agency_kit.CONTRACTS)


def test_folder_and_keys_are_private_and_stay(tmp_path: Path) -> None:
    made = authority.start(tmp_path / "a", simulation=True)
    again = authority.start(tmp_path / "a", simulation=True)
    assert made.source_secret() == again.source_secret()
    assert made.public_key() == again.public_key()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    files = [path for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_real_and_a_simulated_profile_never_share(tmp_path: Path) -> None:
    authority.start(tmp_path, simulation=True)
    with pytest.raises(SetupError, match="simulation") as caught:
        authority.start(tmp_path, simulation=False)
    assert caught.value.exit_code == 10


def test_no_authority_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="khlang keys init"):
        authority.open_(tmp_path)


def test_profile_tells_only_the_check_value(tmp_path: Path) -> None:
    made = authority.start(tmp_path, simulation=True)
    profile = made.profile()
    assert profile["kcv"] == pseudonym.key_check_value(made.source_key())
    assert made.source_secret().hex() not in json.dumps(profile)


@pytest.mark.parametrize("agency", ["mof", "sso", "dopa", "dlt"])
def test_canaries_are_dirty_kept_and_expected(tmp_path: Path, agency: str) -> None:
    made = authority.start(tmp_path, simulation=True)
    tables = CONTRACTS.by_agency(agency)
    drawn = canaries.of(made, agency, tables)
    assert canaries.of(made, agency, tables) == drawn
    for table in tables:
        for column in table.identifiers:
            forms = drawn[table.name][column.name]
            clean = [identifiers.normalise(f, type=str(column.identifier), simulation=True)[0] for f in forms]
            assert len(set(clean)) == 4
            assert None not in clean
            assert not set(clean) & set(forms), "a clean form would not tell one normaliser from another"
    expected = canaries.expected(made, drawn, tables)
    assert {name: set(columns) for name, columns in expected.items()} == {
        table.name: {column.name for column in table.identifiers} for table in tables if table.identifiers
    }


def test_bundle_is_signed_and_holds_no_key(tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path)
    made = json.loads(kit.bundle_text())
    signatures.verify(made["bundle"].encode(), made["signature"], kit.authority.public_key())
    assert kit.authority.source_secret().hex() not in made["bundle"]
    assert kit.authority.source_key() not in made["bundle"]
    assert "insured_persons" not in made["bundle"], "another agency's dataset"


def test_no_bundle_for_an_unknown_agency(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="nobody") as caught:
        agency_kit.make(tmp_path, "nobody")
    assert caught.value.exit_code == 23


def test_publishing_shows_no_secret(tmp_path: Path) -> None:
    made = authority.start(tmp_path / "authority", simulation=True)
    bundle.publish(made, tmp_path / "registry", CONTRACTS)
    written = {
        path.relative_to(tmp_path / "registry").as_posix(): path.read_text(encoding="utf-8")
        for path in (tmp_path / "registry").rglob("*")
        if path.is_file()
    }
    assert set(written) == {
        "authority.pub",
        "profile.json",
        "epochs.json",
        *(f"canaries/e01/{a}.json" for a in {table.agency for table in CONTRACTS.datasets}),
        *(f"links/e01/{a}.json" for a in {table.agency for table in CONTRACTS.datasets if table.second_route}),
    }
    everything = "\n".join(written.values())
    forms = canaries.of(made, "mof", CONTRACTS.by_agency("mof"))["welfare_registrants"]["pid"]
    for secret in (made.source_secret().hex(), made.source_key(), made.link_secret().hex(), made.link_key(), *forms):
        assert secret not in everything
    assert made.signing_key().private_bytes_raw().hex() not in everything


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    run = CliRunner()
    started = run.invoke(keys, ["init", "--simulation"], catch_exceptions=False)
    assert "key check value" in started.output
    no_month = run.invoke(keys, ["bundle", "--agency", "mof", "--out", str(tmp_path / "b.json")])
    assert isinstance(no_month.exception, SetupError)
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "recipients.json").write_text('{"2026-01": "age1x"}', encoding="utf-8")
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "ca.pem").write_text("PEM", encoding="utf-8")
    run.invoke(keys, ["bundle", "--agency", "mof", "--out", str(tmp_path / "b.json")], catch_exceptions=False)
    run.invoke(keys, ["publish"], catch_exceptions=False)
    handed = run.invoke(keys, ["export", "--out", str(tmp_path / "k")], catch_exceptions=False)
    secret = (tmp_path / "k").read_text(encoding="utf-8").strip()
    assert json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["authority"]
    assert secret not in started.output + handed.output


def test_a_bundle_leads_to_the_pools_own_address_and_trusts_what_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authority's machine has no stack: address and certificate are told to it."""
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    authority.start(tmp_path / "outside" / "authority", simulation=True)
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "recipients.json").write_text('{"2026-01": "age1x"}', encoding="utf-8")
    (tmp_path / "pool.pem").write_text("PEM", encoding="utf-8")
    out, run = tmp_path / "b.json", CliRunner()
    words = ["bundle", "--agency", "mof", "--out", str(out)]
    named = ["--gateway-url", "https://pool.example.go.th:8443/"]

    def sends(*more: str) -> tuple[str, str]:
        run.invoke(keys, [*words, *more], catch_exceptions=False)
        read, _ = agencys.read(out.read_text(encoding="utf-8"))
        return read.gateway_url, read.gateway_ca

    assert sends(*named, "--gateway-ca", str(tmp_path / "pool.pem")) == ("https://pool.example.go.th:8443", "PEM")
    assert sends(*named) == ("https://pool.example.go.th:8443", ""), "the office's own system says what it trusts"
    out.unlink()
    plain = run.invoke(keys, [*words, "--gateway-url", "http://pool.example.go.th"]).exception
    alone = run.invoke(keys, [*words, "--gateway-ca", str(tmp_path / "pool.pem")]).exception
    for refused in (plain, alone):
        assert isinstance(refused, UsageError)
        assert refused.remedy
    assert not out.exists()
