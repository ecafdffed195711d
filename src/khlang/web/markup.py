"""What every page is made of: labelled fields, choices, tables, messages; and the one style."""

import html
from collections.abc import Iterable, Sequence
from importlib import resources


def style() -> str:
    """The style sheet."""
    return resources.files("khlang.web").joinpath("assets", "page.css").read_text(encoding="utf-8")


def e(text: object) -> str:
    """Text as markup."""
    return html.escape(str(text))


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


def field(
    name: str, label: str, *, hint: str = "", required: bool = False, kind: str = "text", complete: str = "off",
    key: str = "",
) -> str:  # fmt: skip
    """A labelled line of text; ``hint`` is read with it. ``complete``: what a browser may fill in of itself.

    ``key``: where several of a name stand on a page.
    """
    at = key or name
    note = f'<p class="hint" id="{at}-hint">{hint}</p>' if hint else ""
    more = (" required" if required else "") + (f' aria-describedby="{at}-hint"' if hint else "")
    line = f'<input id="{at}" name="{name}" type="{kind}" autocomplete="{complete}"{more}>'
    return f'<label for="{at}">{label}</label>{note}{line}'


def tick(name: str, value: str, text: str, *, required: bool = False) -> str:
    """A box to tick, its text already markup."""
    more = " required" if required else ""
    box_ = f'<input type="checkbox" name="{name}" value="{e(value)}"{more}>'
    return f'<label class="tick">{box_}<span>{text}</span></label>'


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
