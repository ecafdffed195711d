"""``khlang contract list|docs``: the contracts that are there, and the pages derived from them."""

from pathlib import Path

import click

from khlang import settings
from khlang.contracts.loader import load
from khlang.contracts.reference import NOTE, pages
from khlang.errors import ContractError


@click.command("list", epilog="\b\nExamples:\n  khlang contract list")
def show() -> None:
    """Print one line a table: layer, name, version, agency, columns, title."""
    for table in load().tables:
        click.echo(
            f"{table.layer:8} {table.name:22} {table.version_text:7} {table.agency or '-':6} "
            f"{len(table.stored):3} columns  {table.title_th}"
        )


@click.command(epilog="\b\nExamples:\n  khlang contract docs\n  khlang contract docs --check")
@click.option("--check", is_flag=True, help="Change nothing; fail when a page is stale.")
def docs(*, check: bool) -> None:
    """Write docs/reference, one page a table."""
    folder = settings.load().root / "docs" / "reference"
    made = pages(load())
    if check:
        stale = stale_pages(folder, made)
        if stale:
            raise ContractError(
                f"docs/reference is stale: {', '.join(stale)}.",
                "Run `khlang contract docs` and commit.",
                code="DOCS-STALE",
            )
        click.echo(f"{len(made)} pages are up to date.")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in _ours(folder).keys() - made.keys():
        (folder / name).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(f"Wrote {len(made)} pages to docs/reference.")


def stale_pages(folder: Path, made: dict[str, str]) -> list[str]:
    """Names of pages that are missing, differ, or belong to no table any more."""
    there = _ours(folder)
    return sorted(name for name in there.keys() | made.keys() if there.get(name) != made.get(name))


def _ours(folder: Path) -> dict[str, str]:
    """Pages made from contracts; others in the folder are made, and held fresh, by their own makers."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return {name: text for name, text in texts.items() if text.startswith(NOTE.strip())}
