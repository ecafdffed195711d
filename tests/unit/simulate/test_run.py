"""The files themselves: same seed same bytes, each readable as declared, and the truth counts what they hold."""

import hashlib
from dataclasses import replace

import fastexcel
import polars as pl
import pytest

from khlang.domains.welfare.extracts import EXTRACTS
from khlang.domains.welfare.handwriting import UNASKED
from khlang.identifiers import normalise_column
from khlang.simulate import extract as extract_
from khlang.simulate import files
from khlang.simulate.months import parse_period
from khlang.simulate.run import Plan, simulate

EXTRACT = {extract.dataset: extract for extract in EXTRACTS}


def quiet(step):
    """Hear every step and say nothing."""
    assert step


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    plan = Plan(3000, 2, parse_period("2026-01"), 11, folder / "agencies", folder / "truth")
    simulate(plan, quiet)
    return plan


def fingerprint(plan):
    folder = plan.agencies.parent
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def read(plan, dataset, period="2026-01"):
    """The extract as text, by logical column, read only from what is declared of its file."""
    place = plan.agencies / EXTRACT[dataset].agency / "extracts" / dataset / period
    (path,) = place.iterdir()
    if path.suffix == ".xlsx":
        rows = fastexcel.read_excel(path).load_sheet(0, header_row=3, dtypes="string").to_polars()
    else:
        hand = EXTRACT[dataset].hand
        text = path.read_bytes().decode(hand.encoding)
        rows = pl.read_csv(text.encode(), separator=hand.separator, infer_schema=False)
    return rows.rename({header: name for name, header in EXTRACT[dataset].hand.headers.items()})


def test_same_seed_same_bytes_and_another_seed_others(plan, tmp_path):
    again = replace(plan, agencies=tmp_path / "a" / "agencies", truth=tmp_path / "a" / "truth")
    other = replace(plan, seed=12, agencies=tmp_path / "b" / "agencies", truth=tmp_path / "b" / "truth")
    simulate(again, quiet)
    simulate(other, quiet)
    assert fingerprint(again) == fingerprint(plan)
    assert fingerprint(other) != fingerprint(plan)


def test_what_is_written_and_where(plan):
    paths = [path for path in fingerprint(plan) if path.endswith(("csv", "txt", "xlsx"))]
    assert paths[0] == "agencies/dlt/extracts/vehicles/2026-01/vehicles_2026_01.txt"
    assert len(paths) == 8
    assert [path.name for path in sorted(plan.truth.iterdir())] == [
        *("issued_cids.parquet", "issued_juristic_ids.parquet", "link_rates.parquet", "observable", "population")
    ]


@pytest.mark.parametrize("dataset", EXTRACT)
def test_each_file_reads_as_declared_and_its_bad_numbers_are_those_of_the_truth(plan, dataset):
    rows = read(plan, dataset)
    rates = (
        pl.read_parquet(plan.truth / "link_rates.parquet").filter(period="2026-01", dataset=dataset).row(0, named=True)
    )
    assert rows.height == rates["rows_in"]
    reasons = normalise_column(rows["pid"].str.strip_chars(), type="th-cid", simulation=True)["reason"]
    counted = dict(reasons.drop_nulls().value_counts().iter_rows())
    assert counted == {name[9:]: n for name, n in rates.items() if name.startswith("unlinked_") and n}
    assert counted


def test_the_ministry_writes_windows_874_and_would_not_decode_as_utf8(plan):
    (path,) = (plan.agencies / "mof/extracts/welfare_registrants/2026-01").iterdir()
    with pytest.raises(UnicodeDecodeError):
        path.read_bytes().decode("utf-8")
    columns = read(plan, "welfare_registrants").columns
    assert set(UNASKED) < set(columns)


def test_social_security_writes_a_byte_order_mark(plan):
    (path,) = (plan.agencies / "sso/extracts/insured_persons/2026-01").iterdir()
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_land_transport_writes_thai_digits(plan):
    rows = read(plan, "vehicles")
    assert not rows["pid"].str.contains("[0-9]").any()
    assert rows["first_registered_on"].str.contains(r"[๐-๙]{4}$|25\d\d$").all()


