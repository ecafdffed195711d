"""Choosing a file, waiting, and refusals: with what the page itself can do about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from khlang.agency.ui.pages.markup import Page, form, ticks
from khlang.agency.ui.words import Words
from khlang.contracts import Column
from khlang.errors import KhlangError
from khlang.web.markup import box, e, hidden, select

#: Refusals whose own remedy names a command: what to do on this page instead.
_HERE = {
    "SEAL-COLUMN-MISSING": "r_map",
    "SEAL-SHEET": "r_sheet",
    "SEAL-OTHER-DATASET": "r_other",
    "SAME-AS-LAST-MONTH": "r_answer",
    "SEAL-HEAVY": "r_answer",
}
_STEP = {"check": "look", "seal": "seal", "send": "send", "refresh": "receipt"}


@dataclass(frozen=True)
class Choices:
    """What can be chosen: value and text of datasets and months, and what was chosen last."""

    datasets: Sequence[tuple[str, str]]
    months: Sequence[tuple[str, str]]
    dataset: str = ""
    month: str = ""

    def fields(self, w: Words) -> str:
        """Both as labelled choices."""
        return select("dataset", w("dataset"), self.datasets, self.dataset) + select(
            "period", w("period"), self.months, self.month
        )


@dataclass(frozen=True)
class Help:
    """What the page offers beside a refusal of the file that lies here."""

    choices: Choices | None = None
    sheets: Sequence[str] = ()
    free: Sequence[str] = ()
    missing: Sequence[Column] = ()
    questions: Sequence[tuple[str, str]] = ()
    unsent: str = ""


def choose(w: Words, choices: Choices, csrf: str, *, limit: int, waiting: int, unsent: int) -> Page:
    """Where a file is chosen."""
    told = [w("waiting", n=waiting)] if waiting else []
    told += [w("unsent", n=unsent)] if unsent else []
    note = box("note", *(f'<a href="/submissions">{one}</a>' for one in told)) if told else ""
    size = f"{limit >> 30} GB" if limit >= 1 << 30 else f"{limit / (1 << 20):g} MB"
    inner = (
        f"{choices.fields(w)}"
        f'<div class="drop" id="drop" data-limit="{limit}" data-large="{w("large", limit=size)}">'
        f'<label for="file">{w("file")}</label><p class="hint" id="filehint">'
        f"{w('filehint', limit=size)}</p>"
        '<input id="file" type="file" name="file" required aria-describedby="filehint said">'
        f'<span class="pick" aria-hidden="true">{w("pick")}</span>'
        f'<p id="said" class="hint" role="status"></p></div><button class="go">{w("check")}</button>'
    )
    made = form(w, "/file", csrf, inner, file=True)
    return Page(w("choose"), f"{note}<p>{w('promise')}</p>{made}", "choose")


def working(w: Words, kind: str, csrf: str) -> Page:
    """Progress, told to a screen reader as it changes."""
    stop = form(w, "/stop", csrf, f'<button class="second">{w("stop")}</button><p class="hint">{w("stophint")}</p>')
    body = (
        f'<p id="what">{w("wait")}</p><progress id="bar" aria-labelledby="what"></progress>'
        f'<p id="left" class="told" aria-hidden="true"></p><p id="said" role="status" class="skip"></p>'
        f"{stop if kind == 'send' else ''}"
    )
    return Page(w(f"w_{kind}"), body, _STEP[kind], waits=True)


def refusal(w: Words, fault: KhlangError, help_: Help, csrf: str, kind: str = "") -> Page:
    """What is wrong, and what to do: on this page where it can be done here."""
    remedy = w(_HERE[fault.code]) if kind and fault.code in _HERE else w.half(fault.remedy)
    told = box("bad", w.half(fault.message), remedy, f"<code>{e(fault.code)}</code>", alert=True)
    ways = ""
    if help_.missing and help_.free:
        ways += _map(w, help_, csrf)
    if help_.sheets and help_.choices:
        ways += sheet(w, help_.sheets, help_.choices, csrf)
    if help_.questions:
        ways += form(w, "/seal", csrf, f"{ticks(w, help_.questions)}<button>{w('seal_anyway')}</button>")
    if help_.unsent:
        ways += form(w, "/send", csrf, f"{hidden(submission=help_.unsent)}<button>{w('go_on')}</button>")
    if help_.choices and kind == "check":
        inner = f"{help_.choices.fields(w)}<button class='second'>{w('again')}</button>"
        ways += f"<details><summary>{w('same_file')}</summary>{form(w, '/check', csrf, inner)}</details>"
    links = f'<p><a href="/">{w("choose_again")}</a></p>' if kind in {"", "check", "seal"} else ""
    links += f'<p><a href="/submissions">{w("back")}</a></p>' if kind in {"", "send", "refresh"} else ""
    return Page(w("error"), told + ways + links, {"check": "choose"}.get(kind, _STEP.get(kind)))


def sheet(w: Words, sheets: Sequence[str], asked: Choices, csrf: str, chosen: str = "") -> str:
    """Choosing one of several sheets."""
    inner = hidden(dataset=asked.dataset, period=asked.month) + select(
        "sheet", w("sheet"), [(one, one) for one in sheets], chosen
    )
    return form(w, "/check", csrf, f'{inner}<br><button class="second">{w("read_sheet")}</button>')


def _map(w: Words, help_: Help, csrf: str) -> str:
    options = [("", w.plain("no_header")), *((one, one) for one in help_.free)]
    asked = "".join(
        select(
            f"map.{column.name}",
            f"{e(next(iter(column.aliases), column.name))} <span class='hint'>({e(column.name)})</span>",
            options,
            key=f"map-{column.name}",
        )
        for column in help_.missing
    )
    made = form(w, "/map", csrf, f"{asked}<br><button>{w('keep_map')}</button>")
    return f'<section><h2>{w("map")}</h2><p class="hint">{w("maphint")}</p>{made}</section>'
