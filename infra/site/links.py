"""Looks through built pages: every link leads to a page that is there, and nothing is asked of another host."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_URL = re.compile(r"""url\(\s*['"]?([^'")]+)""")
_IMPORT = re.compile(r"""@import\s+['"]([^'"]+)""")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a tag leads to or loads, and the names that can be led to."""
        del tag
        for name, value in attrs:
            if name in {"href", "src", "action", "data", "poster"} and value is not None:
                self.found.append(value)
            if name == "srcset":
                self.found += [part.split()[0] for part in (value or "").split(",") if part.split()]
            if name in {"id", "name"} and value:
                self.names.add(value)


def faults(site: Path) -> Iterator[str]:
    """What is wrong, one line each: the page, and the link that leads nowhere or outside."""
    pages = {page: _read(page) for page in sorted(site.rglob("*.html"))}
    for page, links in pages.items():
        for link in dict.fromkeys(links.found):
            if wrong := _wrong(site, page, link, pages):
                yield f"{page.relative_to(site)}: {wrong}: {link}"
    for sheet in sorted(site.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        for link in (*_URL.findall(text), *_IMPORT.findall(text)):
            if not link.startswith(("data:", "#")) and (wrong := _wrong(site, sheet, link, pages)):
                yield f"{sheet.relative_to(site)}: {wrong}: {link}"


def _read(page: Path) -> _Links:
    links = _Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


def _wrong(site: Path, page: Path, link: str, pages: dict[Path, _Links]) -> str:
    parts = urlsplit(link)
    if parts.scheme in {"data", "javascript"}:
        return ""
    if parts.scheme or parts.netloc:
        return "another host"
    if parts.path.startswith("/"):
        # MkDocs' page for what is not found is served at any depth, so it names its files from the root.
        target = site / unquote(parts.path).lstrip("/") if page.name == "404.html" else Path("/nonexistent")
    else:
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return "leads nowhere"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
        return "no such place on the page"
    return ""