def test_a_workbook_only_below_the_limit(monkeypatch, first, tmp_path):
    register = EXTRACT["house_registry"]
    rows = register.sent(first).head(50)
    small = register.write(first, rows, tmp_path)
    monkeypatch.setattr(extract_, "XLSX_ROWS", 50)
    large = register.write(first, rows, tmp_path)
    assert (small.suffix, large.suffix, files.XLSX_ROWS) == (".xlsx", ".csv", 200_000)
    assert not small.exists(), "the same extract in another form is replaced"


def test_every_number_in_a_file_was_issued(plan):
    issued = set(pl.read_parquet(plan.truth / "issued_cids.parquet")["cid"])
    for dataset in EXTRACT:
        for period in ("2026-01", "2026-02"):
            read_back = normalise_column(read(plan, dataset, period)["pid"], type="th-cid", simulation=True)
            assert set(read_back["id"].drop_nulls()) <= issued
    assert all(cid.startswith("9") for cid in issued)


def test_only_the_agencies_asked_for_are_written(plan, tmp_path):
    part = replace(plan, months=1, only=("sso",), agencies=tmp_path / "agencies", truth=tmp_path / "truth")
    (path,) = simulate(part, quiet)
    assert path.parent.parts[-4:] == ("sso", "extracts", "insured_persons", "2026-01")
    ours, whole = (pl.read_parquet(p.truth / "link_rates.parquet").filter(period="2026-01") for p in (part, plan))
    assert ours.height == whole.height == 4


@pytest.fixture(scope="module")
def named(plan, tmp_path_factory):
    """The same with names."""
    folder = tmp_path_factory.mktemp("named")
    told = replace(plan, agencies=folder / "agencies", truth=folder / "truth", names=True)
    simulate(told, quiet)
    return told


def test_names_change_nothing_else(plan, named):
    before, after = fingerprint(plan), fingerprint(named)
    changed = {path for path in before if before[path] != after.get(path)}
    assert {path.split("/")[3] for path in changed} == {"house_registry", "welfare_registrants"}
    assert {path.split("/")[1] for path in after.keys() - before.keys()} == {"second"}
    for dataset in ("house_registry", "welfare_registrants"):
        for period in ("2026-01", "2026-02"):
            columns = list(EXTRACT[dataset].hand.headers)
            assert read(named, dataset, period).select(columns).equals(read(plan, dataset, period).select(columns))


def test_the_truth_says_whose_each_row_of_a_file_is(named):
    """By the line in the file: whoever reads the number that stands there reads the same person, where it is right."""
    for dataset, first in (("house_registry", 5), ("welfare_registrants", 2)):
        truth = pl.read_parquet(named.truth / "second" / dataset / "2026-02.parquet")
        rows = read(named, dataset, "2026-02")
        assert truth["line"].to_list() == list(range(first, first + rows.height))
        said = normalise_column(rows["pid"].str.strip_chars(), type="th-cid", simulation=True)["id"]
        told = truth.with_columns(said.alias("said"))
        assert told.filter(pl.col("fault").is_null() & (pl.col("said") != pl.col("cid").cast(pl.String))).is_empty()
        assert told.filter(pl.col("fault").is_not_null())["said"].null_count() == told["fault"].count() > 0


def test_a_person_is_called_the_same_by_both_offices_but_for_slips(named):
    """Also in the second month, the newborn and the dead among them."""
    sides = {}
    for dataset in ("house_registry", "welfare_registrants"):
        truth = pl.read_parquet(named.truth / "second" / dataset / "2026-02.parquet")
        rows = read(named, dataset, "2026-02").select(given="ชื่อ", family="นามสกุล")
        sides[dataset] = pl.concat([truth, rows], how="horizontal").unique("cid")
        assert rows["given"].null_count() < rows.height / 50
    both = sides["house_registry"].join(sides["welfare_registrants"], on="cid")
    assert both.select((pl.col("given") == pl.col("given_right")).mean()).item() > 0.6
    assert 0.6 < both.select((pl.col("family") == pl.col("family_right")).mean()).item() < 1
