# ruff: noqa: E501 - markup and style lines read better whole
"""The pages as text, from plain values: small functions, everything escaped, no script but the one file."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from khlang.agency import papers
from khlang.agency.papers import Language
from khlang.errors import KhlangError

STYLE = """
:root { color-scheme: light } * { box-sizing: border-box }
body { font: 17px/1.65 "Sarabun", "Noto Sans Thai", "Leelawadee UI", "Thonburi", "Loma", sans-serif; color: #111;
  background: #f4f6f8; margin: 0 } main { max-width: 60rem; margin: 1.2rem auto; padding: 1.2rem 1.6rem;
  background: #fff; border: 1px solid #c9d1d8; border-radius: .5rem }
header { background: #14395b; color: #fff } header > div { max-width: 60rem; margin: auto; padding: .6rem 1.6rem;
  display: flex; gap: 1.4rem; flex-wrap: wrap; align-items: baseline } header a { color: #fff } header b { flex: 1 }
h1 { font-size: 1.5rem; margin: .2rem 0 .8rem } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem }
label, legend { font-weight: 600; display: block; margin-top: 1rem } label.tick { font-weight: 400; margin: .5rem 0 }
input:not([type=checkbox]), select { font: inherit; padding: .45rem .6rem; border: 1px solid #5a6772; border-radius: .3rem;
  width: 100%; max-width: 28rem; background: #fff } .hint { color: #444; margin: .1rem 0; font-size: .92em }
button { font: inherit; font-weight: 600; padding: .5rem 1.4rem; border: 0; border-radius: .3rem; background: #14508a;
  color: #fff; margin-top: 1rem; cursor: pointer } td button { margin: 0 } button:disabled { background: #5a6772 }
:focus-visible { outline: 3px solid #c25700; outline-offset: 2px } progress { width: 100%; height: 1.4rem }
.drop { border: 2px dashed #5a6772; border-radius: .5rem; padding: 1rem; margin-top: .6rem } .over { background: #e6f0fa }
.error, .verdict { padding: .6rem .9rem; border-left: .5rem solid #8e1b1b; background: #fdeeee } .error p { margin: .2rem 0 }
.verdict.passed { border-color: #1b5e20; background: #edf7ee } .verdict { font-size: 1.15rem; font-weight: 600 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% } caption { text-align: left }
th, td { border: 1px solid #98a2ab; padding: .35rem .55rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
thead th { background: #eef2f5 } .n { text-align: right; white-space: nowrap } dt { font-weight: 600 } dd { margin: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem } .report [lang=en] { color: #444;
  font-size: .9em; display: block } .skip { position: absolute; left: -99rem } .skip:focus { left: 1rem }
"""
WORDS: dict[str, tuple[str, str]] = {
    "app": ("ส่งข้อมูลประจำเดือน", "The month's data"),
    "new": ("ส่งไฟล์ใหม่", "New file"),
    "list": ("ชุดที่ปิดผนึก", "Sealed submissions"),
    "skip": ("ไปที่เนื้อหา", "Skip to content"),
    "step1": ("ขั้นที่ 1: เลือกไฟล์", "Step 1: choose a file"),
    "step2": ("ขั้นที่ 2: ดูก่อนปิดผนึก", "Step 2: look before sealing"),
    "step3": ("ขั้นที่ 3: ส่งและดูใบรับ", "Step 3: send, and read receipts"),
    "file": ("ไฟล์ข้อมูล (Excel, CSV, zip …)", "Data file (Excel, CSV, zip …)"),
    "drop": ("หรือลากไฟล์มาวางในกรอบนี้", "or drop a file into this frame"),
    "dataset": ("ชุดข้อมูล", "Dataset"),
    "period": ("งวด (เดือน)", "Period (month)"),
    "periodhint": ("เช่น 2569-01 หรือ 2026-01", "for example 2569-01 or 2026-01"),
    "look": ("ตรวจไฟล์", "Check the file"),
    "stays": ("ไฟล์อยู่ในเครื่องนี้เท่านั้น และถูกลบหลังปิดผนึก", "The file stays on this machine and is removed once sealed."),
    "answers": ("ข้อที่ต้องตอบก่อนปิดผนึก", "To be answered before sealing"),
    "yes": ("ตรวจแล้ว ถูกต้อง", "Looked at: this is right"),
    "again": ("ตรวจอีกครั้งด้วยคำตอบนี้", "Check again with these answers"),
    "letter": ("เลขหนังสือนำส่ง (ถ้ามี)", "Covering letter (if any)"),
    "seal": ("ปิดผนึก", "Seal"),
    "mend": ("แก้ไฟล์ตามรายการด้านล่าง แล้วเลือกใหม่", "Mend the file as listed below and choose it again."),
    "working": ("กำลังทำงาน", "Working"),
    "check": ("กำลังตรวจไฟล์", "Checking the file"),
    "send": ("ส่ง", "Send"),
    "sending": ("กำลังส่ง", "Sending"),
    "sealing": ("กำลังปิดผนึก", "Sealing"),
    "receipt": ("ใบรับ", "Receipt"),
    "do": ("ทำต่อ", "Next"),
    "none": ("ยังไม่มีชุดที่ปิดผนึก", "Nothing is sealed yet."),
    "approve": ("อนุมัติ", "Approve"),
    "waits": ("รอผู้อนุมัติ (คนที่สอง)", "Waits for the approver (a second person)"),
    "name": ("ชื่อผู้อนุมัติ (เก็บที่หน่วยงานเท่านั้น)", "Approver's name (stays here)"),
    "role": ("ตำแหน่งผู้อนุมัติ", "Approver's office"),
    "error": ("ทำไม่สำเร็จ", "It did not work"),
    "back": ("กลับ", "Back"),
    "noscript": ("หน้านี้ต้องใช้ JavaScript", "This page needs JavaScript."),
}


class Words:
    """Words of one language, escaped."""

    def __init__(self, lang: Language) -> None:
        self.lang: Language = lang

    def __call__(self, name: str) -> str:
        """One word or sentence."""
        return _e(WORDS[name][0 if self.lang == "th" else 1])


def frame(w: Words, title: str, body: str, csrf: str) -> str:
    """A whole page around its content."""
    other, name = ("en", "English") if w.lang == "th" else ("th", "ภาษาไทย")
    return (
        f'<!doctype html><html lang="{w.lang}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><meta name="csrf" content="{_e(csrf)}"><title>{title}</title>'
        f'<style>{STYLE}</style><script src="/app.js" defer></script></head><body><a class="skip" href="#main">{w("skip")}</a>'
        f'<header><div><b>{w("app")}</b><nav><a href="/">{w("new")}</a> · <a href="/submissions">{w("list")}</a></nav>'
        f'<a href="/language/{other}" lang="{other}">{name}</a></div></header><main id="main"><h1>{title}</h1>{body}'
        f"<noscript><p>{w('noscript')}</p></noscript></main></body></html>\n"
    )


def start(w: Words, datasets: Sequence[tuple[str, str]]) -> str:
    """Where a file is chosen."""
    options = "".join(f'<option value="{_e(name)}">{_e(title)} ({_e(name)})</option>' for name, title in datasets)
    return (
        f'<form id="choose"><p>{w("stays")}</p><div class="drop" id="drop"><label for="file">{w("file")}</label>'
        f'<input id="file" type="file" required aria-describedby="drophint"><p class="hint" id="drophint">{w("drop")}</p></div>'
        f'<label for="dataset">{w("dataset")}</label><select id="dataset" name="dataset" required>{options}</select>'
        f'<label for="period">{w("period")}</label><input id="period" name="period" required inputmode="numeric" '
        f'aria-describedby="periodhint"><p class="hint" id="periodhint">{w("periodhint")}</p>'
        f'<button>{w("look")}</button><div id="said" role="status" aria-live="polite"></div></form>'
    )


def preview(w: Words, said: Mapping[str, Any], report: str, asked: Mapping[str, str], csrf: str) -> str:
    """What ``check`` says, with what is to be answered and the way on."""
    open_ = [one for one in said["findings"] if one["needs_answer"]]
    if said["verdict"] == "would-be-accepted":
        way = (
            f'<form method="post" action="/seal">{_token(csrf)}<label for="letter">{w("letter")}</label>'
            f'<input id="letter" name="letter"><br><button>{w("seal")}</button></form>'
        )
    elif open_:
        ticks = "".join(
            f'<label class="tick"><input type="checkbox" name="accept" value="{_e(one["code"])}"> {w("yes")}: '
            f"{_e(_half(one['message'], w.lang))}</label>"
            for one in open_
        )
        kept = "".join(f'<input type="hidden" name="{name}" value="{_e(value)}">' for name, value in asked.items())
        way = (
            f'<form method="post" action="/check">{_token(csrf)}{kept}<fieldset><legend>{w("answers")}</legend>{ticks}'
            f"</fieldset><button>{w('again')}</button></form>"
        )
    else:
        way = f'<p>{w("mend")} <a href="/">{w("new")}</a></p>'
    return f'{way}<div class="report">{_main(report)}</div>'


def working(w: Words, what: str) -> str:
    """Progress, told to a screen reader as it changes."""
    word = {"check": "check", "seal": "sealing", "send": "sending"}[what]
    return (
        f'<p id="what">{w(word)}</p><progress id="bar" aria-labelledby="what"></progress>'
        '<p id="said" role="status" aria-live="polite"></p>'
    )


def submissions(w: Words, lines: Sequence[Mapping[str, Any]], waiting: Sequence[Mapping[str, Any]], csrf: str) -> str:
    """Everything that was sealed, what waits for a second person, and what can be done next."""
    if not lines and not waiting:
        return f"<p>{w('none')}</p>"
    names = ("dataset", "period", "submission", "rows", "state")
    head = "".join(f'<th scope="col">{_e(papers.word(name, w.lang))}</th>' for name in names)
    rows = "".join(
        f"<tr>{_facts(w, one)}<td>{_e(papers.state(one['state'], w.lang))}</td><td>{_next(w, one, csrf)}</td></tr>"
        for one in lines
    )
    table = f'<table><thead><tr>{head}<th scope="col">{w("do")}</th></tr></thead><tbody>{rows}</tbody></table>'
    return (f'<div class="wide">{table}</div>' if lines else "") + "".join(_approve(w, one, csrf) for one in waiting)


def receipt(w: Words, document: str) -> str:
    """The receipt's own page, within the frame."""
    return f'<div>{_main(document)}</div><p><a href="/submissions">{w("back")}</a></p>'


def error(w: Words, fault: KhlangError) -> str:
    """A refusal: what is wrong, and what to do."""
    return (
        f'<div class="error" role="alert" tabindex="-1"><p><b>{_e(_half(fault.message, w.lang))}</b></p>'
        f"<p>{_e(_half(fault.remedy, w.lang))}</p><p><code>{_e(fault.code)}</code></p></div>"
        f'<p><a href="/">{w("new")}</a> · <a href="/submissions">{w("list")}</a></p>'
    )


def _facts(w: Words, one: Mapping[str, Any]) -> str:
    period = _e(papers.thai_period(one["period"], w.lang))
    return (
        f'<th scope="row">{_e(one["dataset"])}</th><td>{period}</td><td><code>{_e(one["submission"][:12])}</code></td>'
        f'<td class="n">{one["rows"]:,}</td>'
    )


def _next(w: Words, one: Mapping[str, Any], csrf: str) -> str:
    if one["receipt"]:
        return f'<a href="/receipt/{_e(one["submission"])}">{w("receipt")} {_e(one["submission"][:6])}</a>'
    return (
        f'<form method="post" action="/send">{_token(csrf)}<input type="hidden" name="submission" '
        f'value="{_e(one["submission"])}"><button aria-label="{w("send")} {_e(one["dataset"])} {_e(one["period"])}">'
        f"{w('send')}</button></form>"
    )


def _approve(w: Words, one: Mapping[str, Any], csrf: str) -> str:
    short = _e(one["submission"][:12])
    return (
        f"<section><h2>{w('waits')}: {_e(one['dataset'])} {_e(papers.thai_period(one['period'], w.lang))}, "
        f'{one["rows"]:,}</h2><form method="post" action="/approve">{_token(csrf)}<input type="hidden" name="submission" '
        f'value="{_e(one["submission"])}"><label for="n{short}">{w("name")}</label><input id="n{short}" name="name" required>'
        f'<label for="r{short}">{w("role")}</label><input id="r{short}" name="role" required><br>'
        f"<button>{w('approve')}</button></form></section>"
    )


def _token(csrf: str) -> str:
    return f'<input type="hidden" name="csrf" value="{_e(csrf)}">'


def _main(document: str) -> str:
    """What another page's ``<main>`` holds; its heading steps down below this page's own."""
    inner = document.partition("<main>")[2].partition("</main>")[0]
    return inner.replace("<h1>", "<h2>").replace("</h1>", "</h2>")


def _half(text: str, lang: Language) -> str:
    thai, slash, english = text.partition(" / ")
    return (thai if lang == "th" else english) if slash else text


def _e(text: object) -> str:
    return html.escape(str(text))
