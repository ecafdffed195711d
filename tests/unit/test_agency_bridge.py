"""A bridge at the agency: whom it pairs, what leaves, and that a killed one leaves nothing behind."""

import hashlib
import io
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from tests import agency_kit

from khlang import manifest, private, signatures
from khlang.agency import bridging
from khlang.agency import home as home_
from khlang.agency.cli import agency
from khlang.agency.home import Home
from khlang.errors import InputError, SealingKeyError, SetupError
from khlang.keys import rotation
from khlang.keys.authority import Authority

DATASET, MONTH = "welfare_registrants", "2026-01"
BEGIN = date(2026, 7, 1)


@dataclass(frozen=True)
class Rotated:
    """An agency that has the bundle and key of a second epoch, and an extract of forty rows."""

    kit: agency_kit.Kit
    old: Authority
    home: Home
    file: Path

    def make(self, file: Path | None = None) -> bridging.Bridge:
        return bridging.make(self.home, file or self.file, dataset=DATASET, period=MONTH)


@pytest.fixture
def rotated(tmp_path: Path) -> Rotated:
    kit = agency_kit.make(tmp_path)
    new = rotation.rotate(kit.authority, starts=BEGIN)
    fresh = agency_kit.Kit(kit.root, new, kit.home, kit.identities)
    home_.start(kit.home.path, bundle=fresh.bundle_text(), sealing_key=new.source_secret().hex())
    rows = agency_kit.registrants(39)
    rows += [rows[0]]  # one person twice
    rows[5] = rows[5] | {"pid": "1234"}
    file = agency_kit.write_csv(tmp_path / "x.csv", rows)
    return Rotated(fresh, kit.authority, Home(kit.home.path, today=lambda: date(2026, 6, 20)), file)


def test_a_bridge_holds_each_pair_once_and_nothing_else(rotated: Rotated) -> None:
    made = rotated.make()
    rows = pl.concat(pl.read_parquet(data) for data in rotated.kit.inner(made.folder))
    assert tuple(rows.columns) == manifest.BRIDGE_COLUMNS
    assert made.identifiers == {"house": 39, "th-cid": 38}, "a day before the epoch begins"
    assert made.unread == {"th-cid": {"bad_format": 1}}
    assert (made.manifest["rows"], made.manifest["canary_rows"], rows.height) == (77, 8, 85)
    assert rows["s_new"].is_sorted(), "by the new pseudonym, which tells nothing"
    for row in agency_kit.registrants(3):
        pair = [one.seal(str(row["pid"]), "th-cid") for one in (rotated.old.at("e01"), rotated.kit.authority)]
        assert rows.filter(s_old=pair[0])["s_new"].to_list() == [pair[1]]
    said = signatures.canonical(made.manifest).decode()
    assert DATASET not in said
    assert made.manifest["pid_reasons"] == {}


def test_the_same_persons_give_the_same_bytes_in_any_order_of_rows(rotated: Rotated, tmp_path: Path) -> None:
    first = rotated.make()
    lines = rotated.file.read_bytes().splitlines(keepends=True)
    turned = tmp_path / "turned.csv"
    turned.write_bytes(lines[0] + b"".join(reversed(lines[1:])))
    again = rotated.make(turned)
    assert again.reused
    assert again.folder == first.folder
    assert [p["inner_sha256"] for p in again.manifest["parts"]] == [
        hashlib.sha256(data).hexdigest() for data in rotated.kit.inner(first.folder)
    ]


def test_two_months_of_the_same_persons_are_one_bridge(rotated: Rotated, tmp_path: Path) -> None:
    months = [agency_kit.write_csv(tmp_path / f"{n}.csv", agency_kit.registrants(39)[n : 38 + n]) for n in (0, 1)]
    made = bridging.make(rotated.home, months, dataset=DATASET, period=MONTH)
    assert made.identifiers == {"house": 39, "th-cid": 39}, "who is in both files stands once"
    assert made.manifest["rows"] == 78


def test_a_bridge_killed_in_the_middle_leaves_nothing_and_is_made_again(rotated: Rotated) -> None:
    program = f"""
import datetime, pathlib, time
from khlang.agency import bridging
from khlang.agency.home import Home
def tell(step, rows, total):
    print(step, flush=True)
    if "encrypting" in step:
        time.sleep(60)
home = Home(pathlib.Path({str(rotated.home.path)!r}), today=lambda: datetime.date(2026, 6, 20))
bridging.make(home, pathlib.Path({str(rotated.file)!r}), dataset={DATASET!r}, period={MONTH!r}, tell=tell)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if "encrypting" in line:
                break
        child.send_signal(signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL
    folder = rotated.home.sealed(manifest.BRIDGE, MONTH)
    assert [path.name[:8] for path in folder.iterdir()] == [".making-"], "it died in the middle"
    assert rotated.home.submissions() == []
    made = rotated.make()
    assert not made.reused
    assert [path.name for path in folder.iterdir()] == [made.folder.name]
    assert rotated.home.submissions() == [made.folder]


def test_what_a_bridge_needs_is_asked_for(rotated: Rotated, tmp_path: Path) -> None:
    other = agency_kit.make(tmp_path / "first")
    with pytest.raises(SetupError) as none:
        bridging.make(Home(other.home.path), rotated.file, dataset=DATASET, period=MONTH)
    assert none.value.code == "BRIDGE-NONE"
    nobody = agency_kit.write_csv(tmp_path / "n.csv", [agency_kit.registrants(1)[0] | {"pid": "1", "house_id": "2"}])
    with pytest.raises(InputError) as empty:
        rotated.make(nobody)
    assert empty.value.code == "BRIDGE-EMPTY"
    kept = rotated.home.path / "sealing-e01.key"
    private.write(kept, "ab" * 32)
    with pytest.raises(SealingKeyError, match="epoch e01"):
        rotated.make()
    kept.unlink()
    with pytest.raises(SetupError, match="sealing-e01"):
        rotated.make()
    assert list(rotated.home.sealed(manifest.BRIDGE, MONTH).iterdir()) == [], "nothing half-made is left"


def test_the_command_reports_counts_and_no_pseudonym(rotated: Rotated) -> None:
    words = ["bridge", str(rotated.file), "--dataset", DATASET, "--period", "2569-01", "--home", str(rotated.home.path)]
    done = CliRunner().invoke(agency, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "e01 → e02: 77 คู่ / pairs" in done.output
    assert "th-cid ไม่มีรหัส / have no pseudonym: bad_format 1" in done.output
    again = CliRunner().invoke(agency, words, catch_exceptions=False).output
    assert "made before" in again
    (folder,) = rotated.home.submissions()
    frame = pl.read_parquet(io.BytesIO(rotated.kit.inner(folder)[0]))
    shown = done.output + again + (folder / "manifest.json").read_text()
    assert not [s for s in frame["s_new"].to_list() if s[-32:] in shown]
