"""Landing's pure parts, and what needs no server: columns, canaries, journal, the keeper's registry, the CLI."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from khlang import contracts, errors, lake, private, settings, signatures
from khlang.contracts import sealed_columns
from khlang.landing import checks, keeper, opening, refusal, registry, statement, withdrawal
from khlang.landing.cli import pool
from khlang.landing.journal import Journal
from khlang.manifest import Manifest
from khlang.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
TABLE = contracts.load(ROOT / "contracts")["welfare_registrants"]
E01 = registry.Epoch("e01", {"id": "hmac-v1"})


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings.load({"KHLANG_ROOT": str(ROOT), "KHLANG_VAR": str(tmp_path)})


def schema() -> dict[str, Any]:
    return {name: pl.Int64() if name == "row_number" else pl.String() for name in sealed_columns(TABLE)}


def test_the_contracts_columns_pass_and_no_others() -> None:
    assert opening.differences(TABLE, schema()) == {}
    assert opening.differences(TABLE, dict(reversed(schema().items()))) == {("ลำดับคอลัมน์ต่าง", "order differs"): [""]}


def test_every_difference_is_told_at_once() -> None:
    found = schema() | {"phone": pl.String(), "land_rai": pl.Float64()}
    del found["debt_baht"], found["pid_reason"]
    with pytest.raises(errors.ContractError) as refused:
        opening.columns(TABLE, found)
    th, en = refusal.texts(refused.value)
    for told in ("missing", "debt_baht", "pid_reason", "added phone", "retyped land_rai"):
        assert told in en
    assert "ขาด" in th
    assert refused.value.exit_code == 23


def test_a_withdrawal_says_that_history_keeps_what_was_known() -> None:
    known = contracts.load(ROOT / "contracts")
    said = withdrawal.kept(known, "house_registry")
    (history,) = set(said) - set(withdrawal.kept(known, "vehicles"))
    for text in ("person_address, person_household", "ประวัติ", "until its retention ends"):
        assert text in history


@pytest.mark.parametrize("name", ["agency", "dataset", "period", "submission"])
def test_a_manifest_of_another_place_is_refused(name: str) -> None:
    place = lake.Submission("mof", "vehicles", "2026-01", "ab" * 16)
    refusal.require_place(place.named | {"rows": 1}, place)
    with pytest.raises(errors.IntegrityError) as refused:
        refusal.require_place(place.named | {name: "x"}, place)
    assert refused.value.code == "MANIFEST-PLACE"


def test_a_thai_header_leads_to_the_column_it_was() -> None:
    found = schema()
    found[TABLE.column("debt_baht").headers[-1]] = found.pop("debt_baht")
    with pytest.raises(errors.ContractError, match="→ debt_baht"):
        opening.columns(TABLE, found)


def counted(expected: opening.Expected, rows: dict[str, list[str | None]], *, canary_rows: int) -> opening.Canaries:
    canaries = opening.Canaries(expected)
    canaries.take_out(pl.DataFrame(rows, schema=dict.fromkeys(rows, pl.String())))
    canaries.check({"canary_rows": canary_rows})  # type: ignore[typeddict-item]
    return canaries


def test_canaries_are_taken_out_and_nothing_else() -> None:
    canaries = opening.Canaries({"pid": ["a", "b"]})
    left = canaries.take_out(pl.DataFrame({"pid": ["a", "x", None, "b"], "n": [1, 2, 3, 4]}))
    assert left["n"].to_list() == [2, 3]
    assert canaries.rows == 2
    canaries.check({"canary_rows": 2})  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("rows", "canary_rows", "code"),
    [
        ({"pid": ["a", "b"], "house": ["h", None]}, 2, None),
        ({"pid": ["x", "y"], "house": ["z", None]}, 2, "CANARY-KEY"),
        ({"pid": ["x", "y"], "house": ["h", None]}, 1, "CANARY-TYPE"),
        ({"pid": ["a", "y"], "house": ["h", None]}, 1, "CANARY-NORMALISER"),
        ({"pid": ["x", "y"], "house": ["z", None]}, 0, "CANARY-ABSENT"),
        ({"pid": ["a", "b"], "house": ["h", None]}, 3, "CANARY-ROWS"),
    ],
)
def test_what_differs_is_told(rows: dict[str, list[str | None]], canary_rows: int, code: str | None) -> None:
    expected = {"pid": ["a", "b"], "house": ["h"]}
    if code is None:
        counted(expected, rows, canary_rows=canary_rows)
        return
    with pytest.raises(errors.CanaryError) as refused:
        counted(expected, rows, canary_rows=canary_rows)
    assert (refused.value.code, refused.value.exit_code) == (code, 28)


def test_identifier_cells_are_sealed_or_empty() -> None:
    good = "s1.e01." + "a" * 32
    empty = {column.name: [good, None] for column in TABLE.identifiers}
    opening.identifiers(pl.DataFrame(empty), TABLE, epoch=E01)
    for bad in (good + "\n", good[:-1], good.upper(), "p1" + good[2:], "", "9" * 13, "x" + good):
        frame = pl.DataFrame(empty | {"pid": [good, bad]})
        with pytest.raises(errors.RawIdentifierError) as refused:
            opening.identifiers(frame, TABLE, epoch=E01)
        assert refused.value.message.endswith("pid (1).")


def test_the_journal_keeps_the_first_hash_and_grows(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j" / "journal.sqlite")
    assert journal.intend("a/b", "one", 1) == "one"
    assert journal.intend("a/b", "two", 2) == "one"
    assert journal.present("a/") == {}
    journal.stored("a/b")
    first, second = journal.number("m1"), journal.number("m2")
    assert (journal.number("m1"), first < second) == (first, True)
    journal.close()
    again = Journal(tmp_path / "j" / "journal.sqlite")
    assert again.present("a/") == {"a/b": ("one", 1)}
    assert again.present("b/") == {}
    again.close()


def test_init_can_be_repeated_and_keeps_every_key(here: Settings) -> None:
    first = keeper.init(here, start="2569-01", months=2)
    kept = {path: path.read_bytes() for path in here.secrets.rglob("*") if path.is_file()}
    second = keeper.init(here, start="2026-02", months=2)
    assert list(second) == ["2026-01", "2026-02", "2026-03"]
    assert {month: second[month] for month in first} == first
    assert all(path.read_bytes() == data for path, data in kept.items())
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert json.loads((here.registry / "recipients.json").read_text()) == second


def test_enrol_issues_a_token_that_is_kept_only_as_its_hash(here: Settings, tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    keeper.enrol(here, agency="mof", public_key="a" * 64, token_file=token_file, simulation=True)
    token = token_file.read_text().strip()
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert registry.of_token(here, token).datasets == ("welfare_registrants",)
    assert token not in (here.registry / "agencies" / "mof.json").read_text()
    with pytest.raises(errors.AccessError) as refused:
        registry.of_token(here, token + "x")
    assert (refused.value.code, refused.value.exit_code) == ("TOKEN", 50)


def test_enrol_refuses_who_has_no_contract(here: Settings, tmp_path: Path) -> None:
    with pytest.raises(errors.ContractError):
        keeper.enrol(here, agency="nobody", public_key="a" * 64, token_file=tmp_path / "t", simulation=True)
    with pytest.raises(errors.SignatureError):
        keeper.enrol(here, agency="mof", public_key="A" * 64, token_file=tmp_path / "t", simulation=True)
    assert not (tmp_path / "t").exists()


def test_cli(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHLANG_VAR", str(here.var))
    monkeypatch.setenv("KHLANG_ROOT", str(here.root))
    run = CliRunner().invoke
    assert run(pool, ["init", "--start", "2026-01", "--months", "3"]).output == (
        "3 months can be sent: 2026-01 to 2026-03.\n"
    )
    request = {"agency": "sso", "public_key": "b" * 64, "token_sha256": "c" * 64, "simulation": True}
    private.write(tmp_path / "enrolment.json", json.dumps(request))
    assert run(pool, ["enrol", "--request", str(tmp_path / "enrolment.json")]).output == "sso is enrolled.\n"
    assert registry.agencies(here)["sso"].token_sha256 == "c" * 64
    assert isinstance(run(pool, ["enrol"]).exception, errors.UsageError)


def test_paths_of_the_gateway() -> None:
    mof = registry.Agency("mof", "", "", ("welfare_registrants",))
    good = checks.address(mof, "welfare_registrants", "2026-01", "a" * 32)
    assert good.prefix == f"mof/welfare_registrants/2026-01/{'a' * 32}"
    wrong: tuple[tuple[str, str, str], ...] = (
        ("vehicles", "2026-01", "a" * 32),
        ("welfare_registrants", "2026-13", "a" * 32),
        ("welfare_registrants", "2026-01\n", "a" * 32),
        ("welfare_registrants", "2026-01", "../" + "a" * 29),
    )
    for path in wrong:
        with pytest.raises(errors.KhlangError):
            checks.address(mof, *path)
    for name in ("part-0001-aaaaaaaa.age\n", "part-1-aaaaaaaa.age", "manifest.sig", "part-0001-bbbbbbbb.age"):
        with pytest.raises(errors.UsageError):
            checks.part(name, "a" * 64)


def test_parts_that_are_missing_are_named() -> None:
    made: Manifest = {"parts": [{"name": "p1", "sha256": "x", "bytes": 1}]}  # type: ignore[typeddict-item]
    spot = checks.lake.Submission("mof", "d", "2026-01", "s")
    checks.complete(made, spot, {spot.landing_key("p1"): ("x", 1)})
    with pytest.raises(errors.IntegrityError, match="p1"):
        checks.complete(made, spot, {spot.landing_key("p1"): ("y", 1)})


def test_both_languages_of_a_refusal() -> None:
    made = refusal.refusal(errors.PeriodError, "X", th="ไทย", en="English", remedy="r")
    assert refusal.as_dict(made) == {"code": "X", "message_th": "ไทย", "message_en": "English", "remedy": "r"}
    plain = refusal.as_dict(errors.SignatureError("It does not hold.", "r"))
    assert plain["message_th"].startswith("ลายมือชื่อ")


def test_the_receipt_key_is_made_once_however_many_ask_at_once(here: Settings) -> None:
    with ThreadPoolExecutor(8) as many:
        made = {signatures.public_hex(key) for key in many.map(statement.ensure_key, [here] * 32)}
    (public,) = made
    assert (here.registry / "receipt.pub").read_text().strip() == public
    path = here.secrets / "receipt.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in here.secrets.iterdir()] == ["receipt.key"]
