"""Profile voprf-v1 end to end at the agency: seal and bridge against the real service, a process behind TLS."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import httpx
import polars as pl
import pytest
from tests import agency_kit, stackfixture

from khlang import contracts, manifest, oprf, settings
from khlang.agency import asking, bridging, submission
from khlang.agency import home as home_
from khlang.agency.home import Home
from khlang.errors import AccessError, ServiceError, SignatureError
from khlang.keys import admission, authority, bundle, rotation
from khlang.keys.authority import Authority
from khlang.settings import Settings
from khlang.stack import tls

DATASET, MONTH, ROWS = "welfare_registrants", "2026-01", 30
CELLS, CANARIES = 2 * ROWS, 8
TODAY = date(2026, 2, 3)


@dataclass
class Office:
    """An agency under a VOPRF epoch, and the authority whose service it asks."""

    settings: Settings
    authority: Authority
    home: Home
    kit: agency_kit.Kit
    file: Path

    def seal(self, home: Home | None = None) -> submission.Submission:
        return submission.seal(home or self.home, self.file, dataset=DATASET, period=MONTH)

    def used(self) -> int:
        """Identifiers that the service has counted."""
        with sqlite3.connect(self.settings.authority / "quota.sqlite") as journal:
            return int(journal.execute("SELECT coalesce(sum(n), 0) FROM used").fetchone()[0])

    def admit(self, elements: int) -> None:
        asked = self.home.enrolment()
        admission.admit(self.settings.authority, agency="mof", token_sha256=asked["service_sha256"], elements=elements)

    def bundle_text(self, at: Authority, *, ca: str) -> str:
        recipients = json.loads(json.loads(self.kit.bundle_text())["bundle"])["recipients"]
        made = bundle.make(
            at,
            agency="mof",
            contracts=contracts.load(agency_kit.CONTRACTS),
            recipients=recipients,
            gateway_url="https://127.0.0.1:9",
            gateway_ca="",
            service={"url": f"https://127.0.0.1:{self.settings.ports['GATEWAY']}", "ca_pem": ca},
        )
        return json.dumps(made)


@contextmanager
def serving(here: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """``khlang keys serve`` until the block ends."""
    port = here.ports["GATEWAY"]
    words = ["keys", "serve", "--port", str(port)]
    words += ["--certificate", str(here.var / "tls" / "gateway.pem"), "--key", str(here.var / "tls" / "gateway.key")]
    process = subprocess.Popen([sys.executable, "-m", "khlang", *words], env=stackfixture.environment(here))
    try:
        for _ in range(200):
            assert process.poll() is None, "the service ended by itself"
            try:
                httpx.get(f"https://127.0.0.1:{port}/healthz", verify=False, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    var = tmp_path / "var"
    var.mkdir()
    (var / "ports.env").write_text(f"GATEWAY={stackfixture.free_ports(1)[0]}\n")
    here = settings.load({**os.environ, "KHLANG_VAR": str(var)})
    tls.ensure(here)
    made = authority.start(here.authority, simulation=True, profile=oprf.PROFILE)
    kit = agency_kit.make(tmp_path / "kit")
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(ROWS))
    home = Home(tmp_path / "mof", today=lambda: TODAY)
    it = Office(here, made, home, replace(kit, home=home), file)
    home_.start(home.path, bundle=it.bundle_text(made, ca=here.trino_ca.read_text()), sealing_key=None)
    it.admit(10_000)
    return it


def test_sealing_asks_the_service_and_gives_the_same_bytes_again(office: Office) -> None:
    with serving(office.settings):
        made = office.seal()
        rows = office.kit.opened(made.folder)
        for row in agency_kit.registrants(3):
            wanted = (
                office.authority.seal(str(row["pid"]), "th-cid"),
                office.authority.seal(str(row["house_id"]), "house"),
            )
            assert rows.filter(pid=wanted[0])["house_id"].to_list() == [wanted[1]]
        assert rows.height == ROWS + made.manifest["canary_rows"]
        assert made.manifest["profile"]["id"] == oprf.PROFILE
        assert office.used() == CELLS + CANARIES
        assert not list((office.home.path / "asked").iterdir()), "what was answered is forgotten"
        made.folder.rename(made.folder.with_name("before"))
        (office.home.path / "sealed.json").unlink(missing_ok=True)
        again = office.seal()
        assert again.manifest["content_sha256"] == made.manifest["content_sha256"]
        assert again.folder.name == made.folder.name


def test_a_seal_killed_in_the_middle_goes_on_and_asks_nothing_twice(office: Office) -> None:
    program = f"""
