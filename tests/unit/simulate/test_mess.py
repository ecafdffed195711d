"""What offices write: forms that the sealer and the curator must read, faults that they must refuse, and how often."""

from datetime import date

import polars as pl
import pytest

from khlang.domains.welfare.extracts import EXTRACTS
from khlang.identifiers import normalise_column
from khlang.simulate import mess
from khlang.simulate.identifiers import generator, issue

EXTRACT = {extract.dataset: extract for extract in EXTRACTS}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("short", "1 ม.ค. 2567"),
        ("slash", "01/01/2567"),
        ("long", "๑ มกราคม ๒๕๖๗"),
        ("short_thai_digits", "๑ ม.ค. ๒๕๖๗"),
    ],
)
def test_forms_of_buddhist_dates(form, text):
    assert mess.day_text(date(2024, 1, 1), form) == text
    assert mess.buddhist(pl.Series([date(2024, 1, 1), None]), form).to_list() == [text, None]


def test_the_calendar_reaches_from_the_oldest_to_the_last_day():
    days = pl.Series([mess.FIRST_DAY, date(2026, 2, 28), date(2059, 12, 31)])
    assert mess.buddhist(days, "slash").to_list() == ["01/01/2443", "28/02/2569", "31/12/2602"]


@pytest.mark.parametrize(
    ("satang", "commas", "plain"),
    [
        (0, "0.00", "0.00"),
        (5, "0.05", "0.05"),
        (99_999, "999.99", "999.99"),
        (1_234_567_890, "12,345,678.90", "12345678.90"),
    ],
)
def test_money(satang, commas, plain):
    frame = pl.DataFrame({"m": [satang]})
    written = frame.select(a=mess.baht(pl.col("m"), commas=True), b=mess.baht(pl.col("m"), commas=False))
    assert written.row(0) == (commas, plain)


def test_printed_and_thai():
    frame = pl.DataFrame({"cid": ["9123456789010"]})
    written = frame.select(a=mess.printed(pl.col("cid")), b=mess.thai_digits(pl.col("cid")))
    assert written.row(0) == ("9-1234-56789-01-0", "๙๑๒๓๔๕๖๗๘๙๐๑๐")


@pytest.mark.parametrize("form", ["plain", "printed"])
@pytest.mark.parametrize("fault", [None, *mess.REASONS])
def test_the_sealer_gives_each_fault_the_reason_the_truth_counts(form, fault):
    """A fault must never leave a sound number: 2,000 persons each, through the sealer's own normaliser."""
    cids = pl.DataFrame({"cid": issue(generator(5, "mess"), 2000)}).with_columns(fault=pl.lit(fault, dtype=pl.String))
    texts = cids.select(t=mess.cid_text("cid", form), thai=mess.thai_digits(mess.cid_text("cid", form)))
    for column in ("t", "thai"):
        read = normalise_column(texts[column], type="th-cid", simulation=True)
        if fault is None:
            assert read["id"].to_list() == cids["cid"].cast(pl.String).to_list()
        else:
            assert set(read["reason"]) == {mess.REASONS[fault]}


def test_rates_of_faults_and_copies_are_those_assumed(known, sent):
    """Within 5 σ of binomial draws, over all four extracts of a month."""
    rows = sum(frame.height for frame in sent.values())
    bad = sum(frame["fault"].count() for frame in sent.values())
    copies = sum(frame.height - frame.unique().height for frame in sent.values())
    for have, share in ((bad, known.assumptions["mess"]["bad_cid"]), (copies, known.assumptions["mess"]["duplicates"])):
        assert abs(have - share * rows) < 5 * (share * rows) ** 0.5


def test_late_rows_tell_of_the_month_before(first, sent, known):
    january = EXTRACT["insured_persons"].sent(first)
    for rows, period, before in ((january, "2026-01", "2025-12"), (sent["insured_persons"], "2026-02", "2026-01")):
        assert set(rows["wage_month"]) == {period, before}
        late = rows.filter(pl.col("wage_month") == before).height
        share = known.assumptions["mess"]["late"] * rows.height
        assert abs(late - share) < 5 * share**0.5
    key = ["cid", "employer_id"]
    on_time = january.filter(pl.col("wage_month") == "2026-01").select(key)
    late = sent["insured_persons"].filter(pl.col("wage_month") == "2026-01").select(key)
    assert on_time.join(late, on=key).is_empty(), "a job is reported in time or late, not both"


@pytest.mark.parametrize("dataset", EXTRACT)
def test_nobody_is_a_heavy_hitter(sent, dataset):
    assert sent[dataset].group_by("cid").len()["len"].max() <= 3


@pytest.mark.parametrize(
    ("dataset", "grain", "latest_by"),
    [
        ("welfare_registrants", ["cid"], "registered_on"),
        ("insured_persons", ["cid", "employer_id", "wage_month"], "reported_on"),
        ("house_registry", ["cid"], "moved_in_on"),
        ("vehicles", ["vehicle_id"], "first_registered_on"),
    ],
)
def test_two_different_rows_of_one_grain_never_have_one_date(sent, dataset, grain, latest_by):
    different = sent[dataset].drop("fault").unique()
    assert different.group_by(*grain, latest_by).len()["len"].max() == 1
    assert different.group_by(*grain).len()["len"].max() == (1 if dataset == "vehicles" else 2)


@pytest.mark.parametrize(
    ("dataset", "column"),
    [("welfare_registrants", "registered_on"), ("insured_persons", "reported_on"), ("house_registry", "moved_in_on")],
)
def test_no_date_lies_after_the_period(sent, dataset, column):
    assert sent[dataset][column].max() <= date(2026, 2, 28)


def test_only_columns_that_may_be_blank_are(sent):
    for dataset, frame in sent.items():
        blank = {name for name in frame.columns if frame[name].null_count()} - {"fault"}
        assert blank == set(EXTRACT[dataset].may_be_blank)
