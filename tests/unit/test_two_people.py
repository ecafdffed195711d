"""Two people where the contract asks: the bundle carries it, nothing leaves unapproved, the pool holds to the roles."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import approver as approver_
from khlang import contracts, errors, lake, manifest, signatures
from khlang.agency import approver as own
from khlang.agency import exporting, sending, signing, submission
from khlang.agency.cli import agency
from khlang.agency.submission import Submission
from khlang.agency.ui import actions
from khlang.agency.ui.desk import Desk
from khlang.agency.ui.views import Views
from khlang.landing import envelope, keeper, registry
from khlang.manifest import Manifest
from khlang.settings import Settings

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


def land(kit: Kit, made: Manifest, approvers: tuple[str, ...] = ()) -> Manifest:
    """What land asks of an envelope before it opens a part."""
    public = signatures.public_hex(kit.home.signing_key())
    profile = kit.authority.profile()
    known = envelope.Known(
        agency=registry.Agency("sso", public, "", ("insured_persons",), approvers),
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


PASSPHRASE = "สามคำที่ผู้อนุมัติรู้"
ROLE = "ผู้อำนวยการ"


@pytest.fixture
def stick(kit: Kit) -> Path:
    """A stick with the approver's key, made by the command."""
    folder = kit.root / "stick"
    folder.mkdir()
    args = ["approver-key", str(folder / "a.key"), "--home", str(kit.home.path)]
    done = CliRunner().invoke(agency, args, input=f"{PASSPHRASE}\n{PASSPHRASE}\n", catch_exceptions=False)
    assert PASSPHRASE not in done.output
    return folder


def public(stick: Path) -> str:
    return str(json.loads((stick / "a.key.json").read_text())["approver_key"])


def test_the_approvers_key_lies_with_the_approver_under_a_passphrase(kit: Kit, stick: Path) -> None:
    key = own.opened(stick / "a.key", PASSPHRASE)
    assert signatures.public_hex(key) == public(stick) != signatures.public_hex(kit.home.signing_key())
    secret = key.private_bytes_raw()
    for path in (path for path in kit.root.rglob("*") if path.is_file()):
        assert secret not in path.read_bytes(), path
        assert secret.hex().encode() not in path.read_bytes(), path
    for path, passphrase in (
        (stick / "a.key", PASSPHRASE + "x"),
        (stick / "a.key.json", PASSPHRASE),
        (stick / "b", ""),
    ):
        with pytest.raises(errors.AccessError) as caught:
            own.opened(path, passphrase)
        assert caught.value.code == "APPROVER-OPEN"


@pytest.mark.parametrize(
    ("name", "passphrase", "code"),
    [
        ("b.key", "สั้น", "APPROVER-PASSPHRASE"),
        ("a.key", PASSPHRASE, "APPROVER-FILE"),
        ("../sso/a.key", PASSPHRASE, "APPROVER-PLACE"),
    ],
)
def test_a_key_that_is_not_made(kit: Kit, stick: Path, name: str, passphrase: str, code: str) -> None:
    kept = (stick / "a.key").read_bytes()
    with pytest.raises(errors.KhlangError) as caught:
        own.make(kit.home, kit.home.path / "a.key" if ".." in name else stick / name, passphrase)
    assert caught.value.code == code
    assert (stick / "a.key").read_bytes() == kept
    assert sorted(path.name for path in stick.iterdir()) == ["a.key", "a.key.json"]


def test_only_the_approvers_key_approves(kit: Kit, waiting: Submission, stick: Path) -> None:
    identity, home = waiting.folder.name, ["--home", str(kit.home.path)]
    args = ["approve", identity, "--name", "ข", "--role", ROLE, "--yes", *home]
    run = CliRunner()
    for more, told, code in (
        ([], "", "APPROVE-KEY"),
        (["--key", str(kit.home.path / "signing.key")], f"{PASSPHRASE}\n", "APPROVER-OPEN"),
        (["--key", str(stick / "a.key")], "ผู้จัดทำลองเดา\n", "APPROVER-OPEN"),
    ):
        assert getattr(run.invoke(agency, [*args, *more], input=told).exception, "code", None) == code
    with pytest.raises(errors.AccessError) as caught:  # the preparer's own, which can be opened
        own.require(kit.home, kit.home.signing_key())
    assert caught.value.code == "APPROVE-KEY"
    assert kit.home.submissions() == []
    run.invoke(agency, [*args, "--key", str(stick / "a.key")], input=f"{PASSPHRASE}\n", catch_exceptions=False)
    made = sending.signed(kit.home, waiting.folder)[2]
    assert made["submission"] == waiting.manifest["submission"]
    assert made["content_sha256"] == waiting.manifest["content_sha256"]
    assert land(kit, made, (public(stick),)) == made
    assert land(kit, made) == made, "a pool that enrolled none takes it for its two roles"
    again = sending.signed(kit.home, waiting.folder, supersedes="a" * 32)[2]
    assert land(kit, again, (public(stick),)) == again


