"""A receipt in words: both languages, every form, nothing in it but what is meant to be told; withdrawals' requests."""

import html.parser
import os
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from khlang import errors, receipt, signatures
from khlang.agency import papers, printing, receipts, sending, words
from khlang.agency.commands import send as send_
from khlang.agency.home import Home
from khlang.agency.network import Pace, system_proxy

SRC = Path(__file__).resolve().parents[2] / "src" / "khlang"
PLACE = {"agency": "mof", "dataset": "welfare_registrants", "period": "2026-01", "submission": "ab" * 16}
FINDING = {"code": "GATE-NULL", "column": "debt_baht", "count": 31, "message_th": "ว่างเกิน <5%", "message_en": "nulls",
           "rows": [4], "first_row": 9, "sample": "9123456789010"}  # fmt: skip
STEPS: list[Any] = [
    {"stage": "landed-000001", "verdict": "accepted", "message_th": "รับเข้าคลังแล้ว", "message_en": "Accepted."},
    {"stage": "curated-000001-100", "verdict": "refused", "rows_in": 1200, "failures": [FINDING], "metrics": {"x": 1}},
    {"stage": "withdrawn", "verdict": "withdrawn", "gone": ["กุญแจ / The key"], "kept": ["ไฟล์ / The files"],
     "marts": ["welfare_eligibility"], "reason": "ผิดงวด"},
]  # fmt: skip
PAPERS = {"legal_basis": "พ.ร.บ. <ตัวอย่าง>", "retention_days": 3650}


def said(key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
    signer = key or Ed25519PrivateKey.generate()
    received = {"receipt_id": "r-1", "at": "2026-11-21T08:00:00+00:00", "rows": 1200, "parts": 1}
    signed = receipt.sign(receipt.build(PLACE, state="withdrawn", received=received, steps=STEPS), signer)
    return receipt.verify(signed, key=signatures.public_hex(signer))


def page(lang: words.Language, *, verified: bool = True) -> papers.Page:
    return papers.page(
        said(), lang=lang, verified=verified, manifest=PAPERS, rows={4: "x.xlsx แถว 17", 9: "x.xlsx แถว 3"}
    )


def shown(made: papers.Page) -> str:
    console = Console(record=True, width=200)
    printing.text(console, made)
    return console.export_text()


def test_only_what_is_meant_to_be_told_is_in_a_receipt() -> None:
    told = str(said())
    assert "9123456789010" not in told
    assert "metrics" not in told
    assert "debt_baht" in told


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("th", ["ถอนแล้ว", "ไม่รับ", "ว่างเกิน", "x.xlsx แถว 17, x.xlsx แถว 3", "2569-01", "ข้อมูลแฝง", "ไฟล์", "มาตรา 39"]),
        ("en", ["withdrawn", "refused", "nulls", "1,200", "still personal data", "The key", "section 39", "2026-01"]),
    ],
)
def test_text_tells_it_in_one_language(lang: words.Language, words: list[str]) -> None:
    told = shown(page(lang))
    assert [word for word in words if word not in told] == []


def test_html_is_whole_escaped_and_speaks_to_a_screen_reader() -> None:
    written = printing.as_html(page("th"))
    assert "&lt;ตัวอย่าง&gt;" in written
    assert "<ตัวอย่าง>" not in written
    opened: list[str] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            opened.append(tag)
            assert tag not in {"script", "link", "img", "iframe"}
            if tag == "html":
                assert ("lang", "th") in attrs
            if tag == "th":
                assert ("scope", "col") in attrs

    Reader().feed(written)
    assert {"main", "h1", "h2", "h3", "table", "caption", "thead"} <= set(opened)


def test_pdf_sets_thai_with_its_marks_shaped() -> None:
    """Shaped text is one glyph run whose marks have offsets of their own; without a shaper there would be none."""
    data = printing.as_pdf(page("th"))
    assert data.startswith(b"%PDF-")
    assert b"Sarabun" in data
    assert printing.as_pdf(page("en")).startswith(b"%PDF-")


def test_a_long_run_breaks_between_letters_and_never_before_a_mark() -> None:
    broken = printing._breakable("กรุณาตรวจสอบจำนวนหนี้ที่ยังไม่ได้บันทึกไว้").split("\u200b")
    assert len(broken) > 10
    assert not [piece for piece in broken if re.match("[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]", piece)]
    assert "".join(broken) == "กรุณาตรวจสอบจำนวนหนี้ที่ยังไม่ได้บันทึกไว้"


