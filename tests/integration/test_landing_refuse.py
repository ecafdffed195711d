"""What land refuses: each bad input has its code, tells column and part in Thai and English, and keeps no copy."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.landkit import Pool, place, read

from khlang import lake, manifest, store
from khlang.landing import keeper

Break = Callable[[Pool, Path], Any]
S1 = "s1.e01." + "0" * 32


def expect_refused(pool: Pool, folder: Path, code: str) -> dict[str, Any]:
    """Send a folder past the gateway's own checks of order, land it, and look at the one decision."""
    made = pool.send(folder).manifest
    decisions = [d for d in pool.land() if d["submission"] == made["submission"]]
    assert [(d["verdict"], d["code"]) for d in decisions] == [("refused", code)]
    copies = store.list_keys(pool.hall.s3, lake.LAKE, place(made).accepted.removeprefix("s3://lake/") + "/")
    assert list(copies) == []
    (decision,) = decisions
    assert decision["message_th"]
    assert decision["message_en"]
    assert decision["remedy"]
    assert pool.land() == []
    return decision


def profile(**changes: str) -> Break:
    return lambda pool, folder: pool.forge(folder, profile=read(folder)["profile"] | changes)


def rows(change: Callable[[pl.DataFrame], pl.DataFrame], **changes: Any) -> Break:
    return lambda pool, folder: pool.rewrite(folder, change, **changes)


def without_canaries(pool: Pool, folder: Path) -> None:
    pool.rewrite(folder, lambda frame: frame.filter(pl.col("registered_on").is_not_null()), canary_rows=0)


def _lie_about_rows(pool: Pool, folder: Path) -> None:
    made = read(folder)
    part = made["parts"][0] | {"rows": made["parts"][0]["rows"] + 1}
    pool.forge(folder, parts=[part], rows=made["rows"] + 1)


CASES: dict[str, tuple[str, Break, str]] = {
    "other epoch": ("KEY-EPOCH", profile(epoch="e09"), "e09"),
    "other key": ("KEY-KCV", profile(kcv="0" * 16), "check value"),
    "other profile": ("KEY-PROFILE", profile(sha256="0" * 64), "profile"),
    "other contract version": (
        "CONTRACT-VERSION",
        lambda pool, folder: pool.forge(folder, contract={"id": read(folder)["contract"]["id"], "version": "9.9.9"}),
        "9.9.9",
    ),
    "other contract": (
        "CONTRACT",
        lambda pool, folder: pool.forge(folder, contract={"id": "vehicles", "version": "1.0.0"}),
        "contract",
    ),
    "column added": ("COLUMNS", rows(lambda f: f.with_columns(pl.lit("x").alias("phone"))), "added phone"),
    "column missing": ("COLUMNS", rows(lambda f: f.drop("debt_baht")), "missing debt_baht"),
    "column renamed": (
        "COLUMNS",
        rows(lambda f: f.rename({"debt_baht": "debts_baht"})),
        "perhaps renamed debts_baht → debt_baht",
    ),
    "column retyped": (
        "COLUMNS",
        rows(lambda f: f.with_columns(pl.lit(1, pl.Int64).alias("land_rai"))),
        "retyped land_rai",
    ),
    "columns in another order": ("COLUMNS", rows(lambda f: f.select(reversed(f.columns))), "order"),
    "raw identifier": (
        "PSEUDONYM-FORM",
        rows(lambda f: f.with_columns(pl.col("house_id").fill_null(S1), pid=pl.lit("9123456789010"))),
        "pid (34)",
    ),
    "pseudonyms of another epoch": (
        "PSEUDONYM-FORM",
        rows(lambda f: f.with_columns(pl.col("pid").str.replace("e01", "e02", literal=True))),
        "pid (",
    ),
    "canaries left out": ("CANARY-ABSENT", without_canaries, "no canary rows"),
    "canaries of another key": (
        "CANARY-KEY",
        rows(lambda f: f.with_columns(pl.col("pid", "house_id").str.replace(r".{8}$", "00000000"))),
        "key",
    ),
    "canaries of another type": (
        "CANARY-TYPE",
        rows(lambda f: f.with_columns(pl.col("house_id").str.replace(r".{8}$", "00000000"))),
        "house_id",
    ),
    "rows do not add up": ("PART-ROWS", _lie_about_rows, "other rows"),
}


