"""Source epochs begin and end, months end, credentials are revoked; no command shows a key."""

import base64
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests import agency_kit

from khlang import contracts, oprf, settings, signatures
from khlang.agency import home as home_
from khlang.agency import keystore
from khlang.errors import AccessError, ContractError, PeriodError, SealingKeyError, SetupError, UsageError
from khlang.keys import bundle, rotation
from khlang.keys.authority import Authority
from khlang.keys.cli import keys
from khlang.landing import envelope, expiry, keeper, registry
from khlang.landing.cli import pool
from khlang.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = contracts.load(ROOT / "contracts")
JULY = date(2026, 7, 1)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings.load({"KHLANG_ROOT": str(ROOT), "KHLANG_VAR": str(tmp_path / "var")})


def known(here: Settings, authority: Authority, today: date) -> envelope.Known:
    bundle.publish(authority, here.registry, CONTRACTS)
    agency = registry.Agency("mof", "", "", ("welfare_registrants",))
    return envelope.Known(
        agency, CONTRACTS, registry.epochs(here), registry.current(here), frozenset({"2026-01"}), today
    )


def sent(authority: Authority) -> Any:
    profile = authority.profile()
    return {
        "profile": {k: profile[k] for k in ("id", "epoch", "kcv")}
        | {"sha256": registry.Epoch(authority.epoch, profile).sha256}
    }


def test_a_scheduled_rotation_takes_both_epochs_until_the_old_ones_last_day(tmp_path: Path, here: Settings) -> None:
    old = agency_kit.make(tmp_path).authority
    new = rotation.rotate(old, starts=JULY, last_day=date(2026, 8, 31))
    assert (new.epoch, new.dates().previous) == ("e02", "e01")
    assert new.source_secret() != old.source_secret()
    for day, fine in ((JULY, True), (date(2026, 8, 31), True), (date(2026, 9, 1), False)):
        held = known(here, new, day)
        envelope._profile(sent(new), held)
        if fine:
            envelope._profile(sent(old), held)
            continue
        with pytest.raises(SealingKeyError, match="ended on 2026-08-31; the current one is e02") as refused:
            envelope._profile(sent(old), held)
        assert (refused.value.code, refused.value.exit_code) == ("KEY-EPOCH-ENDED", 21)
    with pytest.raises(SealingKeyError, match="begins on 2026-07-01") as refused:
        envelope._profile(sent(new), known(here, new, date(2026, 6, 30)))
    assert refused.value.code == "KEY-EPOCH-EARLY"


def test_a_compromised_epoch_ends_at_once(tmp_path: Path, here: Settings) -> None:
    old = agency_kit.make(tmp_path).authority
    new = rotation.rotate(old, starts=JULY, compromised=True)
    with pytest.raises(SealingKeyError, match="ended on 2026-06-30"):
        envelope._profile(sent(old), known(here, new, JULY))
    with pytest.raises(UsageError, match="nobody could send"):
        rotation.rotate(new, starts=JULY, last_day=date(2026, 6, 1))


def test_a_pool_of_one_profile_refuses_the_other(tmp_path: Path, here: Settings) -> None:
    old = agency_kit.make(tmp_path).authority
    new = rotation.rotate(old, starts=JULY, profile=oprf.PROFILE)
    held = known(here, new, JULY)
    with pytest.raises(SealingKeyError) as refused:
        envelope._profile({"profile": sent(new)["profile"] | {"id": "hmac-v1"}}, held)
    assert refused.value.code == "KEY-PROFILE"
    assert held.epochs["e02"].pattern.startswith("^s1v")
    assert held.epochs["e01"].pattern.startswith("^s1\\.")
    pairs = registry.bridge_pairs(here, "mof", "e02")
    assert pairs
    assert all(a.startswith("s1.e01.") and b.startswith("s1v.e02.") for a, b in pairs)


def test_the_agency_is_told_what_is_wrong_with_the_day(tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path)
    made = replace(kit.home.bundle(), valid=("2026-01-01", "2026-12-31"), dates={"starts": None, "ends": "2026-06-30"})
    made.check_dates(date(2026, 6, 30))
    for day, code in ((date(2025, 1, 1), "BUNDLE-EARLY"), (date(2027, 1, 1), "BUNDLE-EXPIRED")):
        with pytest.raises(ContractError) as refused:
            made.check_dates(day)
        assert refused.value.code == code
    with pytest.raises(SealingKeyError) as ended:
        made.check_dates(JULY)
    assert ended.value.code == "KEY-EPOCH-ENDED"
    coming = replace(made, dates={"starts": "2026-07-01", "ends": None})
    coming.check_dates(date(2026, 6, 30), early=True)
    with pytest.raises(SealingKeyError, match="begins on 2026-07-01") as early:
        coming.check_dates(date(2026, 6, 30))
    assert early.value.code == "KEY-EPOCH-EARLY"
    assert "2026-06-30" in early.value.remedy, "a clock that is wrong is the likelier reason"


def test_a_new_bundle_keeps_the_ended_epochs_key_for_the_bridge(tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path)
    old = kit.home.source_key()
    new = rotation.rotate(kit.authority, starts=date(2026, 1, 1))
    fresh = agency_kit.Kit(kit.root, new, kit.home, kit.identities).bundle_text()
    home_.start(kit.home.path, bundle=fresh, sealing_key=new.source_secret().hex())
    assert kit.home.previous_key() == old
    assert kit.home.source_key() == new.source_key()


class _Backend:
    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret


