"""``khlang history``: bring the histories up to date, where no DAG does it."""

import click

from khlang import settings as settings_

EXAMPLES = """Examples:

\b
  khlang history build            # after `make demo` or `make up`
  khlang sql "SELECT * FROM history_months ORDER BY known_from"
"""


@click.group(epilog=EXAMPLES)
def history() -> None:
    """Who lived where and worked for whom, from which month to which, and since when that is known."""


@history.command(epilog=EXAMPLES)
def build() -> None:
    """Take in every month that was promoted, corrected or withdrawn since, and serve it to the projects."""
    from rich.console import Console

    from khlang.link.history import service as pool
    from khlang.serve import service

    here, console = settings_.load(), Console()
    with console.status("Taking months in …"):
        taken = pool.take_in(here)
    with console.status("Serving …"):
        service.serve(here, domain=service.HISTORY)
    for one in taken:
        click.echo(f"{one['dataset']} {one['period']}")
    click.echo(f"{len(taken)} arrivals taken in; docs/how-to/history.md has the questions.")
