"""The pages as markup: nothing here decides what may be shown, it is given only that."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from khlang.errors import KhlangError
from khlang.owners.scope import Asked
from khlang.owners.sessions import Session
from khlang.owners.words import WORDS, Words
from khlang.policy.life import Action, Event, Project
from khlang.projects.orders import ORDERED, Told
from khlang.web.markup import box, e, field, hidden, table, tick

BASE = "/owners"
SECOND = frozenset({"refuse", "revoke"})


@dataclass(frozen=True)
class Shown:
    """A project as one account may see it: its state, what is asked, what was done, what the account may answer."""

    project: Project
    state: str
    asked: tuple[Asked, ...]
    events: tuple[Event, ...]
    answers: tuple[Action, ...]
    order: Told | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.project.asked.name


def frame(w: Words, title: str, body: str, session: Session | None = None, at: str = "") -> str:
    """A whole page around its content; who is not signed in gets no menu and no token."""
    other, name = ("en", "English") if w.lang == "th" else ("th", "ภาษาไทย")
    links = foot = ""
    if session:
        here = f"{BASE}/{session.account.agency or 'keeper'}"
        pages = ((here, "projects"), (f"{here}/uses", "uses"))
        links = "".join(
            f'<a href="{link}"{" aria-current=page" if at == word else ""}>{w(word)}</a>' for link, word in pages
        )
        who = f"<code>{e(session.account.name)}</code> {w('for')} "
        who += e(session.account.agency) if session.account.agency else w("keeper")
        out = f'{hidden(csrf=session.csrf)}<button class="second">{w("sign_out")}</button>'
        foot = f'<span>{who}</span><form method="post" action="{BASE}/sign-out">{out}</form>'
    return (
        f'<!doctype html>\n<html lang="{w.lang}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{title} – {w("app")}</title>'
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{BASE}/page.css"></head>'
        f'<body><a class="skip" href="#main">{w("skip")}</a><header class="top"><div class="wrap">'
        f'<strong>{w("app")}</strong><nav aria-label="{w("nav")}">{links}'
        f'<a href="?lang={other}" lang="{other}">{name}</a></nav></div></header>'
        f'<div class="wrap"><main id="main" tabindex="-1"><h1>{title}</h1>{body}</main>'
        f'<footer class="foot"><span>{w("personal")}</span>{foot}</footer></div></body></html>\n'
    )


def sign_in(w: Words, note: str = "", fault: KhlangError | None = None) -> str:
    """The page before all others."""
    told = refusal(w, fault) if fault else box("note", note) if note else ""
    name = field("account", w("account"), hint=w("account_hint"), required=True, complete="username")
    password = field("password", w("password"), required=True, kind="password", complete="current-password")
    asks = f"{hidden(lang=w.lang)}{name}{password}<div><button>{w('sign_in')}</button></div>"
    return frame(w, w("sign_in"), f'{told}<form method="post" action="{BASE}/sign-in">{asks}</form>')


def projects(w: Words, session: Session, waiting: Sequence[Shown], others: Sequence[Shown], today: dt.date) -> str:
    """What waits for the reader, then everything else that concerns it."""
    role = session.account.role
    first = f"<h2>{w('waiting_' + role)}</h2>"
    first += _items(w, session, waiting, today) if waiting else f"<p>{w('none_waiting')}</p>"
    rest = f"<h2>{w('others' if role == 'owner' else 'others_keeper')}</h2>{_items(w, session, others, today)}"
    return frame(w, w("projects"), first + (rest if others else ""), session, "projects")


def project(w: Words, session: Session, shown: Shown, today: dt.date, *, done: bool = False) -> str:
    """One project: what it asks, of whom, until when, what happened; and the reader's answer."""
    one, request = shown.project, shown.project.asked
    facts = (
        (w("state"), f'<span class="state {shown.state}">{w.state(shown.state)}</span>'),
        (w("purpose"), e(request.purpose)),
        (w("legal"), e(request.legal_basis)),
        (w("people"), e(", ".join(request.logins))),
        (w("sample"), f"{request.sample:.0%}"),
        (w("ends"), f"{e(one.ends)} ({_left(w, one.ends, today)})"),
        (w("replicate"), e(request.replicate_until)),
        (w("consents"), w("of", n=len(one.consents), m=len(one.needed))),
        (w("approvals"), w("of_people", n=len(one.approvals), m=one.approvals_needed)),
    )
    asked = [[f"<code>{e(a.table)}</code>", _codes(a.columns), _codes(a.datasets)] for a in shown.asked]
    title = w("asked" if session.account.role == "owner" else "asked_keeper")
    events = [[e(x.at[:16].replace("T", " ")), w.action(x.action), e(x.by), e(x.why)] for x in shown.events]
    body = (
        (box("good", w("done")) if done else _ordered(w, shown.order))
        + "<dl>"
        + "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in facts)
        + "</dl>"
        + table(title, [w("table"), w("columns"), w("made_of")], asked)
        + _answer(w, session, shown)
        + table(w("happened"), [w("when"), w("what"), w("who"), w("why")], events)
        + f'<p><a href="{_home(session)}">{w("back")}</a></p>'
    )
    return frame(w, _title(w, one), body, session)