def test_the_page_asks_for_the_approvers_key(kit: Kit, waiting: Submission, stick: Path) -> None:
    desk = Desk(kit.home)
    try:
        page = Views(desk, "token").get(f"/approve/{waiting.folder.name}").body.decode()
        assert 'name="passphrase" type="password"' in page
        assert "ไฟล์กุญแจผู้อนุมัติ" in page
        fields = {"submission": [waiting.folder.name], "name": ["ข"], "role": [ROLE], "looked": ["yes"]}
        for key, passphrase, code in (("", "", "APPROVE-KEY"), (str(stick / "a.key"), "เดา", "APPROVER-OPEN")):
            with pytest.raises(errors.AccessError) as caught:
                actions.post(desk, "/approve", {**fields, "key": [key], "passphrase": [passphrase]})
            assert caught.value.code == code
        actions.post(desk, "/approve", {**fields, "key": [str(stick / "a.key")], "passphrase": [PASSPHRASE]})
    finally:
        desk.drawer.close()
    made = sending.signed(kit.home, waiting.folder)[2]
    assert land(kit, made, (public(stick),)) == made


FORGED: dict[str, Callable[[Manifest, Kit], Manifest]] = {
    "not signed": lambda made, _: manifest.check({k: v for k, v in made.items() if k != "approval"}),
    "by the agency's key": lambda made, kit: approver_.add(made, kit.home.signing_key()),
    "of another letter": lambda made, _: manifest.check(made | {"letter": "อีกฉบับ"}),
    "in another role": lambda made, _: manifest.check(made | {"approver": "ปลัด"}),
    "under another's name": lambda made, kit: manifest.check(
        made
        | {"approval": {**made["approval"], "signature": signatures.sign(approver_.said(made), kit.home.signing_key())}}
    ),
}


def test_the_pool_refuses_what_the_approver_did_not_sign(kit: Kit, waiting: Submission, stick: Path) -> None:
    """The agency signs each of them, for the preparer holds its key."""
    key = own.opened(stick / "a.key", PASSPHRASE)
    whole = approver_.add(manifest.check(waiting.manifest | {"approver": ROLE}), key)
    assert land(kit, whole, (public(stick),)) == whole
    for how, forge in FORGED.items():
        with pytest.raises(errors.AccessError) as caught:
            land(kit, forge(whole, kit), (public(stick),))
        assert caught.value.code == "APPROVER-KEY", how


def test_older_manifests_stand_where_one_person_is_enough(
    kit: Kit, waiting: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TABLES._tables, "insured_persons", replace(TABLES["insured_persons"], two_people=False))
    assert land(kit, waiting.manifest, ("0" * 64,)) == waiting.manifest


def test_the_keeper_enrols_an_approver_and_a_new_enrolment_leaves_it(kit: Kit, stick: Path) -> None:
    settings = Settings(agency_kit.CONTRACTS.parent, kit.root / "var", kit.root / "cache", {})
    asked = kit.home.enrolment()

    def enrol() -> None:
        facts = {name: asked[name] for name in ("agency", "public_key", "token_sha256", "simulation")}
        keeper.register(settings, **facts)

    with pytest.raises(errors.UsageError):
        keeper.approver(settings, agency="sso", key=public(stick), admitted=True)
    enrol()
    for wrong in ("xyz", asked["public_key"]):
        with pytest.raises(errors.SignatureError) as caught:
            keeper.approver(settings, agency="sso", key=wrong, admitted=True)
        assert caught.value.code == "APPROVER-ENROL"
    assert keeper.approver(settings, agency="sso", key=public(stick), admitted=True) == [public(stick)]
    enrol()
    assert registry.agencies(settings)["sso"].approvers == (public(stick),)
    assert keeper.approver(settings, agency="sso", key=public(stick), admitted=False) == []
    assert registry.agencies(settings)["sso"].approvers == ()
