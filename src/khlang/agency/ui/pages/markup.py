"""What every page is made of: the frame with its steps, and forms that carry the token."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from khlang.agency.ui.words import Words
from khlang.web.markup import hidden, tick

STEPS = ("choose", "look", "seal", "send", "receipt")


@dataclass(frozen=True)
class Page:
    """One page: its heading, its content, and at which of the steps it stands (None: at none)."""

    title: str
    body: str
    step: str | None = None
    waits: bool = False  # goes on by itself, also where scripts are off


def script() -> str:
    """The pages' script."""
    return resources.files("khlang.agency.ui").joinpath("assets", "ui.js").read_text(encoding="utf-8")


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


def ticks(w: Words, questions: Sequence[tuple[str, str]]) -> str:
    """One box for each open question: code, message."""
    boxes = "".join(tick("accept", code, w.half(message)) for code, message in dict(questions).items())
    return f"<fieldset><legend>{w('answers')}</legend>{boxes}</fieldset>"


def _steps(w: Words, step: str | None) -> str:
    if step is None:
        return ""
    here = STEPS.index(step)
    items = "".join(
        f"<li{' aria-current=step' if i == here else ' class=done' if i < here else ''}>{w(f'step_{name}')}</li>"
        for i, name in enumerate(STEPS)
    )
    return f'<nav aria-label="{w("steps")}"><ol class="steps">{items}</ol></nav>'
