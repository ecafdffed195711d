"""The commands end with the exit codes that they promise, write what they say, and show no value."""

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.authoringkit import BIRTHS, citizen

from khlang.authoring.commands.test import chosen

Run = Callable[..., tuple[int, str]]


HEADERS = ["CID_MOTHER", "CID_CHILD", "วันที่คลอด", "อำเภอที่คลอด", "HCODE", "อายุมารดา", "GRAVIDA", "D_UPDATE"]


def births(folder: Path, *, twice: bool = False) -> Path:
    """A sample of births by the contract's own headers; ``twice``: two rows of one mother and day that differ."""
    path = folder / "births.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for n in range(1, 31):
            row = [citizen(n), "", f"{n % 28 + 1:02d}/01/2569", "1001", "10661", str(20 + n % 20), "1", "31/01/2569"]
            writer.writerow(row)
            writer.writerow(row)  # an exact copy is no conflict
            if twice and n == 7:
                writer.writerow([*row[:5], "44", "2", "31/01/2569"])
    return path


def test_lint_of_a_sound_project_is_zero(run: Run) -> None:
    code, told = run("contract", "lint")
    assert (code, "2 contracts agree." in told) == (0, True), told


def test_lint_of_a_fault_is_23_and_names_the_place(run: Run) -> None:
    path = Path(BIRTHS)
    path.write_text(
        path.read_text(encoding="utf-8").replace("status: active", "status: active\nstatus: x"), encoding="utf-8"
    )
    code, told = run("contract", "lint", str(path))
    assert code == 23
    assert f"{BIRTHS}:7:1: LINT-KEY-TWICE" in told
    assert "→" in told


def test_lint_of_another_file_does_not_tell_it(run: Run) -> None:
    path = Path(BIRTHS)
    path.write_text(
        path.read_text(encoding="utf-8").replace("status: active", "status: active\nstatus: x"), encoding="utf-8"
    )
    assert run("contract", "lint", "contracts/welfare")[0] == 0


def test_lint_of_no_contract_is_a_wrong_call(run: Run) -> None:
    Path("notes.txt").write_text("x", encoding="utf-8")
    assert run("contract", "lint", "notes.txt")[0] == 2


def test_a_grain_that_is_unique_in_the_sample_passes(run: Run, tmp_path: Path) -> None:
    code, told = run("contract", "lint", BIRTHS, "--sample", str(births(tmp_path)))
    assert code == 0, told


def test_a_grain_that_is_not_unique_in_the_sample_is_told_with_rows_and_no_value(run: Run, tmp_path: Path) -> None:
    code, told = run("contract", "lint", BIRTHS, "--sample", str(births(tmp_path, twice=True)))
    assert code == 23
    assert "LINT-GRAIN-SAMPLE" in told
    assert "2 of 61 rows" in told
    assert citizen(7) not in told


def test_a_breaking_change_since_the_commit_is_told(run: Run) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "as it was"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    assert run("contract", "lint")[0] == 0
    path = Path(BIRTHS)
    path.write_text(path.read_text(encoding="utf-8").replace("required: false", "required: true", 1), encoding="utf-8")
    code, told = run("contract", "lint")
    assert (code, "LINT-VERSION" in told) == (23, True), told
    code, told = run("contract", "diff", "HEAD", ".")
    assert code == 23
    assert "BREAKING   births.child_pid: may no longer be empty" in told
    assert run("contract", "diff", "HEAD", ".", "--allow-breaking")[0] == 0
    assert run("contract", "diff", "HEAD", "HEAD") == (0, "0 changes, 0 breaking without a new version.\n")
    assert run("contract", "diff", "nowhere", ".")[0] == 2


