"""``khlang domains``: the pages of ``docs/domains``, written from the demo that was run last, or held against it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from khlang import contracts as contracts_
from khlang import settings as settings_
from khlang.demo.asking import teller
from khlang.demo.pages import facts, notebook, sources, text
from khlang.demo.pages.notebook import Part
from khlang.errors import ContractError, SetupError
from khlang.serve import client
from khlang.serve.told import Told
from khlang.settings import Settings

AT_ONCE = 2
EXAMPLES = """Examples:

\b
  khlang domains docs             # after `make demo`, with its servers up
  khlang domains docs --check     # runs nothing
"""


@click.group(epilog=EXAMPLES)
def domains() -> None:
    """What each domain is asked and answers, as pages."""


@domains.command(epilog=EXAMPLES)
@click.option("--check", is_flag=True, help="Change nothing; fail when a page is stale or missing.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Default: docs/domains.")
def docs(*, check: bool, folder: Path | None) -> None:
    """Write docs/domains from the last demo: run each notebook as the analyst."""
    here = settings_.load()
    (_check if check else write)(here, folder or sources.folder(here.root))


def _check(here: Settings, folder: Path) -> None:
    made = sources.known(folder)
    overview = folder / "README.md"
    wrong = sources.missing(made) + sources.stale(here.root, folder, made)
    if not overview.exists() or overview.read_text(encoding="utf-8") != text.overview(made):
        wrong.append("docs/domains/README.md")
    if wrong:
        raise ContractError(
            f"Stale or missing: {', '.join(wrong)}.",
            "Run `make demo DOMAINS=all && make domains` and commit.",
            code="DOMAINS-STALE",
        )
    click.echo(f"{len(made)} pages are up to date.")


def write(here: Settings, folder: Path) -> None:
    """Write the pages of the domains of the last demo; those of other domains stay as they are.

    Args:
        here: The installation that the demo was run in, its servers up.
        folder: Where the pages go.

    Raises:
        SetupError: No demo was run in this installation.
        IntegrityError: A notebook failed.
        ServiceError: The servers are down.
    """
    report = _report(here)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    made, seconds = sources.known(folder), _seconds(folder)
    known = contracts_.load(here.contracts)
    with client.connect(here, "engineer", schema="ops") as trino:
        judged = facts.gates(trino)
    with ThreadPoolExecutor(AT_ONCE) as pool:  # a notebook waits for its kernel, which is a process of its own
        running = {domain: pool.submit(_run, here, domain) for domain in report["answers"]}
        for domain, run in running.items():
            told = _told(here, domain, report["plan"]["periods"])
            made[domain] = {"made_of": sources.made_of(here.root, domain)} | facts.of(report, told, known, judged)
            told.draw(folder / "pictures" / f"{domain}.png")
            parts, seconds["pages"][domain] = run.result()
            _page(folder, domain, made[domain], parts)
            click.echo(f"docs/domains/{domain}.md ({seconds['pages'][domain]} s)")
    made = dict(sorted(made.items()))
    (folder / "made.json").write_text(text.dumps(made), encoding="utf-8")
    (folder / "seconds.json").write_text(text.dumps(seconds | {"demo": report["stages"]}), encoding="utf-8")
    (folder / "README.md").write_text(text.overview(made), encoding="utf-8")


def _run(here: Settings, domain: str) -> tuple[list[Part], float]:
    """The parts of a domain's notebook, and the seconds that it took."""
    begun, path = time.monotonic(), sources.notebook(here.root, domain)
    return notebook.run(path, here.root) if path else [], round(time.monotonic() - begun, 1)


def _page(folder: Path, domain: str, known: dict[str, Any], parts: list[Part]) -> None:
    for old in (folder / "pictures").glob(f"{domain}-*.png"):
        old.unlink()
    drawn = [at for at, part in enumerate(parts) if part.kind == "picture"]
    pictures = {at: f"pictures/{domain}-{number}.png" for number, at in enumerate(drawn, start=1)}
    for at, name in pictures.items():
        (folder / name).write_bytes(parts[at].png)
    (folder / f"{domain}.md").write_text(text.page(domain, known, parts, pictures), encoding="utf-8")


def _told(here: Settings, domain: str, periods: list[str]) -> Told:
    with client.connect(here, "analyst") as trino:
        return teller(domain)(here, trino, periods)


def _report(here: Settings) -> dict[str, Any]:
    path = here.var / "demo" / "report.json"
    if not path.exists():
        raise SetupError(
            "No demo was run in this installation.",
            "Run: make demo DOMAINS=all && make domains",
            code="DOMAINS-NO-DEMO",
        )
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def _seconds(folder: Path) -> dict[str, Any]:
    path = folder / "seconds.json"
    before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"pages": {}}
    return before