@pytest.mark.parametrize("case", CASES)
def test_refused_with_its_code(pool: Pool, period: str, case: str) -> None:
    code, break_it, told = CASES[case]
    folder = pool.seal(period, seed=1)
    break_it(pool, folder)
    decision = expect_refused(pool, folder, code)
    assert told in decision["message_en"]
    assert "9123456789010" not in str(decision)


def test_one_written_form_normalised_otherwise(pool: Pool, period: str) -> None:
    from khlang.landing import registry

    one = registry.canaries(pool.settings, "mof")["welfare_registrants"]["pid"][0]
    folder = pool.rewrite(pool.seal(period, seed=1), lambda f: f.with_columns(pl.col("pid").replace(one, S1)))
    assert "pid" in expect_refused(pool, folder, "CANARY-NORMALISER")["message_en"]


def test_encrypted_to_another_month(pool: Pool, period: str) -> None:
    other = next(pool.months)
    recipient = keeper.init(pool.settings, start="2026-01", months=1)[other]
    folder = pool.seal(period, seed=1)
    made = read(folder)
    pool.replace(folder, b"anything", recipient, rows=made["rows"] + made["canary_rows"])
    expect_refused(pool, folder, "PART-RECIPIENT")


def test_not_parquet_inside(pool: Pool, period: str) -> None:
    recipient = keeper.init(pool.settings, start="2026-01", months=1)[period]
    folder = pool.seal(period, seed=1)
    made = read(folder)
    pool.replace(folder, b"anything", recipient, rows=made["rows"] + made["canary_rows"])
    expect_refused(pool, folder, "PART-PARQUET")


@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: data[:-5] + b"wrong"], ids=["cut", "altered"])
def test_part_damaged_in_the_store(pool: Pool, period: str, damage: Callable[[bytes], bytes]) -> None:
    made = pool.send(pool.seal(period, seed=1)).manifest
    key = place(made).landing_key(made["parts"][0]["name"])
    data = store.get(pool.root(), lake.LANDING, key) or b""
    store.put(pool.root(), lake.LANDING, key, damage(data))
    (decision,) = pool.land()
    assert (decision["verdict"], decision["code"]) == ("refused", "PART-SHA256")
    assert made["parts"][0]["name"] in decision["message_th"]


def test_signature_of_another(pool: Pool, period: str) -> None:
    made = pool.send(pool.seal(period, seed=1)).manifest
    store.put(pool.root(), lake.LANDING, place(made).landing_key("manifest.sig"), b"0" * 128)
    (decision,) = pool.land()
    assert (decision["verdict"], decision["code"]) == ("refused", "SIGNATURE")
    assert "ลายมือชื่อ" in decision["message_th"]


def test_month_that_is_not_open(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    pool.forge(folder, period="2040-01")
    assert "2040-01" in expect_refused(pool, folder, "PERIOD-CLOSED")["message_th"]


def test_a_contract_that_asks_for_two_people(pool: Pool, period: str, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = replace(pool.hall.contracts["welfare_registrants"], two_people=True)
    monkeypatch.setitem(pool.hall.contracts._tables, strict.name, strict)
    folder = pool.seal(period, seed=1)
    pool.forge(folder, approver=read(folder)["preparer"])
    assert "two people" in expect_refused(pool, folder, "APPROVER")["message_en"]


def test_manifest_in_anothers_place(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    made = read(folder)
    spot = lake.Submission("mof", made["dataset"], next(pool.months), made["submission"])
    for name in manifest.file_names(None):
        store.put(pool.root(), lake.LANDING, spot.landing_key(name), (folder / name).read_bytes().strip())
    (decision,) = pool.land()
    assert (decision["verdict"], decision["code"]) == ("refused", "MANIFEST-PLACE")


def test_a_refusal_leaves_the_accepted_one_as_it_was(pool: Pool, period: str) -> None:
    good = pool.send(pool.seal(period, seed=1)).manifest
    pool.land()
    bad = pool.seal(period, seed=2)
    pool.rewrite(bad, lambda f: f.drop("debt_baht"))
    expect_refused(pool, bad, "COLUMNS")
    folder = place(good).accepted.removeprefix("s3://lake/") + "/"
    assert len(list(store.list_keys(pool.hall.s3, lake.LAKE, folder))) == 1
    third = pool.send(pool.seal(period, seed=3))
    (decision,) = pool.land()
    assert (decision["submission"], decision["sequence"]) == (third.manifest["submission"], 2)
