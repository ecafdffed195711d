"""The preview as one HTML page, Thai and English side by side: no script, nothing fetched, prints on A4.

By ``html.escape`` and f-strings: Jinja2 and MarkupSafe would be two more packages in every office for one page.
"""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from khlang.agency.checking import telling
from khlang.agency.checking.judging import POOL_ONLY
from khlang.agency.checking.telling import Pair
from khlang.contracts import Table

_STYLE = """
body { font: 16px/1.6 "Sarabun", "Noto Sans Thai", "Leelawadee UI", "Thonburi", "Loma", sans-serif; color: #111;
  background: #fff; max-width: 68rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem }
[lang=en] { color: #444; font-size: .9em } td > [lang=en], th > [lang=en], li > [lang=en] { display: block }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem } dt { font-weight: 600 } dd { margin: 0 }
.verdict { font-size: 1.25rem; font-weight: 600; padding: .6rem .9rem; border-left: .5rem solid }
.passed { border-color: #1b5e20; background: #edf7ee } .refused { border-color: #8e1b1b; background: #fdeeee }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
caption { text-align: left } caption h2 { margin-bottom: .4rem } tbody th { min-width: 7rem }
th, td { border: 1px solid #888; padding: .3rem .55rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
thead th { background: #eef2f5 } tbody th { font-weight: 600 } .n { text-align: right; white-space: nowrap }
td.state { white-space: nowrap; font-weight: 600 } .state.refused { color: #8e1b1b } .state.warning { color: #6b4700 }
.state.passed { color: #1b5e20 } code { font-size: .85em }
@media print { body { margin: 0; max-width: none; font-size: 11pt } tr, li { break-inside: avoid }
  thead { display: table-header-group } h2 { break-after: avoid } .wide { overflow: visible } @page { margin: 14mm } }
"""
_FOOT = (
    "<footer><p>หน้านี้ไม่มีค่าของข้อมูลแถวใด มีเพียงจำนวนและเลขแถว ข้อมูลแฝงยังเป็นข้อมูลส่วนบุคคล <span lang='en'>This page "
    "holds no value of any row, only counts and row numbers. Pseudonymised data are still personal data.</span></p>"
    "</footer>"
)
_STATE: dict[str, Pair] = {
    "passed": ("✓ ผ่าน", "passes"),
    "warning": ("! เตือน", "warning"),
    "refused": ("✗ ไม่ผ่าน", "refused"),
    "mask": ("! จะถูกปิดบัง", "will be masked"),
    "refuse": ("✗ ไม่ผ่าน", "refused"),
}


