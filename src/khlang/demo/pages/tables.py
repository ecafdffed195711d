"""Tables as Markdown: of our own rows, and of the HTML in which a notebook shows a frame."""

from collections.abc import Sequence
from html.parser import HTMLParser


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; a column of numbers stands at the right."""
    line = "|" + "|".join("---:" if _number(rows, at) else "---" for at in range(len(heading))) + "|"
    return "\n".join([_line(heading), line, *(_line(row) for row in rows)])


def from_html(text: str) -> str:
    """The tables of an HTML fragment, as pandas writes them; other HTML is left out."""
    reader = _Reader()
    reader.feed(text)
    return "\n\n".join(table(*_headed(head, body)) for head, body in reader.found)


def _headed(head: list[list[str]], body: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """One heading of as many lines as pandas gives: the name of the index stands below an empty corner."""
    width = max(map(len, (*head, *body)), default=0)
    lines = [[""] * (width - len(line)) + line for line in head] or [[""] * width]
    return [" ".join(filter(None, cells)) for cells in zip(*lines, strict=True)], body


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells) + " |"


def _number(rows: Sequence[Sequence[str]], at: int) -> bool:
    cells = [row[at].strip("×–+-%<. ").replace(",", "").replace(".", "", 1) for row in rows]
    return any(cells) and all(cell.isdigit() or not cell for cell in cells)


class _Reader(HTMLParser):
    """Collects ``(heading lines, body lines)`` of each table."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[list[list[str]], list[list[str]]]] = []
        self._within = 1  # 0 in the heading, 1 in the body
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a line or a cell."""
        del attrs
        if tag == "table":
            self.found.append(([], []))
        elif tag in {"thead", "tbody"}:
            self._within = int(tag == "tbody")
        elif tag == "tr" and self.found:
            self.found[-1][self._within].append([])
        elif tag in {"th", "td"}:
            self._cell = []

    def handle_data(self, data: str) -> None:
        """Text of a cell; other text is passed over."""
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in {"th", "td"} and self._cell is not None and self.found:
            self.found[-1][self._within][-1].append("".join(self._cell).strip())
            self._cell = None
