"""``khlang gate``: bands learned of each dataset's own past, and the pages that show it month by month."""

from pathlib import Path

import click

from khlang import contracts, store
from khlang import settings as settings_
from khlang.contracts import Table
from khlang.gates import history, learning
from khlang.landing import ledger

EXAMPLES = """Examples:

\b
  khlang gate learn
  khlang gate learn --dataset insured_persons --write
  khlang gate pages
"""


@click.group(epilog=EXAMPLES)
def gate() -> None:
    """What months of a dataset are like: learn bands of its past, and write its page."""


@gate.command(epilog="\b\nExamples:\n  khlang gate learn\n  khlang gate learn --dataset insured_persons --write")
@click.option("--dataset", "names", multiple=True, help="Only this one; may be given several times.")
@click.option("--write", is_flag=True, help="Put the proposal into expectations/, for git diff and a commit.")
def learn(*, names: tuple[str, ...], write: bool) -> None:
    """Propose a band for every figure of a dataset from the months that were promoted.

    A person reads the proposal and commits it; from then on a month outside of a band is a warning, or a refusal where
    the severity is made critical. Without --write nothing is changed.
    """
    here = settings_.load()
    known = contracts.load(here.contracts)
    receipts = store.client(here, "curate")
    unseen = 0
    for table in [known.require("curated", name) for name in names] or known.datasets:
        months = learning.history(list(ledger.decisions(receipts, dataset=table.name, kind="curated")))
        bands = learning.learn(table, months)
        if not months and not names:
            unseen += 1
        elif not bands:
            click.echo(f"# {table.name}: {len(months)} months, {learning.LEAST_MONTHS} are needed")
        elif write:
            click.echo(f"{put(here.contracts.parent / 'expectations', table, bands)}: {len(bands)} bands")
        else:
            click.echo(f"# expectations/{table.path}\n{learning.block(bands)}", nl=False)
    if unseen:
        click.echo(f"# {unseen} other datasets have no promoted month")


@gate.command(epilog="\b\nExamples:\n  khlang gate pages")
def pages() -> None:
    """Write the page of every dataset anew from the results that stand beside its submissions' pages."""
    here = settings_.load()
    known = contracts.load(here.contracts)
    folder = here.var / "docs" / "gates"
    homes = [home for home in sorted(folder.glob("*/")) if home.name in known]
    for home in homes:
        history.write(home, known[home.name])
    click.echo(f"{len(homes)} pages in {folder}")


def put(folder: Path, table: Table, bands: list[learning.Band]) -> Path:
    """Write the bands into a dataset's expectations; what a person wrote there stays."""
    file = folder / table.path
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(learning.merged(before, learning.block(bands)), encoding="utf-8")
    return file