def page(said: dict[str, Any], table: Table) -> str:
    """The page of ``telling.document``."""
    thai = f"{int(said['period'][:4]) + 543}-{said['period'][5:]}"
    title = f"ผลตรวจก่อนส่ง: {table.title_th} งวด {thai}"
    parts = [
        f"<h1>{_e(title)}</h1><p lang='en'>Check before sending: {_e(table.title_en)}, {said['period']}</p>",
        _verdict(said),
        _facts(said),
        _mend(said),
        _columns(said),
        _dropped(said),
        _rules(said),
        _kept_back(said),
        _pool_only(),
        _FOOT,
    ]
    return (
        f"<!doctype html>\n<html lang='th'><head><meta charset='utf-8'><meta name='viewport' "
        f"content='width=device-width'><title>{_e(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _verdict(said: dict[str, Any]) -> str:
    if said["verdict"] == "would-be-accepted":
        words = ("✓ เท่าที่ตรวจได้ที่นี่ คลังกลางจะรับ", "As far as can be told here, the pool would accept it.")
        state = "passed"
    else:
        words = ("✗ คลังกลางจะไม่รับ โปรดแก้ก่อนส่ง", "The pool would refuse it. Mend it before sending.")
        state = "refused"
    return f"<p class='verdict {state}' role='status'>{_both(words)}</p>"


def _facts(said: dict[str, Any]) -> str:
    last = said["last_month"]
    facts = [
        (("ไฟล์", "Files"), ", ".join(said["files"][:20])),
        (("อ่านเป็น", "Read as"), said["form"]),
        (("จำนวนแถว", "Rows"), f"{said['rows']:,}"),
    ]
    if last["rows"] is not None:
        far = " ⚠ ต่างกันมาก / far from it" if last["far"] else ""
        facts.append((("งวดก่อน", "Month before"), f"{last['rows']:,}{far}"))
    return "<dl>" + "".join(f"<dt>{_both(label)}</dt><dd>{_e(value)}</dd>" for label, value in facts) + "</dl>"


def _mend(said: dict[str, Any]) -> str:
    items = [f"{_e(one['message'])} <code>{_e(one['code'])}</code>" for one in said["findings"] if one["needs_answer"]]
    items += [
        f"{_e(one['header'])}: {_both(telling.TEXTS[one['kind']])} {_where(one)}"
        for one in said["free_text"]
        if one["does"] == "refuse"
    ]
    items += [
        f"{_both((one['message_th'], one['message_en']))} <code>{_e(one['code'])}</code> {_where(one)}"
        for one in said["rules"]
        if one["state"] == "refused"
    ]
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<h2>สิ่งที่ต้องแก้ก่อนส่ง <span lang='en'>To mend before sending</span></h2><ol>{listed}</ol>" if items else ""


def _columns(said: dict[str, Any]) -> str:
    rows = []
    for one in said["columns"]:
        counts = [
            f"{_both(telling.REASONS[reason])} {_where(counted)}" for reason, counted in one["pid_reasons"].items()
        ]
        counts += [f"ไม่พบปี <span lang='en'>no year found</span> {one['lost']:,}"] if one["lost"] else []
        rows.append([_e(one["header"]), f"<code>{_e(one['name'])}</code>", _both((one["how_th"], one["how_en"])),
                     "<br>".join(counts) or "–"])  # fmt: skip
    head = [("คอลัมน์ในไฟล์", "In the file"), ("ออกไปเป็น", "Leaves as"), ("วิธี", "How"), ("ไม่มีรหัสแฝง", "Not sealed")]
    return _section(("สิ่งที่จะออกจากเครื่องนี้", "What would leave this machine"), head, rows)


def _dropped(said: dict[str, Any]) -> str:
    rows = [[_e(one["header"]), _both(telling.WHY[one["why"]])] for one in said["dropped"]]
    head = [("คอลัมน์ในไฟล์", "In the file"), ("เหตุผล", "Why")]
    return _section(("คอลัมน์ที่ไม่ออกไป", "Columns that stay here"), head, rows)


def _rules(said: dict[str, Any]) -> str:
    rows = [
        [_e(one["header"]), _both(telling.TEXTS[one["kind"]]), f"{one['count']:,}", "0", _state(one["does"]),
         _e(telling.places(one)) or "–"]
        for one in said["free_text"]
    ]  # fmt: skip
    worst_first = sorted(said["rules"], key=lambda one: ("refused", "warning", "passed").index(one["state"]))
    rows += [
        [
            _e(one["header"] or "–"), f"{_both((one['message_th'], one['message_en']))} <code>{_e(one['code'])}</code>",
            telling.figure(one["observed"], share=one["share"]), telling.figure(one["limit"], share=one["share"]),
            _state(one["state"]), _e(telling.places(one)) or "–",
        ]
        for one in worst_first
    ]  # fmt: skip
    head = [("คอลัมน์", "Column"), ("กฎ", "Rule"), ("ที่พบ", "Found"), ("เกณฑ์", "Limit"), ("ผล", "Result"),
            ("แถวแรก ๆ ในไฟล์", "First rows of the file")]  # fmt: skip
    return _section(("กฎของคลังกลางที่ตรวจที่นี่", "Rules of the pool, judged here"), head, rows, numbers=(2, 3))


def _kept_back(said: dict[str, Any]) -> str:
    rows = [
        [_e(one["header"]), _both(telling.REJECTS.get(one["reason"], (one["reason"], ""))), f"{one['count']:,}",
         _e(telling.places(one))]
        for one in said["kept_back"]
    ]  # fmt: skip
    head = [("คอลัมน์", "Column"), ("เหตุผล", "Reason"), ("แถว", "Rows"), ("แถวแรก ๆ ในไฟล์", "First rows of the file")]
    return _section(("แถวที่คลังกลางจะกักไว้", "Rows the pool would keep back"), head, rows, numbers=(2,))


def _pool_only() -> str:
    items = "".join(f"<li>{_both(words)} <code>{_e(code)}</code></li>" for code, words in POOL_ONLY.items())
    return f"<h2>ตรวจได้เฉพาะที่คลังกลาง <span lang='en'>Only the pool can judge</span></h2><ul>{items}</ul>"


def _section(title: Pair, head: Sequence[Pair], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    body = "".join("<tr>" + "".join(_cell(i, cell, numbers) for i, cell in enumerate(row)) + "</tr>" for row in rows)
    if not body:
        return ""
    top = "".join(f"<th scope='col'>{_both(words)}</th>" for words in head)
    name = f"{_e(title[0])} <span lang='en'>{_e(title[1])}</span>"
    return (
        f"<section><div class='wide'><table><caption><h2>{name}</h2></caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _cell(at: int, cell: str, numbers: Sequence[int]) -> str:
    if cell.startswith("<td"):
        return cell
    return f"<th scope='row'>{cell}</th>" if at == 0 else f"<td{' class=n' if at in numbers else ''}>{cell}</td>"


def _state(state: str) -> str:
    kind = {"refuse": "refused", "mask": "warning"}.get(state, state)
    return f"<td class='state {kind}'>{_both(_STATE[state])}</td>"


def _where(counted: dict[str, Any]) -> str:
    listed = telling.places(counted)
    rows = f" แถว/rows {_e(listed)}" if listed else ""
    return f"({counted['count']:,}{rows})"


def _both(words: Pair) -> str:
    return f"{_e(words[0])} <span lang='en'>{_e(words[1])}</span>"


def _e(text: str) -> str:
    return html.escape(text)