def test_the_os_keyring_is_taken_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring.backend

    trusted, other = _Backend(), type("Plain", (_Backend,), {"__module__": "keyrings.alt.file", "priority": 9})()
    monkeypatch.setattr(_Backend, "__module__", "keyring.backends.Windows")
    monkeypatch.setattr(keyring.backend, "get_all_keyring", lambda: [other, trusted])
    kit = agency_kit.make(tmp_path)
    secret = kit.authority.source_secret().hex()
    home_.start(kit.home.path, bundle=kit.bundle_text(), sealing_key=secret, key_store="auto")
    assert list(trusted.kept.values()) == [secret]
    assert not other.kept, "a plain-text backend is no protection"
    assert not (kit.home.path / "sealing.key").exists()
    assert kit.home.source_key() == kit.authority.source_key()
    assert "DPAPI" in kit.home.keystore().described()


def test_without_a_keyring_a_file_that_only_its_owner_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring.backend

    monkeypatch.setattr(keyring.backend, "get_all_keyring", list)
    store = keystore.choose(tmp_path, "auto")
    store.put("sealing", "secret")
    assert "0600" in store.described()
    assert (tmp_path / "sealing.key").stat().st_mode & 0o077 == 0
    with pytest.raises(SetupError, match="keyring is not there"):
        keystore.choose(tmp_path, "keyring")


def test_a_month_ends_with_its_window_and_is_never_opened_again(here: Settings) -> None:
    keeper.init(here, start="2026-01", months=3)
    assert expiry.due(here, today=date(2026, 5, 1)) == []
    assert expiry.due(here, today=date(2026, 5, 2)) == ["2026-01"]
    assert expiry.close(here, ["2026-01"], today=date(2026, 5, 2)) == ["2026-01"]
    assert not (here.secrets / "month" / "2026-01.identity").exists()
    assert "2026-01" not in registry.recipients(here)
    with pytest.raises(PeriodError, match="destroyed on 2026-05-02") as refused:
        registry.require_open(here, "2026-01")
    assert (refused.value.code, refused.value.exit_code) == ("PERIOD-ENDED", 24)
    assert "2026-01" not in keeper.init(here, start="2026-01", months=3), "it is not made anew"


@pytest.mark.attack(
    "a gateway token replayed after it was revoked",
    guard="the registry keeps revoked hashes",
    control="test_a_revoked_credential_is_refused_and_never_taken_again",
)
def test_a_revoked_credential_is_refused_and_never_taken_again(tmp_path: Path, here: Settings) -> None:
    kit = agency_kit.make(tmp_path)
    asked = kit.home.enrolment()
    entry = {name: asked[name] for name in ("agency", "public_key", "token_sha256", "simulation")}
    keeper.register(here, **entry)
    token = kit.home.token()
    assert registry.of_token(here, token).name == "mof"
    expiry.revoke(here, "mof")
    with pytest.raises(AccessError) as refused:
        registry.of_token(here, token)
    assert refused.value.code == "TOKEN-REVOKED"
    with pytest.raises(AccessError, match="was revoked"):
        keeper.register(here, **entry)
    keeper.register(here, **entry | {"token_sha256": "0" * 64})
    assert "mof" in registry.agencies(here)


def _forms(secret: str) -> list[str]:
    raw = bytes.fromhex(secret)
    return [secret, secret.upper(), base64.b64encode(raw).decode(), raw.decode("latin-1"), repr(raw)[2:-1]]


def test_no_command_shows_a_key(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path_factory.mktemp("stick")
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "ca.pem").write_text("PEM", encoding="ascii")
    kit = agency_kit.make(tmp_path / "kit")
    (tmp_path / "request.json").write_text(json.dumps(kit.home.enrolment() | {"service_sha256": "0" * 64}))
    (tmp_path / "approver.json").write_text(json.dumps({"agency": "mof", "approver_key": "ab" * 32}))
    runner, said = CliRunner(), ""
    calls = [
        (pool, "init --start 2026-01 --months 2"),
        (pool, f"enrol --request {tmp_path / 'request.json'}"),
        (pool, f"approver {tmp_path / 'approver.json'}"),
        (keys, "init --simulation"),
        (keys, "publish"),
        (keys, f"bundle --agency mof --out {tmp_path / 'b.json'}"),
        (keys, f"export --out {tmp_path / 'k'}"),
        (keys, "rotate --starts 2026-07-01"),
        (keys, f"admit --request {tmp_path / 'request.json'} --elements 9"),
        (keys, "dismiss --agency mof"),
        (keys, f"split --keeper first --keeper second --need 2 --out {stick / 'shares'}"),
        (keys, "reidentify list"),
        (pool, "expire --dry-run --today 2030-01-01"),
        (pool, "revoke mof"),
    ]
    for group, line in calls:
        done = runner.invoke(group, line.split(), catch_exceptions=False)
        assert done.exit_code == 0, line
        said += done.output
    listed = set(keys.commands) | set(pool.commands)
    assert listed - {line.split()[0] for _, line in calls} <= {"serve", "receipt-key"}, "a command that nobody tried"
    secrets = [p.read_text().strip() for pattern in ("**/*.key", "k") for p in tmp_path.glob(pattern)]
    assert len(secrets) >= 6
    shares = [json.loads(path.read_text())["share"] for path in (stick / "shares").iterdir()]
    assert len(shares) == 2
    assert [form for share in shares for form in _forms(share) if form in said] == []
    assert signatures.public_hex(kit.home.signing_key()) not in secrets
    assert [form for secret in secrets for form in _forms(secret) if form in said] == []
    assert "AGE-SECRET-KEY" not in said