def test_pdf_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(errors.SetupError) as missing:
        printing.as_pdf(page("th"))
    assert missing.value.code == "RECEIPT-PDF"


def test_without_a_pinned_key_it_says_so() -> None:
    assert "Signature not verified" in shown(page("en", verified=False))
    signed = receipt.sign(receipt.build(PLACE, state="received", received={}, steps=[]), Ed25519PrivateKey.generate())
    with pytest.raises(errors.SignatureError) as unknown:
        receipt.verify(signed, key=None)
    assert unknown.value.code == "RECEIPT-KEY"


@pytest.mark.parametrize("broken", [None, [], {}, {"receipt": "{", "signature": "", "key": ""}, {"receipt": "[]"}])
def test_what_is_no_receipt(broken: object) -> None:
    with pytest.raises(errors.IntegrityError) as refused:
        receipt.verify(broken, key="0" * 64)
    assert refused.value.code == "RECEIPT-FORM"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "ของ 1 2345 67890 12 3", "๑๒๓๔๕๖๗๘๙", "a@b.go.th"])
def test_a_reason_that_is_none_or_names_a_person(reason: str) -> None:
    with pytest.raises(errors.InputError) as refused:
        receipt.withdrawal(PLACE, reason)
    assert refused.value.code == "WITHDRAW-REASON"
    assert reason.strip() not in refused.value.message or not reason.strip()


def test_a_request_to_withdraw_has_one_form() -> None:
    data = receipt.withdrawal(PLACE, "ส่งผิดงวด")
    assert receipt.read_withdrawal(data)["reason"] == "ส่งผิดงวด"
    for other in (data + b" ", b"{}", b"[]", b"\xff", data.replace(b'"mof"', b"1")):
        with pytest.raises(errors.ContractError):
            receipt.read_withdrawal(other)


@pytest.mark.parametrize(
    ("text", "value"), [("2MB/s", 2_000_000), ("500 kb/s", 500_000), ("1.5M", 1_500_000), ("20000", 20_000)]
)
def test_a_limit_as_people_write_it(text: str, value: int) -> None:
    assert send_.rate(text) == value


@pytest.mark.parametrize("text", ["fast", "1KB/s", "", "-2MB/s"])
def test_a_limit_that_is_none(text: str) -> None:
    with pytest.raises(send_.click.BadParameter):
        send_.rate(text)


def test_what_waits_is_sent_in_the_order_it_was_sealed(tmp_path: Path) -> None:
    """Of two contents of one period the later one is to count, whatever their ids are."""
    for age, name in ((2, "aa"), (1, "bb"), (3, "cc")):
        sealed = tmp_path / "sealed" / "vehicles" / "2026-01" / name / "manifest.sig"
        sealed.parent.mkdir(parents=True)
        sealed.touch()
        os.utime(sealed, (age, age))
    assert [folder.name for folder in sending.unsent(Home(tmp_path))] == ["bb", "aa", "cc"]


def test_a_limit_is_shared_by_all_parts() -> None:
    pace = Pace(1_000_000)
    waits = [pace.wait(100_000) for _ in range(10)]
    assert waits[-1] == pytest.approx(1.0, abs=0.1)  # a megabyte at a megabyte a second, whoever sends it
    assert Pace(0).wait(1) == 0


def test_the_system_s_proxy_is_asked_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert system_proxy("https://gateway.example:443") == "http://proxy.example:8080"
    assert system_proxy("https://inside.example") is None
    assert system_proxy("https://127.0.0.1:9") is None


@pytest.mark.parametrize(("name", "lang"), [("th_TH.UTF-8", "th"), ("en_US.UTF-8", "en"), ("C.UTF-8", "en")])
def test_the_language_is_the_locale_s(name: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", name)
    assert receipts.language() == lang


def test_no_text_of_ours_calls_the_data_anonymous() -> None:
    """Pseudonymised data is still personal data; the only places that say the word forbid it."""
    never = re.compile(r"anonym(?!ous_)|นิรนาม", re.IGNORECASE)
    said_in = [
        f"{path.relative_to(SRC)}:{number}"
        for path in sorted(SRC.rglob("*"))
        if path.suffix in {".py", ".yaml", ".json", ".jinja", ".html", ".md", ".sql"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if never.search(line.replace("pseudonym", "").replace("Pseudonym", "").replace("PSEUDONYM", ""))
    ]
    assert said_in == []
