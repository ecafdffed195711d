"""``khlang history``: bring the histories up to date, where no DAG does it."""

import click

from khlang import settings as settings_

EXAMPLES = """Examples:

\b
  khlang history build            # after `make demo` or `make up`
  khlang history forget           # ends what was known and is believed no more
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
        service.describe(here)
    for one in taken:
        click.echo(f"{one['dataset']} {one['period']}")
    click.echo(f"{len(taken)} arrivals taken in; docs/how-to/history.md has the questions.")


@history.command(epilog=EXAMPLES)
@click.confirmation_option(prompt="What was known and is believed no more cannot be asked again. Go on?")
def forget() -> None:
    """Keep only what is believed today: nothing of what was withdrawn or corrected can be asked "as known" any more.

    The files that hold it go with `khlang pool vacuum`, a week later by Delta's own limit.
    """
    from rich.console import Console

    from khlang.link.history import service as pool
    from khlang.serve import service

    here, console = settings_.load(), Console()
    with console.status("Forgetting …"):
        gone = pool.forget(here)
    with console.status("Serving …"):
        service.serve(here, domain=service.HISTORY)
        service.describe(here)
    for name, count in gone.items():
        click.echo(f"{name}: {count:,} records")
    click.echo("Their files stay until they are vacuumed: khlang pool vacuum")
