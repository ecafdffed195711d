"""What the agency's tool promises: no citizen ID leaves, no key is written, the same people stay the same."""

import base64
import hashlib
import io
import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import pseudonym
from khlang.agency import sealing, submission
from khlang.errors import KhlangError, RawIdentifierError

Rows = list[dict[str, str | None]]


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


def seal(kit: Kit, rows: Rows, name: str, encoding: str = "utf-8-sig") -> submission.Submission:
    file = agency_kit.write_csv(kit.root / name, rows, encoding=encoding)
    return submission.seal(kit.home, file, dataset="welfare_registrants", period="2569-01")


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "ascii": str.encode,
    "thai digits": lambda cid: cid.translate(agency_kit.THAI).encode(),
    "thai digits, Windows-874": lambda cid: cid.translate(agency_kit.THAI).encode("cp874"),
    "utf-16": lambda cid: cid.encode("utf-16-le"),
    "printed": lambda cid: f"{cid[0]}-{cid[1:5]}-{cid[5:10]}-{cid[10:12]}-{cid[12]}".encode(),
    "twelve digits": lambda cid: cid[:12].encode(),
    "int64": lambda cid: int(cid).to_bytes(8, "little"),
    "float64": lambda cid: __import__("struct").pack("<d", float(cid)),
    "base64": lambda cid: base64.b64encode(cid.encode()).rstrip(b"="),
    "plain sha-256": lambda cid: hashlib.sha256(cid.encode()).hexdigest()[:32].encode(),
    "plain md5": lambda cid: hashlib.md5(cid.encode()).hexdigest().encode(),
}


def found(haystack: bytes, cids: list[str]) -> set[str]:
    return {name for name, form in ENCODINGS.items() if any(form(cid) in haystack for cid in cids)}


def plain(frame: pl.DataFrame) -> bytes:
    """Every column uncompressed, so that a search sees each byte."""
    out = io.BytesIO()
    frame.write_ipc(out, compression="uncompressed")
    return out.getvalue()


def test_no_citizen_id_leaves_in_any_encoding(kit: Kit) -> None:
    rows = agency_kit.registrants(200)
    cids = [str(row["pid"]) for row in rows]
    made = seal(kit, rows, "x.csv")
    outside = b"".join(path.read_bytes() for path in made.folder.iterdir())
    opened = plain(kit.opened(made.folder)) + b"".join(kit.inner(made.folder))
    assert found(outside + opened, cids) == set()
    kept = [path for path in kit.home.path.rglob("*") if path.is_file()]
    assert found(b"".join(path.read_bytes() for path in kept), cids) == set(), "the agency's folder holds raw rows"


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_search_would_find_one(name: str) -> None:
    """Positive control: one citizen ID in this encoding among sealed text is seen."""
    cid = agency_kit.cid(12345678901)
    texts = ["s1.e01." + "0" * 32] * 50
    if name in {"int64", "float64"}:
        planted = plain(pl.DataFrame({"a": texts})) + ENCODINGS[name](cid)
    else:
        planted = plain(pl.DataFrame({"a": texts})) + b" " + ENCODINGS[name](cid)
    assert name in found(planted, [cid])


def test_thai_digits_join_with_ascii(kit: Kit) -> None:
    rows = agency_kit.registrants(30, seed=3)
    thai = [row | {"pid": str(row["pid"]).translate(agency_kit.THAI)} for row in rows]
    one, other = seal(kit, rows, "ascii.csv"), seal(kit, thai, "thai.csv", encoding="cp874")
    data = [kit.opened(made.folder).filter(pl.col("declared_income_baht").is_not_null()) for made in (one, other)]
    assert data[0]["pid"].null_count() == 0
    assert set(data[0]["pid"]) == set(data[1]["pid"])


def test_same_input_same_inner_bytes(kit: Kit, tmp_path: Path) -> None:
    rows = agency_kit.registrants(100, seed=5)
    first = seal(kit, rows, "same.csv")
    before, outer = kit.inner(first.folder), [path.read_bytes() for path in sorted(first.folder.glob("*.age"))]
    first.folder.rename(tmp_path / "away")
    second = seal(kit, rows, "same.csv")
    assert second.reused is False
    assert kit.inner(second.folder) == before
    assert [path.read_bytes() for path in sorted(second.folder.glob("*.age"))] != outer
    assert second.manifest["submission"] == first.manifest["submission"]


def test_the_order_needs_the_key(kit: Kit) -> None:
    table, bundle = kit.home.bundle().table("welfare_registrants"), kit.home.bundle()
    frame = pl.DataFrame([{c.name: row[c.name] for c in table.columns} for row in agency_kit.registrants(100)])
    frame = frame.with_columns(pl.lit(0, pl.UInt16).alias("source_file"), pl.Series("source_row", range(100)))

    def order(key: str, content: bytes) -> list[int | None]:
        sealed = sealing.Sealer(table, bundle, key=key, content=content).chunk(frame)
        return sealed.sort(sealing.DRAW)["source_row"].to_list()

    first = order("0" * 64, b"one")
    assert first == order("0" * 64, b"one")
    assert first not in (order("1" * 64, b"one"), order("0" * 64, b"two"), sorted(filter(None, first)))


