"""Two people where the contract asks: the bundle carries it, nothing leaves unapproved, the pool holds to the roles."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import contracts, errors, lake, manifest, signatures
from khlang.agency import exporting, sending, signing, submission
from khlang.agency.cli import agency
from khlang.agency.submission import Submission
from khlang.landing import envelope, registry
from khlang.manifest import Manifest

TABLES = contracts.load(agency_kit.CONTRACTS)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """The Social Security Office, one of whose contracts asks for two people."""
    kit = agency_kit.make(tmp_path, "sso")
    (tmp_path / "b.json").write_text(kit.bundle_text("sso"), encoding="utf-8")
    (tmp_path / "k").write_text(kit.authority.source_secret().hex(), encoding="utf-8")
    words = ["--bundle", str(tmp_path / "b.json"), "--key-file", str(tmp_path / "k"), "--key-store", "file"]
    args = ["init", *words, "--preparer", "ก ", "--home", str(kit.home.path)]
    CliRunner().invoke(agency, args, catch_exceptions=False)
    return kit


@pytest.fixture
def waiting(kit: Kit) -> Submission:
    rows = [
        f"{agency_kit.cid(n)},1{n:012d},2569-01,{n}000.50,33,10,{n} ก.พ. 2569" for n in range(1, 6)
    ]  # fmt: skip
    names = "pid,employer_id,wage_month,wage_baht,section_code,province_code,reported_on"
    file = kit.root / "wages.csv"
    file.write_text("\n".join([names, *rows]) + "\n", encoding="utf-8")
    return submission.seal(kit.home, file, dataset="insured_persons", period="2569-01")


def test_the_contract_says_it_and_the_bundle_carries_it(kit: Kit) -> None:
    assert {table.name for table in TABLES.datasets if table.two_people} == {"insured_persons"}
    assert kit.home.bundle().table("insured_persons").two_people


def test_nothing_leaves_before_the_second_person(kit: Kit, waiting: Submission) -> None:
    assert waiting.pending
    assert (waiting.manifest["approver"], kit.home.submissions()) == ("", [])
    for leave in (
        lambda: sending.signed(kit.home, waiting.folder),
        lambda: exporting.export(kit.home, waiting.folder, kit.root / "stick"),
    ):
        with pytest.raises(errors.AccessError) as caught:
            leave()
        assert caught.value.code == "APPROVE-WAITS"
        assert waiting.folder.name[:12] in caught.value.remedy
    assert not (kit.root / "stick").exists()


def test_who_signs_it_alone_cannot_send_it(kit: Kit, waiting: Submission) -> None:
    for approver in ("", " ผู้จัดทำข้อมูล "):
        signing.sign(kit.home, manifest.check(waiting.manifest | {"approver": approver}), waiting.folder)
        with pytest.raises(errors.AccessError) as caught:
            sending.signed(kit.home, waiting.folder)
        assert caught.value.code == "APPROVE-WAITS"


def test_another_person_approves(kit: Kit, waiting: Submission) -> None:
    identity, home = waiting.manifest["submission"][:8], ["--home", str(kit.home.path)]
    run = CliRunner()
    assert identity in run.invoke(agency, ["approve", *home], catch_exceptions=False).output
    states = run.invoke(agency, ["status", "--offline", "--lang", "th", *home], catch_exceptions=False).stdout
    assert "รอผู้อนุมัติ" in states
    listed = run.invoke(agency, ["approve", "--json", *home], catch_exceptions=False).stdout
    assert [one["submission"] for one in json.loads(listed)] == [waiting.folder.name]
    for name, role, code in (
        ("ก", "ผู้อำนวยการ", "APPROVE-SAME"),
        ("ข", waiting.manifest["preparer"] + " ", "APPROVE-SAME"),
        ("ข", " ", "APPROVE-WHO"),
    ):
        told = run.invoke(agency, ["approve", identity, "--name", name, "--role", role, "--yes", *home])
        assert getattr(told.exception, "code", None) == code
    none = run.invoke(agency, ["approve", "0" * 8, "--name", "ข", "--role", "ผู้อำนวยการ", "--yes", *home])
    assert getattr(none.exception, "code", None) == "APPROVE-NONE"
    args = ["approve", identity, "--name", "ข", "--role", "ผู้อำนวยการ", *home]
    assert run.invoke(agency, args, input="n\n").exit_code == 1
    assert kit.home.submissions() == []
    run.invoke(agency, args, input="y\n", catch_exceptions=False)
    signed = sending.signed(kit.home, waiting.folder)[2]
    assert (signed["preparer"], signed["approver"]) == ("ผู้จัดทำข้อมูล", "ผู้อำนวยการ")
    assert signed["submission"] == waiting.manifest["submission"]


def land(kit: Kit, made: Manifest) -> Manifest:
    """What land asks of an envelope before it opens a part."""
    public = signatures.public_hex(kit.home.signing_key())
    profile = kit.authority.profile()
    known = envelope.Known(
        agency=registry.Agency("sso", public, "", ("insured_persons",)),
        contracts=TABLES,
        epochs={profile["epoch"]: registry.Epoch(profile["epoch"], profile)},
        current=profile["epoch"],
        months=frozenset({"2026-01"}),
        today=date(2026, 2, 20),
    )
    data = signatures.canonical(made)
    place = lake.Submission("sso", "insured_persons", "2026-01", made["submission"])
    return envelope.read(data, signatures.sign(data, kit.home.signing_key()), place, known)[0]


@pytest.mark.parametrize("approver", ["", "  ", "ผู้จัดทำข้อมูล", " ผู้จัดทำข้อมูล "])
def test_the_pool_refuses_one_who_did_both(kit: Kit, waiting: Submission, approver: str) -> None:
    with pytest.raises(errors.AccessError) as caught:
        land(kit, manifest.check(waiting.manifest | {"approver": approver}))
    assert caught.value.code == "APPROVER"
    assert "อนุมัติ" in caught.value.remedy


def test_the_pool_takes_two(kit: Kit, waiting: Submission) -> None:
    made = manifest.check(waiting.manifest | {"approver": "ผู้อำนวยการ"})
    assert land(kit, made) == made


def test_one_person_is_enough_elsewhere(kit: Kit, waiting: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    lenient = replace(TABLES["insured_persons"], two_people=False)
    monkeypatch.setitem(TABLES._tables, "insured_persons", lenient)
    assert land(kit, waiting.manifest) == waiting.manifest