import datetime, pathlib
from khlang import oprf
from khlang.agency import submission
from khlang.agency.home import Home
oprf.BATCH = 7
def tell(step, rows, total):
    print(step, rows, flush=True)
    if "asking" in step and rows >= 21:
        import time; time.sleep(60)
home = Home(pathlib.Path({str(office.home.path)!r}), today=lambda: datetime.date(2026, 2, 3))
submission.seal(home, pathlib.Path({str(office.file)!r}), dataset={DATASET!r}, period={MONTH!r}, tell=tell)
"""
    with serving(office.settings):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for line in child.stdout:
                if line.startswith("ถาม") and line.rstrip().endswith(" 21"):
                    break
            child.send_signal(signal.SIGKILL)
            assert child.wait(10) == -signal.SIGKILL
        assert office.used() == 21
        (kept,) = (office.home.path / "asked").glob("*.sqlite")
        held = kept.read_bytes()
        assert not [row for row in agency_kit.registrants(ROWS) if str(row["pid"]).encode() in held], "no identifier"
        assert office.home.submissions() == []
        made = office.seal()
        assert office.used() == CELLS + CANARIES, "each once, the kill notwithstanding"
        assert made.manifest["rows"] == ROWS


def test_a_quota_that_is_used_up_is_told_with_its_end_and_gone_on_after(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oprf, "BATCH", 20)
    office.admit(45)
    with serving(office.settings):
        with pytest.raises(AccessError) as refused:
            office.seal()
        assert refused.value.code == "VOPRF-QUOTA"
        assert "days" in refused.value.remedy
        assert office.used() <= 45
        done = office.used()
        assert list(office.home.sealed(DATASET, MONTH).iterdir()) == [], "nothing half-sealed is left"
        office.admit(CELLS + CANARIES)
        assert office.seal().manifest["rows"] == ROWS
        assert office.used() == CELLS + CANARIES > done


def test_no_service_another_certificate_and_a_stranger_are_told(office: Office) -> None:
    waits: list[float] = []
    asked = asking.asked(office.home, lambda *_: None, sleep=waits.append)
    with asked as ask, pytest.raises(ServiceError) as silent:
        ask(pl.Series([agency_kit.cid(1)]), "th-cid", True)
    assert silent.value.code == "VOPRF-SERVICE"
    assert waits == sorted(waits)
    assert len(waits) == asking.TRIES - 1
    with serving(office.settings):
        admission.dismiss(office.settings.authority, "mof")
        with pytest.raises(AccessError, match="key authority refused"):
            office.seal()
        other = office.settings.var / "other"
        tls.ensure(replace(office.settings, var=other))
        text = office.bundle_text(office.authority, ca=(other / "tls" / "ca.pem").read_text())
        home_.start(office.home.path, bundle=text, sealing_key=None)
        with pytest.raises(SignatureError) as impostor:
            office.seal()
        assert impostor.value.code == "VOPRF-CA"


def test_a_bridge_leads_from_a_key_to_the_service(office: Office, tmp_path: Path) -> None:
    old = authority.start(tmp_path / "keyed", simulation=True)
    home = Home(tmp_path / "office", today=lambda: TODAY)
    home_.start(home.path, bundle=office.bundle_text(old, ca=""), sealing_key=old.source_secret().hex())
    new = rotation.rotate(old, starts=date(2026, 2, 1), profile=oprf.PROFILE)
    it = replace(office, settings=replace(office.settings, var=tmp_path / "v"), authority=new, home=home)
    it.settings.var.mkdir()
    it.settings.outside.mkdir()
    it.settings.authority.symlink_to(tmp_path / "keyed")
    tls.ensure(it.settings)
    home_.start(home.path, bundle=it.bundle_text(new, ca=it.settings.trino_ca.read_text()), sealing_key=None)
    it.admit(1000)
    with serving(it.settings):
        made = bridging.make(home, office.file, dataset=DATASET, period=MONTH)
    rows = pl.concat(pl.read_parquet(data) for data in office.kit.inner(made.folder))
    assert tuple(rows.columns) == manifest.BRIDGE_COLUMNS
    cid = str(agency_kit.registrants(1)[0]["pid"])
    assert rows.filter(s_old=new.at("e01").seal(cid, "th-cid"))["s_new"].to_list() == [new.seal(cid, "th-cid")]
    assert rows["s_new"].str.starts_with("s1v.e02.").all()
