"""A receipt's page as text, as HTML and as a PDF."""

import html
import importlib.util
import re
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table as Grid

from khlang.agency.papers import Page, Step
from khlang.errors import SetupError

# A consonant with what belongs to it: a vowel before, vowels and tone marks above, below and after.
_CLUSTER = re.compile("([\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]*)")
_STYLE = """
body { font: 16px/1.6 "Sarabun", "Noto Sans Thai", "Leelawadee UI", "Thonburi", sans-serif; color: #111;
  max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 1.6rem } h3 { font-size: 1rem; margin: 1rem 0 .2rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem } dt { font-weight: 600 }
dd { margin: 0; overflow-wrap: anywhere } table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #888; padding: .25rem .5rem; text-align: left; vertical-align: top }
.state { font-size: 1.2rem; font-weight: 600; border-left: .4rem solid #14507a; padding-left: .7rem }
@media print { body { margin: 0; max-width: none } tr, dl > * { break-inside: avoid } }
"""


def text(console: Console, page: Page) -> None:
    """Print a page in a terminal."""
    console.print(f"[bold]{page.title}[/bold]: {page.state}")
    facts = Grid(box=None, show_header=False, pad_edge=False)
    for label, value in page.facts:
        facts.add_row(label, value)
    console.print(facts)
    for step in page.steps:
        console.print(f"[bold]{step.heading}[/bold]")
        for line in step.lines:
            console.print(f"  {line}", markup=False)
        if step.table:
            grid = Grid(*step.table[0], box=box.SIMPLE)
            for row in step.table[1:]:
                grid.add_row(*row)
            console.print(grid)
    for note in page.notes:
        console.print(note, markup=False)


def as_html(page: Page) -> str:
    """One page by itself: no script, nothing fetched, headings and tables that a screen reader finds its way by."""
    e = html.escape
    facts = "".join(f"<dt>{e(label)}</dt><dd>{e(value)}</dd>" for label, value in page.facts)
    steps = "".join(_html_step(step) for step in page.steps)
    history = f"<section><h2>{e(page.steps_title)}</h2>{steps}</section>" if steps else ""
    notes = "".join(f"<p>{e(note)}</p>" for note in page.notes)
    return (
        f'<!doctype html><html lang="{page.lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{e(page.title)}</title><style>{_STYLE}</style>'
        f'</head><body><main><h1>{e(page.title)}</h1><p class="state" role="status">{e(page.state)}</p><dl>{facts}</dl>'
        f"{history}<footer>{notes}</footer></main></body></html>\n"
    )


def _html_step(step: Step) -> str:
    e = html.escape
    lines = "".join(f"<p>{e(line)}</p>" for line in step.lines)
    if not step.table:
        return f"<h3>{e(step.heading)}</h3>{lines}"
    head = "".join(f'<th scope="col">{e(cell)}</th>' for cell in step.table[0])
    rows = "".join("<tr>" + "".join(f"<td>{e(cell)}</td>" for cell in row) + "</tr>" for row in step.table[1:])
    table = f"<table><caption>{e(step.heading)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<h3>{e(step.heading)}</h3>{lines}{table}"


def as_pdf(page: Page) -> bytes:
    """One page of A4, or more; Thai is shaped by HarfBuzz, so that vowels and tone marks stand where they belong.

    Raises:
        SetupError: The libraries of the extra ``pdf`` are not installed.
    """
    if not all(importlib.util.find_spec(name) for name in ("fpdf", "uharfbuzz", "fontpkg_sarabun")):
        raise SetupError(
            "ยังไม่ได้ติดตั้งส่วนพิมพ์ PDF / What prints a PDF is not installed.",
            "pip install 'khlang[pdf]' หรือใช้ --format html แล้วสั่งพิมพ์ / or print the page of --format html.",
            code="RECEIPT-PDF",
        )
    import fontpkg_sarabun
    from fpdf import FPDF

    files = Path(fontpkg_sarabun.__file__).parent / "files"
    pdf = FPDF(format="A4")
    pdf.set_title(page.title)
    pdf.set_lang(page.lang)
    pdf.set_margin(20)
    for style, name in (("", "Regular"), ("B", "Bold")):
        pdf.add_font("Sarabun", style, files / f"Sarabun-{name}.ttf")
    pdf.set_text_shaping(use_shaping_engine=True, script="Thai" if page.lang == "th" else "Latn")
    pdf.add_page()
    _line(pdf, page.title, size=18, bold=True)
    _line(pdf, page.state, size=14, bold=True)
    pdf.ln(2)
    pdf.set_font("Sarabun", size=11)
    with pdf.table(
        borders_layout="NONE", first_row_as_headings=False, col_widths=(1, 2), line_height=6.5, text_align="LEFT"
    ) as table:
        for fact in page.facts:
            table.row([_breakable(cell) for cell in fact])
    for step in page.steps:
        pdf.ln(3)
        _line(pdf, step.heading, size=12, bold=True)
        for line in step.lines:
            _line(pdf, line, size=11)
        if step.table:
            pdf.set_font("Sarabun", size=9)
            with pdf.table(line_height=5.5, col_widths=(2, 2, 1, 2, 3), text_align="LEFT") as table:
                for row in step.table:
                    table.row([_breakable(cell) for cell in row])
    pdf.ln(4)
    for note in page.notes:
        _line(pdf, note, size=10)
    return bytes(pdf.output())


def _breakable(text: str, longest: int = 24) -> str:
    """Thai has no space between words: a long run may break, but never between a letter and its vowel or tone mark."""
    return " ".join(_CLUSTER.sub("\\1\u200b", run) if len(run) > longest else run for run in text.split(" "))


def _line(pdf: "FPDF", text: str, *, size: int, bold: bool = False) -> None:  # type: ignore[name-defined] # noqa: F821
    pdf.set_font("Sarabun", style="B" if bold else "", size=size)
    pdf.multi_cell(0, size * 0.58, _breakable(text, 60), new_x="LMARGIN", new_y="NEXT", align="L")
