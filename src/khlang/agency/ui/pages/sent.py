"""What is sealed: what waits for a second person, what can be sent, and receipts."""

from collections.abc import Mapping, Sequence
from typing import Any

from khlang.agency import words
from khlang.agency.checking import telling
from khlang.agency.ui.pages.markup import Page, form
from khlang.agency.ui.words import Words
from khlang.web.markup import e, field, hidden, table, tick

Made = Mapping[str, Any]


def listed(w: Words, lines: Sequence[Made], waiting: Sequence[Made], titles: Mapping[str, str], csrf: str) -> Page:
    """Everything that was sealed, the latest month first, and what can be done next with each."""
    if not lines and not waiting:
        return Page(w("list"), f'<p>{w("none")}</p><p><a class="button" href="/">{w("new")}</a></p>', "send")
    items = [_item(w, one, titles, "waits", _approve_link(w, one)) for one in waiting]
    ordered = sorted(lines, key=lambda one: (one["receipt"] is None, one["period"]), reverse=True)
    items += [_item(w, one, titles, str(one["state"]), _next(w, one, csrf)) for one in ordered]
    asked = any(one["receipt"] for one in lines)
    refresh = form(w, "/refresh", csrf, f'<button class="second">{w("refresh")}</button>') if asked else ""
    step = "receipt" if asked and not waiting and all(one["receipt"] for one in lines) else "send"
    return Page(w("list"), f'<ul class="items">{"".join(items)}</ul>{refresh}', step)


def approval(w: Words, made: Made, titles: Mapping[str, str], csrf: str, *, keyed: bool) -> Page:
    """What the second person looks at before signing: counts and reasons, no value of any row.

    ``keyed``: the approver has a key, whose file and passphrase are asked for.
    """
    facts = [
        (w("dataset"), e(titles.get(made["dataset"], made["dataset"]))),
        (w("period"), e(w.month(made["period"]))),
        (w("rows"), f"{made['rows']:,}"),
        (w("preparer"), e(made["preparer"])),
        (w("agreement"), e(made["agreement"])),
        (w("letter"), e(made["letter"] or "–")),
        (w("submission"), f"<code>{e(made['submission'][:12])}</code>"),
    ]
    listed_ = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in facts)
    rows = [
        [f"<code>{e(column)}</code>", e(w.pair(telling.REASONS.get(reason, (reason, reason)))), f"{count:,}"]
        for column, reasons in made["pid_reasons"].items()
        for reason, count in reasons.items()
    ]
    whole = [column for column, reasons in made["pid_reasons"].items() if not reasons]
    rows += [[f"<code>{e(column)}</code>", w("all_sealed"), "0"] for column in whole]
    keys = field("key", w("key"), hint=w("keyhint"), required=True) + field(
        "passphrase", w("passphrase"), required=True, kind="password"
    )
    inner = (
        f"{hidden(submission=made['submission'])}{field('name', w('name'), hint=w('namehint'), required=True)}"
        f"{field('role', w('role'), required=True)}{keys if keyed else ''}"
        f"{tick('looked', 'yes', w('looked'), required=True)}"
        f"<button>{w('approve')}</button>"
    )
    counts = table(w("no_code"), [w("as"), w("why"), w("rows")], rows, numbers=(2,))
    body = f"<p>{w('approvehint')}</p><dl>{listed_}</dl>{counts}{form(w, '/approve', csrf, inner)}"
    return Page(w("approval"), body, "seal")


def receipt(w: Words, document: str, said: Made, *, pdf: bool) -> Page:
    """The receipt's own page, within the frame."""
    link = f'<a class="button" href="/receipt/{e(said["submission"])}.pdf">{w("pdf")}</a>'
    paper = link if pdf else f"<p>{w('print')}</p>"
    mend = f'<p><a class="button" href="/">{w("resend")}</a></p>' if said["state"] == "refused" else ""
    inner = document.partition("<main>")[2].partition("</main>")[0].partition("</h1>")[2]
    inner = inner.replace('class="state" role="status"', f'class="state {e(said["state"])}"')
    back = f'<p><a href="/submissions">{w("back")}</a></p>'
    return Page(words.word("title", w.lang), f"{inner}{mend}{paper}{back}", "receipt")


def _item(w: Words, one: Made, titles: Mapping[str, str], state: str, then: str) -> str:
    shown = e(words.state(state, w.lang))
    return (
        f"<li><div><h2>{e(titles.get(one['dataset'], one['dataset']))} – {e(w.month(one['period']))}</h2>"
        f'<p><span class="state {e(state)}">{shown}</span> {one["rows"]:,} {w("row")}, {w("submission")} '
        f"<code>{e(one['submission'][:12])}</code></p></div>{then}</li>"
    )


def _named(w: Words, what: str, one: Made) -> str:
    """A button's name for who hears it without the line it stands in."""
    return f'aria-label="{w(what)} {e(one["dataset"])} {e(w.month(one["period"]))} {e(one["submission"][:6])}"'


def _approve_link(w: Words, one: Made) -> str:
    return f'<a class="button" href="/approve/{e(one["submission"])}" {_named(w, "open", one)}>{w("open")}</a>'


def _next(w: Words, one: Made, csrf: str) -> str:
    if one["receipt"]:
        link = f'href="/receipt/{e(one["submission"])}" {_named(w, "receipt", one)}'
        return f'<a class="button" {link}>{w("receipt")}</a>'
    button = f"<button {_named(w, 'send', one)}>{w('send')}</button>"
    return form(w, "/send", csrf, hidden(submission=one["submission"]) + button)
