"""Sealing: what leaves and what stays, one content is one submission, and nothing half-done is kept."""

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from tests import agency_kit
from tests.agency_kit import Kit, seal

from khlang import errors, manifest, pseudonym, signatures
from khlang.agency import parts
from khlang.agency.cli import agency
from khlang.agency.submission import Submission
from khlang.errors import KhlangError


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str | None]]:
    return agency_kit.registrants(50)


@pytest.fixture(scope="module")
def sealed(kit: Kit, rows: list[dict[str, str | None]]) -> Submission:
    return seal(kit, agency_kit.write_csv(kit.root / "x.csv", rows))


def test_what_leaves(kit: Kit, rows: list[dict[str, str | None]], sealed: Submission) -> None:
    opened = kit.opened(sealed.folder)
    assert sealed.manifest["period"] == "2026-01"
    assert (sealed.manifest["rows"], sealed.manifest["canary_rows"], opened.height) == (50, 4, 54)
    assert opened["row_number"].to_list() == list(range(1, 55))
    assert set(opened.dtypes) == {pl.Int64, pl.String}
    key = kit.authority.source_key()
    expected = {pseudonym.source_pseudonym(str(row["pid"]), key=key, epoch="e01", type="th-cid") for row in rows}
    assert expected < set(opened["pid"])
    assert not {"ชื่อ-สกุล", "โทรศัพท์", "source_row"} & set(opened.columns)


def test_row_map_leads_back(kit: Kit, rows: list[dict[str, str | None]], sealed: Submission) -> None:
    rowmap = pl.read_parquet(kit.home.rowmap("welfare_registrants", "2026-01", sealed.manifest["submission"]))
    joined = kit.opened(sealed.folder).join(rowmap, on="row_number")
    data = joined.filter(pl.col("source_row").is_not_null())
    key = kit.authority.source_key()
    for row, s in zip(data["source_row"], data["pid"], strict=True):
        assert s == pseudonym.source_pseudonym(str(rows[row - 2]["pid"]), key=key, epoch="e01", type="th-cid")
    assert joined.height - data.height == 4
    assert data["source_row"].to_list() != sorted(data["source_row"]), "not shuffled"


def test_manifest_and_signature(kit: Kit, sealed: Submission) -> None:
    data = (sealed.folder / "manifest.json").read_bytes()
    signature = (sealed.folder / "manifest.sig").read_text(encoding="ascii").strip()
    signatures.verify(data, signature, signatures.public_hex(kit.home.signing_key()))
    made = manifest.parse(data)
    assert [hashlib.sha256(inner).hexdigest() for inner in kit.inner(sealed.folder)] == [
        part["inner_sha256"] for part in made["parts"]
    ]
    assert not list(sealed.folder.parent.glob(".*")), "a half-done folder stayed"


def test_same_content_is_the_same_folder(kit: Kit, sealed: Submission) -> None:
    again = seal(kit, kit.root / "x.csv", period="2026-01")
    assert (again.folder, again.reused) == (sealed.folder, True)


def test_reasons_are_counted(kit: Kit) -> None:
    rows = agency_kit.registrants(20, seed=1)
    for row, text in zip(rows, [None, "-", "12345", "9123456789011", "9999999999994", "9.1E+12"], strict=False):
        row["pid"] = text
    made = seal(kit, agency_kit.write_csv(kit.root / "reasons.csv", rows))
    reasons = {"bad_check": 1, "bad_format": 2, "missing": 2, "placeholder": 1}
    assert made.manifest["pid_reasons"]["pid"] == reasons
    opened = kit.opened(made.folder)
    assert (opened["pid"].is_null() == opened["pid_reason"].is_not_null()).all()


def test_year_only_of_a_birth_date(tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path, "dopa")
    table = kit.home.bundle().table("house_registry")
    values = {"pid": agency_kit.cid(5), "house_id": "10010234567", "birth_year": "๕ มกราคม ๒๕๑๐"}
    frame = pl.DataFrame({column.headers[-1]: [values.get(column.name, "1")] for column in table.columns})
    frame.write_csv(tmp_path / "x.csv")
    made = seal(kit, tmp_path / "x.csv", dataset="house_registry")
    assert set(kit.opened(made.folder)["birth_year"]) == {"1967", None}


def test_parts_are_split(monkeypatch: pytest.MonkeyPatch, kit: Kit, rows: list[dict[str, str | None]]) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 20)
    made = seal(
        kit, agency_kit.write_csv(kit.root / "parts.csv", rows[:-1] + agency_kit.registrants(1)), period="2026-02"
    )
    assert [part["rows"] for part in made.manifest["parts"]] == [18, 18, 18]
    assert kit.opened(made.folder, "2026-02").height == 54


def test_nothing_half_done_stays(monkeypatch: pytest.MonkeyPatch, kit: Kit) -> None:
    file = agency_kit.write_csv(kit.root / "full.csv", agency_kit.registrants(5, seed=9))

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "encrypt", full)
    before = {path for path in kit.home.path.rglob("*") if path.is_file()}
    with pytest.raises(errors.SetupError, match="The disk is full") as caught:
        seal(kit, file)
    assert caught.value.code == "DISK-FULL"
    assert {path for path in kit.home.path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("changes", "error", "exit_code"),
    [
        ({"period": "2569-13"}, errors.PeriodError, 24),
        ({"period": "มกราคม"}, errors.PeriodError, 24),
        ({"period": "2569-12"}, errors.PeriodError, 24),
        ({"dataset": "insured_persons"}, errors.ContractError, 23),
    ],
)
def test_wrong_period_or_dataset(kit: Kit, changes: dict[str, str], error: type[KhlangError], exit_code: int) -> None:
    with pytest.raises(error) as caught:
        seal(kit, kit.root / "x.csv", **changes)
    assert caught.value.exit_code == exit_code
    assert caught.value.remedy


def test_commands(kit: Kit, tmp_path: Path) -> None:
    run, home = CliRunner(), ["--home", str(tmp_path / "h")]
    (tmp_path / "b.json").write_text(kit.bundle_text(), encoding="utf-8")
    (tmp_path / "k").write_text(kit.authority.source_secret().hex(), encoding="utf-8")
    args = ["init", "--bundle", str(tmp_path / "b.json"), "--key-file", str(tmp_path / "k"), *home]
    assert "Set up: mof" in run.invoke(agency, args, catch_exceptions=False).output
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(5))
    args = ["seal", str(file), "--dataset", "welfare_registrants", "--period", "2569-01", *home]
    shown = run.invoke(agency, args, catch_exceptions=False).output
    assert "2569-01 / 2026-01" in shown
    told = json.loads(run.invoke(agency, [*args, "--json"], catch_exceptions=False).stdout)
    assert (told["rows"], told["reused"], told["dropped"]) == (5, True, ["ชื่อ-สกุล", "โทรศัพท์"])
    states = run.invoke(agency, ["status", "--offline", "--json", *home], catch_exceptions=False)
    assert [line["state"] for line in json.loads(states.stdout)] == ["sealed"]
    assert run.invoke(agency, ["enrol-request", *home], catch_exceptions=False).output
