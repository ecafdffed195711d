"""Refusals between sealing and the receipt: a month without key, no sealed folder, a full stick, another's receipt."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import xlsxwriter
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests import agency_kit
from tests.agency_kit import Kit
from tests.refusalkit import Refused, expect_command_refused, expect_official, tree
from tests.roomkit import no_room_beyond

from khlang import receipt, signatures
from khlang.agency import exporting, receipts, sending, submission
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.agency.submission import Submission
from khlang.errors import KhlangError

DATASET = "welfare_registrants"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def sealed(kit: Kit) -> Submission:
    file = agency_kit.write_csv(kit.root / "x.csv", agency_kit.registrants(30))
    return submission.seal(kit.home, file, dataset=DATASET, period="2569-01")


def expect_refused(kit: Kit, *line: object, code: str, exit_code: int, says: str) -> Refused:
    given = [*line, "--home", kit.home.path]
    return expect_command_refused("agency", *given, code=code, exit_code=exit_code, says=says, keeps=kit.home.path)


def test_a_month_that_the_bundle_has_no_key_for(kit: Kit) -> None:
    line = ["seal", kit.root / "x.csv", "--dataset", DATASET, "--period", "2568-12"]
    expect_refused(kit, *line, code="PERIOD-RECIPIENT", exit_code=24, says="2025-12")


def test_a_dataset_of_another_agency(kit: Kit) -> None:
    line = ["seal", kit.root / "x.csv", "--dataset", "vehicles", "--period", "2569-01"]
    expect_refused(kit, *line, code="CONTRACT-NONE", exit_code=23, says=DATASET)


def test_the_sheet_that_fits_is_hidden(kit: Kit, tmp_path: Path) -> None:
    rows = agency_kit.registrants(3)
    with xlsxwriter.Workbook(tmp_path / "hidden.xlsx") as book:
        book.add_worksheet("ปก").activate()
        sheet = book.add_worksheet("ข้อมูล")
        for at, line in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            sheet.write_row(at, 0, line)
        sheet.hide()
    line = ["seal", tmp_path / "hidden.xlsx", "--dataset", DATASET, "--period", "2569-01"]
    expect_refused(kit, *line, code="SEAL-HIDDEN-SHEET", exit_code=20, says="--accept SEAL-HIDDEN-SHEET")


def test_a_folder_that_is_not_sealed(kit: Kit, tmp_path: Path) -> None:
    expect_refused(kit, "send", tmp_path, code="SEND-FOLDER", exit_code=20, says="no sealed folder")


def test_an_id_that_is_none_or_not_enough(kit: Kit, sealed: Submission) -> None:
    assert sealed.folder.exists()
    for wanted in ("zz", ""):
        line = ["export", wanted, "--to", kit.root / "stick"]
        expect_refused(kit, *line, code="SUBMISSION", exit_code=20, says="0 submissions")
    assert not (kit.root / "stick").exists()


def test_no_receipt_yet(kit: Kit, sealed: Submission) -> None:
    line = ["receipt", sealed.folder.name[:12], "--offline"]
    expect_refused(kit, *line, code="RECEIPT-NONE", exit_code=20, says="no receipt")


def test_the_state_that_was_kept_is_shown_where_the_pool_is_not_reached(
    kit: Kit, sealed: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(home: Home, *, proxy: str | None) -> Gateway:
        def refuse(_: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("no way there")

        return Gateway(home, proxy=proxy, transport=httpx.MockTransport(refuse), sleep=lambda _: None)

    monkeypatch.setattr("khlang.agency.commands.status.Gateway", unreachable)
    told = expect_refused(kit, "status", "--lang", "en", code="STATUS-OLD", exit_code=12, says="known before")
    assert sealed.folder.name[:12] in told.printed
    assert "sealed, not sent" in told.printed


def nothing(path: Path) -> Path:
    path.mkdir()
    return path


def other_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("notes.txt", "x")
    return path


def text(path: Path) -> Path:
    path.write_text("รับแล้ว", encoding="utf-8")
    return path


def a_list(path: Path) -> Path:
    path.write_text("[]", encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [nothing, other_zip, text, a_list, lambda path: path], ids=lambda make: make.__name__)
def test_a_file_that_holds_no_receipt(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(KhlangError) as caught:
        receipts.read(make(tmp_path / "given"))
    expect_official(caught.value, code="RECEIPT-FILE", exit_code=20, says="receipt.json")


def test_a_receipt_that_another_signed(sealed: Submission) -> None:
    """The bundle names the pool's key: a receipt that says it is verified by its own key is none."""
    place = {name: sealed.manifest[name] for name in receipt.PLACE}  # type: ignore[literal-required]
    stranger, pool = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signed = receipt.sign(receipt.build(place, state="promoted", received={}, steps=[]), stranger)
    with pytest.raises(KhlangError) as caught:
        receipt.verify(signed, key=signatures.public_hex(pool))
    expect_official(caught.value, code="RECEIPT-SIGNER", exit_code=22, says="another than the pool")
    assert receipt.verify(signed, key=signatures.public_hex(stranger))["state"] == "promoted", "positive control"


@pytest.fixture
def damaged(sealed: Submission, tmp_path: Path) -> Submission:
    """A copy of the sealed folder whose one part lost its last byte."""
    folder = tmp_path / sealed.folder.name
    shutil.copytree(sealed.folder, folder)
    part = next(folder.glob("*.age"))
    part.write_bytes(part.read_bytes()[:-1])
    return Submission(folder, sealed.manifest, sealed.table, sealed.extract, {}, reused=False)


def test_a_part_that_is_not_as_it_was_sealed(kit: Kit, damaged: Submission, tmp_path: Path) -> None:
    with pytest.raises(KhlangError) as caught:
        exporting.export(kit.home, damaged.folder, tmp_path / "stick")
    name = damaged.manifest["parts"][0]["name"]
    expect_official(caught.value, code="SEND-PART", exit_code=25, says=name)
    assert not (tmp_path / "stick").exists()
    (damaged.folder / name).unlink()
    with pytest.raises(KhlangError, match="missing"):
        sending.whole(damaged.folder, damaged.manifest["parts"][0])


@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
def test_a_stick_that_is_full_keeps_nothing_half_written(
    kit: Kit, sealed: Submission, tmp_path: Path, *, as_zip: bool
) -> None:
    """What was on it before stays: an export that does not fit takes the place of nothing."""
    exporting.export(kit.home, sealed.folder, tmp_path, as_zip=as_zip)
    held = tree(tmp_path)

    half = max(part["bytes"] for part in sealed.manifest["parts"]) // 2
    with pytest.raises(KhlangError) as caught, no_room_beyond(half):
        exporting.export(kit.home, sealed.folder, tmp_path, as_zip=as_zip)
    expect_official(caught.value, code="EXPORT", exit_code=20, says="File too large")
    assert tree(tmp_path) == held
