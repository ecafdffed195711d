"""What a domain's page is made of, as one hash: whether the page is stale is told without running anything."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from khlang import domains

MEND = "make demo DOMAINS=all && make domains"
MARK = re.compile(r"<!-- made of: sha256 ([0-9a-f]{64}) ")
KINDS = frozenset({".py", ".yaml", ".csv", ".ipynb"})
Facts = Mapping[str, Mapping[str, Any]]


def folder(root: Path) -> Path:
    """Where the pages lie."""
    return root / "docs" / "domains"


def notebook(root: Path, domain: str) -> Path | None:
    """The notebook of a domain, ``notebooks/NN_<domain>.ipynb``; None where there is none yet."""
    return next(iter(sorted((root / "notebooks").glob(f"[0-9][0-9]_{domain}.ipynb"))), None)


def files(root: Path, domain: str) -> list[Path]:
    """Notebook, contracts, expectations and package of a domain, in one order on every machine."""
    places = (
        *(root / "contracts" / domain, root / "expectations" / domain),
        root / "src" / "khlang" / "domains" / domain,
    )
    found = [path for place in places for path in place.rglob("*") if path.suffix in KINDS]
    asked = notebook(root, domain)
    return sorted([*found, *([asked] if asked else [])], key=lambda path: path.relative_to(root).as_posix())


def made_of(root: Path, domain: str) -> str:
    """SHA-256 over name and content of everything a domain's page is made of."""
    digest = hashlib.sha256()
    for path in files(root, domain):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def mark(digest: str) -> str:
    """The first line of a page."""
    return f"<!-- made of: sha256 {digest} · made by: make domains -->"


def known(pages: Path) -> dict[str, Any]:
    """What is known of each domain that has a page: ``made.json`` beside the pages, empty before the first."""
    path = pages / "made.json"
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return made


def stale(root: Path, pages: Path, facts: Facts) -> list[str]:
    """Pages that were made of other files than stand here, or that nothing is known of."""
    found = []
    for name in sorted(facts.keys() | {path.stem for path in pages.glob("*.md")} - {"README"}):
        page = pages / f"{name}.md"
        said = MARK.match(page.read_text(encoding="utf-8")) if page.exists() else None
        if said is None or name not in facts or said.group(1) != made_of(root, name):
            found.append(f"docs/domains/{name}.md")
    return found


def missing(facts: Facts, names: Iterable[str] | None = None) -> list[str]:
    """Pages of domains that have none yet."""
    return [f"docs/domains/{name}.md" for name in (domains.names() if names is None else names) if name not in facts]