def test_diff_of_one_file(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "births.yaml"
    text = Path(BIRTHS).read_text(encoding="utf-8")
    other.write_text(text.replace("- GRAVIDA", "- GRAVIDA\n              - G"), encoding="utf-8")
    code, told = run("contract", "diff", BIRTHS, str(other))
    assert (code, "compatible births.birth_order: headers added" in told) == (0, True), told


def loans(folder: Path, *, again: bool = False) -> Path:
    """Loans of thirty readers, each once; ``again``: one of them on the same day with another count."""
    path = folder / "loans.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["เลขประจำตัวประชาชน", "ชื่อ-สกุล", "เพศ", "วันที่ยืม", "จำนวนเล่ม"])
        for n in range(1, 31):
            writer.writerow([citizen(n), "สมชาย ใจดี", str(n % 2 + 1), f"{n % 28 + 1:02d}/01/2569", str(n % 5)])
        if again:
            writer.writerow([citizen(1), "สมชาย ใจดี", "2", "02/01/2569", "4"])
    return path


NEW = ("--domain", "health", "--table", "book_loans", "--agency", "moph")


def test_new_writes_a_draft_that_lint_refuses_until_it_is_decided(run: Run, tmp_path: Path) -> None:
    code, told = run("contract", "new", str(loans(tmp_path)), *NEW)
    assert code == 0, told
    assert "สมชาย" not in told
    draft = Path("drafts/book_loans")
    text = (draft / "contracts/health/book_loans.yaml").read_text(encoding="utf-8")
    assert "สมชาย" not in text
    assert citizen(1) not in text
    names = [column["name"] for column in yaml.safe_load(text)["schema"][0]["properties"]]
    assert names == ["pid", "sex_code", "borrowed_on", "count"]
    code, told = run("contract", "lint", str(draft))
    assert code == 23
    # Each column, the contract itself and each new field ask for a decision, at a line of the draft.
    assert told.count("LINT-DECISION") >= len(names) + 1
    assert f"{draft}/contracts/fields.yaml:1:1: LINT-DECISION" in told or "fields.yaml:1:1" in told
    assert {line.split(" ")[1] for line in told.splitlines() if ": LINT-" in line} <= {"LINT-DECISION", "LINT-HEADERS"}
    assert run("contract", "new", str(loans(tmp_path)), *NEW)[0] == 2, "a draft is never written over"


def test_a_draft_that_is_decided_is_sound(run: Run, tmp_path: Path) -> None:
    assert run("contract", "new", str(loans(tmp_path)), *NEW)[0] == 0
    draft = Path("drafts/book_loans")
    decide(draft)
    code, told = run("contract", "lint", str(draft), "--sample", str(loans(tmp_path)))
    assert code == 0, told
    code, told = run("contract", "lint", str(draft), "--sample", str(loans(tmp_path, again=True)))
    assert code == 23
    assert f"{draft}/contracts/health/book_loans.yaml:" in told, "a fault of a draft is told at the draft's own line"
    assert "LINT-GRAIN-SAMPLE" in told
    fields = Path("contracts/fields.yaml").read_text(encoding="utf-8")
    assert run("contract", "adopt", str(draft))[0] == 0
    assert Path("contracts/fields.yaml").read_text(encoding="utf-8").startswith(fields.rstrip("\n"))
    assert run("contract", "lint")[0] == 0, "what was adopted is sound without the draft"
    assert run("contract", "adopt", str(draft))[0] == 2, "what is there is never written over"


def test_a_draft_with_open_decisions_is_not_adopted(run: Run, tmp_path: Path) -> None:
    assert run("contract", "new", str(loans(tmp_path)), *NEW)[0] == 0
    before = Path("contracts/fields.yaml").read_text(encoding="utf-8")
    assert run("contract", "adopt", "drafts/book_loans")[0] == 23
    assert Path("contracts/fields.yaml").read_text(encoding="utf-8") == before
    assert not Path("contracts/health/book_loans.yaml").exists()


def decide(draft: Path) -> None:
    """What a person does with a draft: every mark taken out, every question answered."""
    path = draft / "contracts/health/book_loans.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for holder in (document, *document["schema"][0]["properties"]):
        holder["customProperties"] = [one for one in holder["customProperties"] if one["property"] != "decide"]
        for one in holder["customProperties"]:
            if one["property"] == "aliases":
                one["value"] = list(dict.fromkeys([*one["value"], f"{holder['name']} 1", f"{holder['name']} 2"]))
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False).replace("'?'", "ตามที่ตกลง agreed")
    path.write_text(
        text.replace("retentionDays\n  value: ตามที่ตกลง agreed", "retentionDays\n  value: 365"), encoding="utf-8"
    )
    fields = draft / "contracts/fields.yaml"
    fields.write_text(fields.read_text(encoding="utf-8").replace("'?'", "rows"), encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--domain", "healths", "--new-domain", "--table", "x", "--agency", "moph"), "DOMAIN-OLD"),
        (("--domain", "culture", "--table", "x", "--agency", "moph"), "DOMAIN-UNKNOWN"),
        (("--domain", "health", "--table", "births", "--agency", "moph"), "USAGE"),
        (("--domain", "health", "--table", "Book Loans", "--agency", "moph"), "USAGE"),
    ],
)
def test_new_refuses_names_that_cannot_be(run: Run, tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    left, told = run("contract", "new", str(loans(tmp_path)), *words)
    assert (left, told.startswith(code)) == (2, True), told


def test_preview_ends_with_zero_and_a_bad_file_with_20(run: Run, tmp_path: Path) -> None:
    code, told = run("contract", "preview", str(loans(tmp_path)))
    assert code == 0
    assert "pid BIGINT" in told
    assert "สมชาย" not in told
    bad = tmp_path / "bad.csv"
    bad.write_text("a,a\n1,2\n", encoding="utf-8")
    assert run("contract", "preview", str(bad))[0] == 20


def test_a_test_of_no_contract_is_a_wrong_call(run: Run, tmp_path: Path) -> None:
    assert run("contract", "test", "nothing", "--sample", str(loans(tmp_path)))[0] == 2


def test_a_draft_with_a_code_list_of_its_own_is_one_contract(run: Run, tmp_path: Path) -> None:
    assert run("contract", "new", str(loans(tmp_path)), *NEW)[0] == 0
    codes = Path("drafts/book_loans/contracts/codes")
    codes.mkdir()
    (codes / "shelf.csv").write_text("# Source: invented.\ncode,name_th,name_en\n1,ก,a\n", encoding="utf-8")
    known, name = chosen("drafts/book_loans", Path.cwd())
    assert name == "book_loans"
    assert "contracts/codes/shelf.csv" in known.fresh