def uses(w: Words, session: Session, rows: Iterable[dict[str, Any]]) -> str:
    """Who used the columns of an agency, or of every one."""
    keeper = session.account.role == "keeper"
    made = [
        [*([e(row["agency"])] if keeper else []), f"<code>{e(row['dataset'])}</code>", e(row["project"]),
         f"{e(row['user'])}<br><code>{e(row['table'])}</code>", _codes(row["columns"].split()), f"{row['queries']:,}",
         f"{row['rows']:,}", e(row["last"][:16].replace("T", " "))]
        for row in rows
    ]  # fmt: skip
    words = ("dataset", "project", "user", "used", "queries", "rows", "last")
    head = [*(["agency"] if keeper else []), *(w(word) for word in words)]
    found = table(w("uses"), head, made, numbers=(len(head) - 3, len(head) - 2)) or f"<p>{w('none_used')}</p>"
    return frame(w, w("uses"), f"<p>{w('uses_hint')}</p>{found}", session, "uses")


def refused(w: Words, fault: KhlangError, session: Session | None) -> str:
    """The page of a refusal."""
    back = f'<p><a class="button" href="{_home(session) if session else BASE}">{w("back")}</a></p>'
    return frame(w, w.half(type(fault).thai if w.lang == "th" else fault.code), refusal(w, fault) + back, session)


def refusal(w: Words, fault: KhlangError) -> str:
    """What was refused and what to do."""
    code = f"<code>{e(fault.code)}</code>"
    return box("bad", w.half(fault.message), w.half(fault.remedy), code, alert=True)


def _answer(w: Words, session: Session, shown: Shown) -> str:
    """A form for what is answered at once, and one each for what changes rights, which says what it does."""
    if shown.order and shown.order.state == "running":
        return ""
    answered = [one for one in shown.answers if one not in ORDERED]
    made = f"<h2>{w('answer')}</h2>{_form(w, session, shown, answered)}" if answered else ""
    for one in ORDERED:
        if one in shown.answers:
            made += f"<h2>{w(one)}</h2><p>{w(f'{one}_told')}</p>{_form(w, session, shown, [one])}"
    return made


def _form(w: Words, session: Session, shown: Shown, actions: Sequence[Action]) -> str:
    first, asks = actions[0], hidden(csrf=session.csrf)
    if "extend" in actions:
        asks += field("ends", w("ends_new"), hint=w("ends_hint"), required=True)
    asks += field("why", w("why"), hint=w("why_hint"), required=True, key=f"why-{first}")
    if "revoke" in actions:
        asks += tick("sure", "yes", w("sure"), required=True)
    buttons = "".join(
        f'<button name="action" value="{one}"{" class=second" if one in SECOND else ""}>{w(one)}</button> '
        for one in actions
    )
    where = f"{_home(session)}/projects/{e(shown.name)}"
    return f'<form method="post" action="{where}">{asks}<div>{buttons}</div></form>'


def _ordered(w: Words, told: Told | None) -> str:
    """How the last order stands, while it is done and where it failed; what was done stands in the book."""
    if told is None or told.state == "done":
        return ""
    if told.state == "running":
        return box("note", w("running", what=w.pair(WORDS[told.action])), w("running_hint"))
    lines = (w.half(told.message), w.half(told.remedy), f"<code>{e(told.code)}</code>" if told.code else "")
    heading = w(told.state, what=w.pair(WORDS[told.action]))
    return box("bad", heading, *lines, w("again"), alert=True)


def _items(w: Words, session: Session, shown: Sequence[Shown], today: dt.date) -> str:
    made = "".join(
        f'<li><div><h3>{_title(w, one.project)}</h3><p><span class="state {one.state}">{w.state(one.state)}</span> '
        f"{w('ends')} {e(one.project.ends)} ({_left(w, one.project.ends, today)})</p></div>"
        f'<a class="button" href="{_home(session)}/projects/{e(one.name)}" '
        f'aria-label="{w("open")} {_title(w, one.project)}">{w("open")}</a></li>'
        for one in shown
    )
    return f'<ul class="items">{made}</ul>'


def _title(w: Words, one: Project) -> str:
    return f"{e(w.pair((one.asked.title_th, one.asked.title_en)))} ({e(one.asked.name)})"


def _left(w: Words, ends: str, today: dt.date) -> str:
    days = (dt.date.fromisoformat(ends) - today).days
    return w("days_left", n=days) if days >= 0 else w("over")


def _codes(names: Iterable[str]) -> str:
    return " ".join(f"<code>{e(name)}</code>" for name in names)


def _home(session: Session) -> str:
    return f"{BASE}/{session.account.agency or 'keeper'}"
