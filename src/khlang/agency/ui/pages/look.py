"""The preview: what would leave, what would be said of it, and the way on. Counts, headers and row numbers only."""

from collections.abc import Mapping, Sequence
from typing import Any

from khlang.agency.checking import telling
from khlang.agency.checking.judging import POOL_ONLY
from khlang.agency.ui.pages import choose
from khlang.agency.ui.pages.choose import Choices
from khlang.agency.ui.pages.markup import Page, form, ticks
from khlang.agency.ui.words import Words
from khlang.web.markup import box, e, field, hidden, table

Said = Mapping[str, Any]


def look(w: Words, said: Said, asked: Choices, csrf: str, *, sheets: Sequence[str] = (), sheet: str = "") -> Page:
    """The whole page."""
    parts = (
        _facts(w, said, asked),
        _way(w, said, asked, csrf, sheet),
        _columns(w, said),
        _dropped(w, said),
        _rules(w, said),
        _kept_back(w, said),
        _pool_only(w),
        _sheets(w, sheets, asked, csrf, sheet),
        f'<p><a href="/report">{w("report")}</a></p>',
        _seal(w, said, csrf),
    )
    return Page(w("look"), "".join(parts), "look")


def _facts(w: Words, said: Said, asked: Choices) -> str:
    last = said["last_month"]
    facts = [
        (w("dataset"), e(dict(asked.datasets).get(said["dataset"], said["dataset"]))),
        (w("period"), e(w.month(said["period"]))),
        (w("file"), e(", ".join(said["files"][:20]))),
        (w("read_as"), e(said["form"])),
        (w("rows"), f"{said['rows']:,}"),
    ]
    if last["rows"] is not None:
        facts.append((w("before"), f"{last['rows']:,}" + (f" ({w('far')})" if last["far"] else "")))
    return "<dl>" + "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in facts) + "</dl>"


def _way(w: Words, said: Said, asked: Choices, csrf: str, sheet: str) -> str:
    open_ = [(one["code"], one["message"]) for one in said["findings"] if one["needs_answer"]]
    wrong = _wrong(w, said)
    told = [one for one in said["findings"] if not one["needs_answer"]]
    notes = box("note", *(w.half(one["message"]) for one in told)) if told else ""
    if said["verdict"] == "would-be-accepted":
        return box("good", w("passed")) + notes
    if wrong:
        items = "".join(f"<li>{one}</li>" for one in wrong)
        more = "".join(f"<li>{w.half(message)}</li>" for _, message in open_)
        again = f'<a class="button" href="/">{w("choose_again")}</a>'
        listed = f"<section><h2>{w('todo')}</h2><ol>{items}{more}</ol><p>{w('mend')}</p>{again}</section>"
        return box("bad", w("refused")) + listed + notes
    kept = hidden(dataset=asked.dataset, period=asked.month, sheet=sheet)
    answer = form(w, "/check", csrf, f'{kept}{ticks(w, open_)}<button class="go">{w("again")}</button>')
    return box("ask", w("asks")) + answer + notes


def _seal(w: Words, said: Said, csrf: str) -> str:
    """Last on the page: what is sealed is what was looked at."""
    if said["verdict"] != "would-be-accepted":
        return ""
    button = f'<button class="go">{w("seal")}</button><p class="hint">{w("sealhint")}</p>'
    made = form(w, "/seal", csrf, f"{field('letter', w('letter'))}<br>{button}")
    return f"<section><h2>{w('seal')}</h2>{made}</section>"


def _wrong(w: Words, said: Said) -> list[str]:
    texts = [
        f"{e(one['header'])}: {e(w.pair(telling.TEXTS[one['kind']]))} {_where(w, one)}"
        for one in said["free_text"]
        if one["does"] == "refuse"
    ]
    rules = [
        f"{e(w.pair((one['message_th'], one['message_en'])))}: {w('found')} {_where(w, one)}"
        for one in said["rules"]
        if one["state"] == "refused"
    ]
    return texts + rules


def _columns(w: Words, said: Said) -> str:
    rows = []
    for one in said["columns"]:
        counts = [f"{e(w.pair(telling.REASONS[name]))} {_where(w, told)}" for name, told in one["pid_reasons"].items()]
        counts += [f"{w('no_year')} {one['lost']:,}"] if one["lost"] else []
        empty = w("none_short") if one["sealed_as"] or one["generalised_to"] else "–"
        rows.append([e(one["header"]), f"<code>{e(one['name'])}</code>", e(w.pair((one["how_th"], one["how_en"]))),
                     "<br>".join(counts) or empty])  # fmt: skip
    return table(w("leaves"), [w("in_file"), w("as"), w("how"), w("no_code")], rows)


def _dropped(w: Words, said: Said) -> str:
    rows = [[e(one["header"]), e(w.pair(telling.WHY[one["why"]]))] for one in said["dropped"]]
    return table(w("stays"), [w("in_file"), w("why")], rows)


def _rules(w: Words, said: Said) -> str:
    worst = [one for kind in ("refused", "warning") for one in said["rules"] if one["state"] == kind]
    rows = [
        [e(one["header"]), e(w.pair(telling.TEXTS[one["kind"]])), f"{one['count']:,}", "0",
         _state(w, {"refuse": "refused"}.get(one["does"], one["does"])), e(telling.places(one)) or "–"]
        for one in said["free_text"]
    ]  # fmt: skip
    rows += [
        [e(one["header"] or "–"), e(w.pair((one["message_th"], one["message_en"]))),
         telling.figure(one["observed"], share=one["share"]), telling.figure(one["limit"], share=one["share"]),
         _state(w, one["state"]), e(telling.places(one)) or "–"]
        for one in worst
    ]  # fmt: skip
    head = [w("in_file"), w("rule"), w("found"), w("limit"), w("result"), w("where")]
    good = len(said["rules"]) - len(worst)
    count = f"<p>{w('rules_passed', n=good, all=len(said['rules']))}</p>"
    return (table(w("rules"), head, rows, numbers=(2, 3)) or f"<h2>{w('rules')}</h2>") + count


def _kept_back(w: Words, said: Said) -> str:
    rows = [
        [e(one["header"]), e(w.pair(telling.REJECTS.get(one["reason"], (one["reason"],) * 2))), f"{one['count']:,}",
         e(telling.places(one))]
        for one in said["kept_back"]
    ]  # fmt: skip
    return table(w("kept_back"), [w("in_file"), w("why"), w("rows"), w("where")], rows, numbers=(2,))


def _pool_only(w: Words) -> str:
    items = "".join(f"<li>{e(w.pair(words))}</li>" for words in POOL_ONLY.values())
    return f"<details><summary>{w('pool_only')}</summary><ul>{items}</ul></details>"


def _sheets(w: Words, sheets: Sequence[str], asked: Choices, csrf: str, sheet: str) -> str:
    if not sheets:
        return ""
    return f"<details><summary>{w('other_sheet')}</summary>{choose.sheet(w, sheets, asked, csrf, sheet)}</details>"


def _state(w: Words, state: str) -> str:
    return f'<td class="{state}">{w(f"s_{state}")}</td>'


def _where(w: Words, counted: dict[str, Any]) -> str:
    listed = telling.places(counted)
    return f"{counted['count']:,}" + (f" ({w('row')} {e(listed)})" if listed else "")
