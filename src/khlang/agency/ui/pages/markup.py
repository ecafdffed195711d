"""What every page is made of: the frame with its steps, forms that carry the token, tables, choices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

from khlang.agency.ui.words import Words, e

STEPS = ("choose", "look", "seal", "send", "receipt")


@dataclass(frozen=True)
class Page:
    """One page: its heading, its content, and at which of the steps it stands (None: at none)."""

    title: str
    body: str
    step: str | None = None
    waits: bool = False  # goes on by itself, also where scripts are off


def asset(name: str) -> str:
    """The style or the script."""
    return resources.files("khlang.agency.ui").joinpath("assets", name).read_text(encoding="utf-8")


def frame(w: Words, page: Page, csrf: str) -> str:
    """A whole page around its content."""
    other, name = ("en", "English") if w.lang == "th" else ("th", "ภาษาไทย")
    again = '<noscript><meta http-equiv="refresh" content="2"></noscript>' if page.waits else ""
    spoken = " ".join(
        f'data-{at}="{w(word)}"'
        for at, word in (("left", "left"), ("left-end", "left_end"), ("minutes", "minutes"), ("seconds", "seconds"))
    )
    end = form(w, "/quit", csrf, f'<button class="second">{w("quit")}</button>') if csrf else ""
    return (
        f'<!doctype html>\n<html lang="{w.lang}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{page.title} – {w("app")}</title>{again}'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/ui.css">'
        '<script src="/ui.js" defer></script></head>'
        f'<body {spoken}><a class="skip" href="#main">{w("skip")}</a><header class="top"><div class="wrap">'
        f'<strong>{w("app")}</strong><nav aria-label="{w("app")}"><a href="/">{w("new")}</a>'
        f'<a href="/submissions">{w("list")}</a><a href="?lang={other}" lang="{other}">{name}</a></nav></div></header>'
        f'<div class="wrap">{_steps(w, page.step)}<main id="main" tabindex="-1"><h1>{page.title}</h1>{page.body}</main>'
        f'<footer class="foot"><span>{w("personal")}</span>{end}</footer></div></body></html>\n'
    )


def form(w: Words, action: str, csrf: str, inner: str, *, file: bool = False) -> str:
    """A form that changes something: it carries the page's token, and names its file last."""
    del w
    kind = ' enctype="multipart/form-data" id="choose"' if file else ""
    return f'<form method="post" action="{action}"{kind}>{hidden(csrf=csrf)}{inner}</form>'


def hidden(**values: str) -> str:
    """Fields that go along unseen."""
    return "".join(f'<input type="hidden" name="{name}" value="{e(value)}">' for name, value in values.items())


def select(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str = "", *, key: str = "") -> str:
    """A labelled choice; ``options``: value and text, ``key`` where several of a name stand on a page."""
    made = "".join(
        f'<option value="{e(value)}"{" selected" if value == chosen else ""}>{e(text)}</option>'
        for value, text in options
    )
    at = e(key or name)
    return f'<label for="{at}">{label}</label><select id="{at}" name="{e(name)}">{made}</select>'


def field(name: str, label: str, *, hint: str = "", required: bool = False) -> str:
    """A labelled line of text; ``hint`` is read with it."""
    note = f'<p class="hint" id="{name}-hint">{hint}</p>' if hint else ""
    more = (" required" if required else "") + (f' aria-describedby="{name}-hint"' if hint else "")
    line = f'<input id="{name}" name="{name}" type="text" autocomplete="off"{more}>'
    return f'<label for="{name}">{label}</label>{note}{line}'


def tick(name: str, value: str, text: str, *, required: bool = False) -> str:
    """A box to tick, its text already markup."""
    more = " required" if required else ""
    box_ = f'<input type="checkbox" name="{name}" value="{e(value)}"{more}>'
    return f'<label class="tick">{box_}<span>{text}</span></label>'


def ticks(w: Words, questions: Sequence[tuple[str, str]]) -> str:
    """One box for each open question: code, message."""
    boxes = "".join(tick("accept", code, w.half(message)) for code, message in dict(questions).items())
    return f"<fieldset><legend>{w('answers')}</legend>{boxes}</fieldset>"


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A section with a table; nothing where there are no rows. A cell that begins with ``<td`` is one already."""
    body = "".join("<tr>" + "".join(_cell(i, cell, numbers) for i, cell in enumerate(row)) + "</tr>" for row in rows)
    if not body:
        return ""
    top = "".join(f'<th scope="col"{_number(i, numbers)}>{cell}</th>' for i, cell in enumerate(head))
    return (
        f'<section><div class="wide" tabindex="0" role="region" aria-label="{title}"><table><caption><h2>{title}</h2>'
        f"</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def box(kind: str, *lines: str, alert: bool = False) -> str:
    """A message that stands out; its first line is its heading."""
    role = ' role="alert" tabindex="-1"' if alert else ""
    return f'<div class="box {kind}"{role}>' + "".join(f"<p>{line}</p>" for line in lines if line) + "</div>"


def _cell(at: int, cell: str, numbers: Sequence[int]) -> str:
    if cell.startswith("<td"):
        return cell
    return f'<th scope="row">{cell}</th>' if at == 0 else f"<td{_number(at, numbers)}>{cell}</td>"


def _number(at: int, numbers: Sequence[int]) -> str:
    return ' class="n"' if at in numbers else ""


def _steps(w: Words, step: str | None) -> str:
    if step is None:
        return ""
    here = STEPS.index(step)
    items = "".join(
        f"<li{' aria-current=step' if i == here else ' class=done' if i < here else ''}>{w(f'step_{name}')}</li>"
        for i, name in enumerate(STEPS)
    )
    return f'<nav aria-label="{w("steps")}"><ol class="steps">{items}</ol></nav>'
