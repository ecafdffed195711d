"""Headers that the contract does not know are mapped once, kept, and used with a notice."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import agency_kit as kit

from khlang.agency.commands.map import map_
from khlang.agency.reading import ReadOptions, mapping, open_extract
from khlang.errors import InputError

TITLES = {"เลขประจำตัวประชาชน": "รหัสบุคคล", "หนี้สินคงค้าง (บาท)": "ยอดค้าง"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> kit.Kit:
    return kit.make(tmp_path_factory.mktemp("map"))


@pytest.fixture(scope="module")
def file(office: kit.Kit) -> Path:
    path = kit.write_csv(office.root / "x.csv", kit.registrants(3), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    for old, new in TITLES.items():
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def run(office: kit.Kit, file: Path, *more: str, typed: str = "") -> str:
    arguments = [str(file), "--dataset", "welfare_registrants", "--home", str(office.home.path), *more]
    done = CliRunner().invoke(map_, arguments, input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("way", ["told", "asked"])
def test_a_mapping_is_kept_and_used(office: kit.Kit, file: Path, way: str) -> None:
    told = ("--set", "รหัสบุคคล=pid", "--set", "ยอดค้าง=debt_baht")
    said = run(office, file, "--forget", *told) if way == "told" else run(office, file, "--forget", typed="1\n1\n")
    assert "รหัสบุคคล → pid" in said
    kept = mapping.load(office.home.path, "welfare_registrants")
    assert kept == {"รหัสบุคคล": "pid", "ยอดค้าง": "debt_baht"}
    contracts = office.home.bundle().contracts
    read = open_extract([file], contracts["welfare_registrants"], contracts, options=ReadOptions(mapping=kept))
    assert next(iter(read.chunks()))["pid"].to_list() == [row["pid"] for row in kit.registrants(3)]
    assert [finding.code for finding in read.findings] == ["SEAL-MAPPING"]


@pytest.mark.parametrize("pair", ["nowhere=pid", "ยอดค้าง=nothing", "ยอดค้าง"])
def test_a_pair_that_fits_nothing(office: kit.Kit, file: Path, pair: str) -> None:
    with pytest.raises(InputError, match="no such") as caught:
        run(office, file, "--forget", "--set", pair)
    assert caught.value.code == "SEAL-MAPPING"


def test_one_column_has_one_header(office: kit.Kit, file: Path) -> None:
    with pytest.raises(InputError, match="several headers"):
        run(office, file, "--forget", "--set", "รหัสบุคคล=pid", "--set", "ยอดค้าง=pid")


def test_a_damaged_mapping(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    mapping.path(tmp_path, "x").write_text("[1]", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        mapping.load(tmp_path, "x")