LEAKS = {
    "a column of IDs": ("debt_baht", lambda cid: cid, range(50)),
    "Thai digits": ("debt_baht", lambda cid: cid.translate(agency_kit.THAI), range(50)),
    "printed": ("amphoe_code", lambda cid: f"{cid[0]}-{cid[1:5]}-{cid[5:10]}-{cid[10:12]}-{cid[12]}", [7]),
    "one among text": ("occupation_code", lambda cid: f"บุตรของ {cid} เกษตรกร", [3]),
    "behind another number": ("occupation_code", lambda cid: f"12 {cid}", [4]),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_raw_identifier_in_a_clear_column_is_refused(kit: Kit, leak: str) -> None:
    column, form, at = LEAKS[leak]
    rows = agency_kit.registrants(50, seed=8)
    for i in at:
        rows[i][column] = form(agency_kit.cid(i + 1000))
    before = {path for path in kit.home.path.rglob("*") if path.is_file()}
    with pytest.raises(RawIdentifierError) as caught:
        seal(kit, rows, "leak.csv")
    assert caught.value.exit_code == 27
    assert column in str(caught.value)
    assert f"row {min(at) + 2}" in str(caught.value)
    assert agency_kit.cid(min(at) + 1000) not in str(caught.value)
    assert {path for path in kit.home.path.rglob("*") if path.is_file()} == before


def test_one_is_too_many_among_a_thousand_long_numbers(kit: Kit) -> None:
    rows = agency_kit.registrants(1000, seed=14)
    for i, row in enumerate(rows):
        wrong = agency_kit.cid(i)
        row["debt_baht"] = wrong[:12] + str((int(wrong[12]) + 1) % 10)
    rows[700]["debt_baht"] = agency_kit.cid(700)
    with pytest.raises(RawIdentifierError) as caught:
        seal(kit, rows, "one.csv")
    assert "row 702" in str(caught.value)


def test_money_and_other_long_numbers_pass(kit: Kit) -> None:
    rows = agency_kit.registrants(200, seed=9)
    for i, row in enumerate(rows):
        row["debt_baht"] = f"{i + 1},234,567,890.50"
        row["registered_on"] = "12 พฤศจิกายน 2566 เวลา 10:30:00"
    assert seal(kit, rows, "money.csv").manifest["rows"] == 200


def test_the_key_is_in_no_file_log_or_exception(
    kit: Kit, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = kit.authority.source_secret().hex()
    keys = (secret, kit.authority.source_key(), kit.authority.source_secret().decode("latin-1"))
    made = seal(kit, agency_kit.registrants(20, seed=10), "key.csv")
    told = [repr(made)]
    rows = agency_kit.registrants(5, seed=11)
    rows[0]["debt_baht"] = agency_kit.cid(77)
    for bad in (rows, []):
        try:
            file = agency_kit.write_csv(tmp_path / "bad.csv", bad or agency_kit.registrants(1))
            if not bad:
                file.write_bytes(b"")
            submission.seal(kit.home, file, dataset="welfare_registrants", period="2569-01")
        except KhlangError:
            told.append(traceback.format_exc())
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it must not tell
        pseudonym.seal_column(
            pl.Series([1.5]).reshape((1, 1)), key=keys[1], epoch="e01", type="th-cid", simulation=True
        )
    told += ["".join(traceback.format_exception(caught.value)), caplog.text, *capfd.readouterr()]
    assert len(told) >= 6
    assert not [key for key in keys if any(key in text for text in told)]
    files = [path for path in kit.home.path.rglob("*") if path.is_file() and path.name != "sealing.key"]
    assert not [path for path in files for key in keys[:2] if key.encode() in path.read_bytes()]
    assert secret in (kit.home.path / "sealing.key").read_text(encoding="ascii"), "positive control"


def test_values_are_in_no_repr(kit: Kit) -> None:
    rows = agency_kit.registrants(5, seed=12)
    made = seal(kit, rows, "repr.csv")
    assert not [row for row in rows if str(row["pid"]) in repr(made) or str(row["ชื่อ-สกุล"]) in repr(made)]


def test_row_map_holds_no_identifier(kit: Kit) -> None:
    made = seal(kit, agency_kit.registrants(10, seed=13), "map.csv")
    rowmap = pl.read_parquet(kit.home.rowmap("welfare_registrants", "2026-01", made.manifest["submission"]))
    assert rowmap.columns == ["row_number", "source_file", "source_row"]
