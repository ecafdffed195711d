"""An extract that breaks a rule, on the whole stack: a red run, nothing promoted, a receipt to mend it by; then mended.

While the mended one is curated Spark's server is killed: the rerun finishes it, and nothing is twice. The mended file
is the office's own with a row twice: another content and, after deduplication, the same rows, so that what other tests
of this stack hold against the truth stays true. What follows on this stack has a new server of Spark, which is slow.
"""

import json
from pathlib import Path

import polars as pl
import pytest
from tests.demofixture import Demo
from tests.e2e.killing import changed, content, kill_while_it_stages
from tests.e2e.office import Office, Sent, commits, rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PROMOTED = ("curated", "spine", "marts", "projects")


@pytest.fixture(scope="module")
def office(demo: Demo) -> Office:
    return Office(demo.settings, "dlt", "vehicles", "2026-02")


@pytest.fixture(scope="module")
def before(office: Office) -> list[str]:
    return commits(office.settings, *PROMOTED)


@pytest.fixture(scope="module")
def spoilt(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every third vehicle has a type that no code list knows."""
    lines = office.extract().read_text(encoding="utf-8").splitlines()
    where = lines[0].split("\t").index("ประเภทรถ")
    for number in range(1, len(lines), 3):
        cells = lines[number].split("\t")
        cells[where] = "RY99"
        lines[number] = "\t".join(cells)
    file = tmp_path_factory.mktemp("spoilt") / "vehicles.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def refused(office: Office, before: list[str], spoilt: Path) -> Sent:
    del before
    return office.sends(spoilt)


def test_the_run_is_red_and_announces_nothing(refused: Sent) -> None:
    assert [(run["dag_id"], run["state"]) for run in refused.runs] == [("curate_vehicles", "failed")]
    assert refused.red == ["verdict"]
    assert refused.events == 0


def test_nothing_of_it_is_promoted(office: Office, refused: Sent, before: list[str]) -> None:
    del refused
    assert commits(office.settings, *PROMOTED) == before


def test_its_bad_rows_lie_in_quarantine_each_with_its_reason(office: Office, refused: Sent) -> None:
    last = refused.line["receipt"]["steps"][-1]
    kept = rows(office.settings, "quarantine", office.dataset).filter(pl.col("submission") == refused.submission)
    assert kept.height == last["rows_quarantined"] > 100
    assert kept["period"].unique().to_list() == [office.period]
    assert kept["row_number"].is_unique().all()
    reasons = kept.group_by("reason", "reason_column").len().rows()
    told = {(one["reason"], one["column"], one["count"]) for one in last["findings"] if "reason" in one}
    assert set(reasons) == told
    assert ("BAD-CODE", "vehicle_type_code") in {(reason, column) for reason, column, _ in reasons}


def test_the_rows_in_quarantine_are_those_that_were_spoilt(office: Office, refused: Sent, spoilt: Path) -> None:
    """The pool's row numbers, and the row map that only the office has, lead to the lines that were changed."""
    kept = rows(office.settings, "quarantine", office.dataset).filter(pl.col("submission") == refused.submission)
    bad = kept.filter(pl.col("reason") == "BAD-CODE").join(office.source_rows(refused.submission), on="row_number")
    lines = spoilt.read_text(encoding="utf-8").splitlines()
    assert bad.height > 100
    assert [number for number in bad["source_row"] if "RY99" not in lines[number - 1]] == []


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        ("th", ("สิ่งที่ต้องทำ: แก้ไขในไฟล์ แล้วปิดผนึกและส่งใหม่", "ไม่รับ")),
        ("en", ("What to do: Mend them in your file, seal and send again.", "refused")),
    ],
)
def test_the_receipt_says_what_to_do(
    office: Office, refused: Sent, tmp_path: Path, lang: str, sentences: tuple[str, ...]
) -> None:
    text = office.receipt(refused.submission, lang, tmp_path)
    for sentence in (*sentences, "GATE-CODE", "vehicle_type_code", "BAD-CODE", refused.submission):
        assert sentence in text, sentence
    assert "RY99" not in text


def test_the_receipt_names_column_rule_and_count_and_no_value(refused: Sent) -> None:
    assert refused.line["state"] == "refused"
    last = refused.line["receipt"]["steps"][-1]
    (finding,) = [one for one in last["findings"] if one.get("code") == "GATE-CODE"]
    assert finding["column"] == "vehicle_type_code"
    assert finding["count"] > 100
    assert "RY99" not in json.dumps(refused.line, ensure_ascii=False)


def test_the_mended_extract_goes_through_though_its_server_is_killed(
    office: Office, refused: Sent, tmp_path: Path
) -> None:
    before, curated = content(office), commits(office.settings, "curated")
    mended = office.sends(
        office.with_a_row_twice(tmp_path), meanwhile=lambda: kill_while_it_stages(office, "spark-connect")
    )
    assert mended.submission != refused.submission
    assert mended.line["state"] == "promoted"
    assert "curate_vehicles" in {run["dag_id"] for run in mended.runs if run["state"] == "success"}
    assert mended.events > 0
    assert len(commits(office.settings, "curated")) == len(curated) + 1
    assert changed(before, content(office)) == {}
    told = {line["submission"]: line["state"] for line in office.types("status")}
    assert told[refused.submission] == "refused"
