"""The tables of linkage without an engine: what analysts are shown, what adds up, and the heat map's rows."""

import pytest

from khlang import contracts
from khlang.link import linktables
from khlang.link.pairs import Pair, pairs, sides
from khlang.serve import linkage

KNOWN = contracts.load()
PERIOD = "2026-01"


def group(code: str, records: int, matched: int, dimension: str = "sex") -> dict[str, object]:
    """A row of ``linkage``; whatever is not given cannot be told."""
    return {
        "dataset": "house_registry", "agency": "dopa", "linked_dataset": "vehicles", "linked_agency": "dlt",
        "link_route": "cid", "link_weight": None, "records": records, "records_matched": matched,
        "unmatched_no_identifier": 0, "unmatched_not_found": records - matched, "records_repeated": 0,
        "match_rate": matched / records, "rate_apart": 0.0, "dimension": dimension, "group_code": code,
        "period": PERIOD,
    }  # fmt: skip


def test_what_is_small_or_gives_a_small_one_away_is_not_shown() -> None:
    # Of 100 men 95 match: five do not, so neither number of matches is told. Of 50 women 30 do; since the sum of both
    # is shown elsewhere, 95 would follow from it, and 30 goes too.
    told = linktables.shown([group("1", 100, 95), group("2", 50, 30)])
    assert [(row["records"], row["records_matched"], row["match_rate"]) for row in told] == [
        (100, None, None), (50, None, None)
    ]  # fmt: skip
    free = linktables.shown([group("1", 100, 60), group("2", 50, 30)])
    assert [(row["records_matched"], row["match_rate"]) for row in free] == [(60, 0.6), (30, 0.6)]
    assert set(free[0]) == {column.name for column in KNOWN["linkage_shown"].stored}


def test_a_line_says_how_many_rows_are_unexplained() -> None:
    table = KNOWN["welfare_registrants"]
    decision = {"rows_in": 20, "rows_curated": 15, "pid_reasons": {"pid": {"missing": 2, "placeholder": 1}}}
    line = linktables.reconciled(table, PERIOD, decision, {"row_count": 15, "rows_matched": 14}, {True: 1}, link="pid")
    # 14 linked + 1 not in the register + 2 + 1 without a number + 1 twice = 19 of 20: one is unexplained.
    assert (line["rows_linked"], line["rows_not_in_register"], line["rows_duplicate"]) == (14, 1, 1)
    assert line["rows_unexplained"] == 1
    assert set(line) == {column.name for column in KNOWN["linkage_rows"].stored}


def test_a_join_is_told_with_its_band_route_and_reason() -> None:
    mart = KNOWN["welfare_eligibility"]
    name = "welfare_registrants-house_registry-pid"
    measured = {name: {"rows_without_key": 0, "keys": 200, "keys_matched": 100, "repeats": 0, "outside": 80}}
    (row,) = linktables.joined(KNOWN, mart, PERIOD, measured, "checked")
    assert set(row) == {column.name for column in KNOWN["mart_joins"].stored}
    assert (row["match_rate"], row["rate_low"], row["is_met"], row["allowed_reason"]) == (0.5, 0.9, False, "checked")
    assert (row["agency"], row["linked_agency"], row["link_route"], row["link_weight"]) == ("mof", "dopa", "cid", None)


def test_every_dataset_that_links_is_paired_with_its_register_and_with_what_marts_join() -> None:
    known = pairs(KNOWN)
    assert len(set(known)) == len(known)
    for table in KNOWN.datasets:
        if link := KNOWN.link(table):
            assert Pair(table.name, link[1].name, str(link[0].identifier), link[1].name) in known
    assert Pair("house_registry", "insured_persons", "th-cid", "house_registry") in known
    assert Pair("house_registry", "waste_fees", "house", "house_registry") in known
    assert sides(KNOWN)["house_registry", "house"].born is None, "a house has no age"
    assert not [pair for pair in known if (pair.source, pair.kind) not in sides(KNOWN)]


@pytest.mark.parametrize("code", ["1", "2"])
def test_the_heat_map_has_a_row_a_pair_and_marks_what_is_not_shown(code: str) -> None:
    whole = group("all", 150, 90, "all")
    rows = linktables.shown([whole, group("1", 100, 60), group("2", 50, 30)])
    rows = [row | {"match_rate": None} if row["group_code"] == code else row for row in rows]
    names = {"sex": {"1": "ชาย", "2": "หญิง"}, "age_band": {"00-14": "0–14 ปี"}}
    labels, heads, rates = linkage.grid(rows, names, {"house_registry": "ทะเบียนบ้าน"})
    assert labels == ["ทะเบียนบ้าน → vehicles"]
    assert heads == ["ทั้งหมด", "ชาย", "หญิง", "0–14 ปี"]
    assert rates == [[0.6, None if code == "1" else 0.6, None if code == "2" else 0.6, None]]
    texts = {text.get_text() for text in linkage.figure(labels, heads, rates, PERIOD).axes[0].texts}
    assert texts == {"60.0%", "×"}
    assert linkage.grid([whole], names, {})[0] == [], "who is told of no group has no row"
