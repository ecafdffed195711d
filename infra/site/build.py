"""``python -m infra.site.build``: gathers the documents and the contracts' drawings, and builds ``var/site/html``.

MkDocs has an environment of its own, installed on first use. Every page, script and font lies in the folder: it can be
opened from a disk, or served by any web server inside a ministry's network.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import yaml
from infra.site.links import faults

from khlang import contracts, settings
from khlang.contracts.lineage import svg
from khlang.errors import ContractError, KhlangError
from khlang.serve.thai import font

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SECTIONS = {"how-to": "วิธีทำ · How-to", "domains": "โจทย์ · Domains", "decisions": "การตัดสินใจ · Decisions"}
FIRST = {"how-to": ("connect", "official", "install", "operate")}
HOME = """# คลัง · Khlang

แซนด์บ็อกซ์สำหรับเชื่อมโยงข้อมูลของหลายหน่วยงาน โดยไม่มีใครในคลังกลางถือเลขประจำตัวประชาชน

An analytics sandbox in which agencies' records are joined and analysed, and nobody in the pool holds a citizen ID.

| | |
|---|---|
{rows}
"""


def title(path: Path) -> str:
    """The first heading of a page, without code marks; its name where it has none."""
    heads = (line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    return next(heads, path.stem).replace("`", "").strip()


def gather(folder: Path) -> None:
    """Lay every page into a folder: the documents as they are, marts with their drawing."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("made.json", "seconds.json", "steps.json"))
    shutil.copy(ROOT / "GLOSSARY.md", folder / "glossary.md")
    shutil.copy(ROOT / "CONTRIBUTING.md", folder / "contributing.md")
    for page in folder.rglob("README.md"):
        page.rename(page.with_name("index.md"))
    for page in folder.rglob("*.md"):
        text = page.read_text(encoding="utf-8").replace("README.md)", "index.md)")
        page.write_text(text, encoding="utf-8")
    known = contracts.load(ROOT / "contracts")
    for mart in known.marts:
        page = folder / "reference" / f"{mart.name}.md"
        text = page.read_text(encoding="utf-8")
        drawn = f'## ที่มา · Lineage\n\n<div class="lineage-scroll">{svg(known, mart)}</div>\n\n'
        page.write_text(text.replace("## Columns", f"{drawn}## Columns", 1), encoding="utf-8")
    assets = folder / "assets"
    assets.mkdir()
    shutil.copy(HERE / "site.css", assets)
    for weight in ("Regular", "Bold"):
        shutil.copy(font(weight), assets)
    (folder / "index.md").write_text(home(folder), encoding="utf-8")


def home(folder: Path) -> str:
    """The first page: where each kind of document is."""
    rows = [
        ("[ถามข้อมูล · connect and ask](how-to/connect.md)", "khlang sql, JupyterLab, Python, R, JDBC"),
        ("[ตารางทั้งหมด · all tables](reference/index.md)", "contracts, columns, rules, lineage"),
        ("[โจทย์และคำตอบ · questions and answers](domains/index.md)", "what the demo answers"),
        ("[คำศัพท์ · glossary](glossary.md)", "one word per thing"),
        ("[ความเป็นส่วนตัว · privacy](privacy.md)", title(folder / "privacy.md")),
        ("[เพิ่มชุดข้อมูล · add a dataset](contributing.md)", "six steps"),
    ]
    return HOME.format(rows="\n".join(f"| {one} | {other} |" for one, other in rows))


def nav(folder: Path) -> list[object]:
    """Every page once, in the order a reader looks for it: reference by domain, the rest by name."""
    known = contracts.load(ROOT / "contracts")
    parts: list[object] = [{"คลัง · Khlang": "index.md"}]
    for name, heading in SECTIONS.items():
        parts.append({heading: _pages(folder, name)})
    domains: dict[str, list[object]] = {}
    for table in known.tables:
        domains.setdefault(table.domain, []).append({f"{table.name} · {table.title_th}": f"reference/{table.name}.md"})
    listed = {f"{table.name}.md" for table in known.tables} | {"index.md"}
    others = [
        f"reference/{page.name}" for page in sorted((folder / "reference").glob("*.md")) if page.name not in listed
    ]
    reference: list[object] = ["reference/index.md", *({title(folder / page): page} for page in others)]
    parts.insert(2, {"ตาราง · Reference": [*reference, *({name: pages} for name, pages in sorted(domains.items()))]})
    parts.append({"คำศัพท์ · Glossary": "glossary.md"})
    parts.append({"ความเป็นส่วนตัว · Privacy": "privacy.md"})
    parts.append({"เพิ่มชุดข้อมูล · Contributing": "contributing.md"})
    return parts


def _pages(folder: Path, name: str) -> list[object]:
    def place(page: Path) -> tuple[int, str]:
        first = FIRST.get(name, ())
        return (first.index(page.stem) if page.stem in first else len(first), page.name)

    found = sorted((folder / name).glob("*.md"), key=place)
    index: list[object] = [f"{name}/index.md"] if (folder / name / "index.md").exists() else []
    return index + [{title(page): f"{name}/{page.name}"} for page in found if page.name != "index.md"]


def build(var: Path, *, quiet: bool = True) -> Path:
    """Build the site below ``<var>/site`` and check it.

    Returns:
        The folder of its pages.

    Raises:
        ContractError: MkDocs warns of something, a link leads nowhere, or a page asks another host for something.
    """
    base = var / "site"
    gather(base / "docs")
    told = {"docs_dir": str(base / "docs"), "site_dir": str(base / "html"), "nav": nav(base / "docs")}
    merged = (HERE / "mkdocs.yml").read_text(encoding="utf-8") + yaml.safe_dump(told, allow_unicode=True)
    (base / "mkdocs.yml").write_text(merged, encoding="utf-8")
    command = [str(ROOT / ".venv-site" / "bin" / "mkdocs"), "build", "--strict", *(["-q"] if quiet else []),
               "-f", str(base / "mkdocs.yml")]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = done.stderr.strip().splitlines()[-20:] if done.returncode else list(faults(base / "html"))
    if found:
        _refuse(found)
    return base / "html"


def _refuse(found: Iterable[str]) -> None:
    listed = "\n".join(found)
    raise ContractError(f"The site has faults:\n{listed}", "Mend the page that is named.", code="SITE")


def main() -> int:
    """Build, and say where the first page lies."""
    begun = time.monotonic()
    try:
        html = build(settings.load().var)
    except KhlangError as error:
        print(f"{error.code}: {error.message}\n  → {error.remedy}", file=sys.stderr)
        return error.exit_code
    pages = sum(1 for _ in html.rglob("*.html"))
    print(f"{pages} pages in {time.monotonic() - begun:.0f} s: {html / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
