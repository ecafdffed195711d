"""Canaries tell a wrong key, epoch, normaliser, type and a cut file from a good extract."""

import hashlib
import hmac
from collections.abc import Callable

import polars as pl
import pytest
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import contracts, pseudonym
from khlang.agency import submission
from khlang.keys import canaries

CONTRACTS = contracts.load(agency_kit.CONTRACTS)
TABLES = CONTRACTS.by_agency("mof")


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


def expected(kit: Kit) -> dict[str, list[str]]:
    return canaries.expected(kit.authority, canaries.of(kit.authority, "mof", TABLES), TABLES)["welfare_registrants"]


def test_every_extract_carries_all_of_them(kit: Kit) -> None:
    file = agency_kit.write_csv(kit.root / "x.csv", agency_kit.registrants(40))
    made = submission.seal(kit.home, file, dataset="welfare_registrants", period="2026-01")
    opened = kit.opened(made.folder)
    for column, values in expected(kit).items():
        assert set(values) < set(opened[column])
    clear = opened.filter(pl.col("pid").is_in(expected(kit)["pid"])).drop(
        "row_number", "pid", "pid_reason", "house_id", "house_id_reason"
    )
    assert clear.null_count().row(0) == (4,) * clear.width, "a canary has identifiers only"


def _unfolded(text: str, key: str) -> str | None:
    """A normaliser that forgets Thai digits, as ``isdigit`` invites to."""
    kept = "".join(c for c in text if c.isdigit())
    message = f"khlang-pid-v1\0th-cid\0{kept}".encode()
    return "s1.e01." + hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:32]


def _sealed(text: str, key: str, epoch: str = "e01", type_: str = "th-cid") -> str | None:
    return pseudonym.seal_column(pl.Series([text]), key=key, epoch=epoch, type=type_, simulation=True)["s"][0]


FAULTS: dict[str, Callable[[str, str], str | None]] = {
    "wrong key": lambda text, _: _sealed(text, "0" * 64),
    "wrong epoch": lambda text, key: _sealed(text, key, epoch="e02"),
    "wrong type": lambda text, key: _sealed(text, key, type_="th-juristic"),
    "wrong normaliser": _unfolded,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_makes_canaries_differ(kit: Kit, fault: str) -> None:
    forms = canaries.of(kit.authority, "mof", TABLES)["welfare_registrants"]["pid"]
    key = kit.authority.source_key()
    assert [_sealed(form, key) for form in forms] == expected(kit)["pid"], "positive control"
    assert [FAULTS[fault](form, key) for form in forms] != expected(kit)["pid"]


def test_a_real_profile_still_seals_its_canaries(tmp_path: pytest.TempPathFactory) -> None:
    """Class 9 is refused in a real extract, and yet the canaries of a real profile must arrive."""
    from khlang.agency import bundle, sealing

    kit = agency_kit.make(tmp_path)  # type: ignore[arg-type]
    read, _ = bundle.read(kit.bundle_text())
    real = bundle.Bundle(**(vars(read) | {"profile": {**read.profile, "simulation": False}}))
    table = real.table("welfare_registrants")
    rows = [{c.name: row[c.name] for c in table.columns} for row in agency_kit.registrants(5)]
    frame = pl.DataFrame(rows).with_columns(
        pl.lit(0, pl.UInt16).alias("source_file"), pl.Series("source_row", range(2, 7))
    )
    sealer = sealing.Sealer(table, real, key=kit.authority.source_key(), content=b"")
    assert sealer.chunk(frame)["pid"].null_count() == 5
    assert sealer.pid_reasons["pid"] == {"class_not_allowed": 5}
    assert set(expected(kit)["pid"]) == set(sealer.canaries()["pid"].drop_nulls())
