"""``khlang volume``: one extract of millions of rows through every hop, measured."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from khlang import settings as settings_
from khlang.errors import PeriodError
from khlang.period import parse

EXAMPLES = """Examples:

\b
  make volume ROWS=5000000                  # in an installation of its own, var/volume
  khlang volume --rows 20000 --period 2025-12
"""


@click.command(epilog=EXAMPLES)
@click.option("--rows", type=click.IntRange(1000, 50_000_000), default=5_000_000, show_default=True)
@click.option("--period", default="2025-12", show_default=True, help="The month, YYYY-MM.")
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Same seed, same bytes.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Default: <var>/volume/report.json.")
def volume(rows: int, period: str, seed: int, report: Path | None) -> None:
    """Seal, send over a cut line, promote and count one large extract; then the same as workbooks.

    Starts the servers where they are not up. A month that a demo has sent is not to be used.
    """
    from khlang.demo.volume.extract import Plan
    from khlang.demo.volume.run import judge, run, write
    from khlang.stack import lifecycle

    here, console = settings_.load(), Console()
    if parse(period) != period:
        raise PeriodError("--period is no Gregorian month.", "Give it as YYYY-MM, such as 2025-12.")
    lifecycle.up(here, report=lambda name, took: console.print(f"  {name}: {took}", highlight=False))
    told = run(here, Plan(rows, seed, period), console)
    path = report or here.var / "volume" / "report.json"
    write(told, path)
    show(console, told)
    console.print(f"\nReport: {path}", highlight=False)
    judge(told)


def show(console: Console, told: dict[str, Any]) -> None:
    """Print what each step took, and what was found."""
    table = Table(title=f"{told['plan']['rows']:,} rows", title_justify="left", box=None, pad_edge=False)
    for heading in ("step", "s", "rows/s", "MiB of the step", "MiB of the servers"):
        table.add_column(heading, justify="left" if heading == "step" else "right")
    for step in told["steps"]:
        figures = (step["rows_per_second"], step["peak_mib"], step["servers_mib"])
        shown = ("" if figure is None else f"{figure:,}" for figure in figures)
        table.add_row(step["name"], f"{step['seconds']:,.1f}", *shown)
    console.print(table)
    sent, truth = told["sent"], told["truth"]
    console.print(
        f"Cut {sent['cuts']} times, {sent['passed'] - sent['bytes']:,} bytes sent again or beside the parts. "
        f"Promoted: {', '.join(f'{name} {verdict}' for name, verdict in told['verdicts'].items())}.",
        f"\n{truth['rows']:,} rows − {truth['refused']:,} without a citizen ID − {truth['duplicates']:,} duplicates = "
        f"{truth['persons']:,}; the analyst counts {told['trino']['analyst'].get('n', 0):,}.",
        f"\nPseudonyms of CSV and workbooks: {'the same, row for row' if told['pseudonyms']['same'] else 'DIFFERENT'}.",
        highlight=False,
    )
