"""A mart's way as a drawing: extract → curated table → mart → view; text in, SVG out (pure, no other program)."""

from dataclasses import dataclass
from html import escape

from khlang.contracts.collection import Contracts
from khlang.contracts.model import Table

BOX_WIDTH, BOX_HEIGHT, GAP, ROW = 248, 58, 56, 72
HEAD = 34
TITLES = ("ไฟล์ส่งออก · extract", "ตารางจัดระเบียบ · curated", "ตารางคำตอบ · mart", "มุมมองใน Trino · view")
FILLS = ("#fdf3e7", "#eaf2f9", "#e8f4ec", "#f1edf8")
LETTERS = 29  # of a line of a box, about; Thai vowels above and below take none


@dataclass(frozen=True)
class Box:
    """One box: its column (0 to 3), its row there, two lines of text, and the page it leads to."""

    column: int
    row: float
    title: str
    below: str
    page: str = ""

    @property
    def left(self) -> int:
        """Where it begins."""
        return self.column * (BOX_WIDTH + GAP)

    @property
    def top(self) -> int:
        """Where it begins from above."""
        return HEAD + int(self.row * ROW)


def svg(contracts: Contracts, mart: Table) -> str:
    """The drawing of one mart, to stand in a page: its boxes lead to the tables' pages."""
    found, arrows = boxes(contracts, mart)
    width = 4 * BOX_WIDTH + 3 * GAP
    height = HEAD + int(max(box.row for box in found) + 1) * ROW
    heads = "".join(
        f'<text x="{column * (BOX_WIDTH + GAP)}" y="18" class="h">{escape(title)}</text>'
        for column, title in enumerate(TITLES)
    )
    body = "".join(map(_arrow, arrows)) + "".join(map(_box, found))
    name = escape(f"{mart.title_th} · {mart.title_en}")
    return (
        f'<svg class="lineage" viewBox="-1 0 {width + 2} {height}" role="img" aria-label="{name}" '
        f'xmlns="http://www.w3.org/2000/svg">{heads}{body}</svg>'
    )


def boxes(contracts: Contracts, mart: Table) -> tuple[list[Box], list[tuple[Box, Box]]]:
    """What is drawn: every input of the mart with the extract or file it comes from, and what leads to what."""
    middle = (len(mart.inputs) - 1) / 2
    answer = Box(2, middle, mart.name, mart.title_th, mart.name)
    shown = Box(3, middle, f"{mart.project or 'marts'}.{mart.name}", "นักวิเคราะห์ · analyst")
    found, arrows = [answer, shown], [(answer, shown)]
    for row, name in enumerate(mart.inputs):
        table = contracts[name]
        here = Box(1, row, table.name, table.title_th, table.name)
        source = Box(0, row, table.agency or table.source or "คลังกลาง · the pool", table.owner_th)
        found += [source, here]
        arrows += [(source, here), (here, answer)]
    return found, arrows


def _box(box: Box) -> str:
    x, y = box.left, box.top
    text = (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="7" fill="{FILLS[box.column]}"/>'
        f'<text x="{x + 12}" y="{y + 24}" class="t">{escape(_short(box.title))}</text>'
        f'<text x="{x + 12}" y="{y + 45}" class="b">{escape(_short(box.below))}</text>'
    )
    return f'<a href="../{box.page}/">{text}</a>' if box.page else f"<g>{text}</g>"


def _arrow(pair: tuple[Box, Box]) -> str:
    one, other = pair
    x, y = one.left + BOX_WIDTH, one.top + BOX_HEIGHT // 2
    end, to = other.left, other.top + BOX_HEIGHT // 2
    half = (x + end) // 2
    return (
        f'<path d="M{x} {y} C{half} {y} {half} {to} {end - 7} {to}"/>'
        f'<path class="p" d="M{end - 8} {to - 4} L{end} {to} L{end - 8} {to + 4} Z"/>'
    )


def _short(text: str) -> str:
    """A text that fits a box: cut at a letter, never between a consonant and its vowel mark."""
    seen = 0
    for place, letter in enumerate(text):
        marked = letter == "\u0e31" or "\u0e34" <= letter <= "\u0e3a" or "\u0e47" <= letter <= "\u0e4e"
        seen += not marked
        if seen > LETTERS and place < len(text) - 1 and not marked:
            return f"{text[:place]}…"
    return text
