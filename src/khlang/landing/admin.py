"""``khlang admin``: what the pool's operator does with submissions that came on a stick."""

from pathlib import Path

import click

from khlang import settings as settings_
from khlang.landing import offline

EXAMPLES = """Examples:

\b
  khlang admin import /media/stick
  khlang admin import /media/stick/khlang-mof-welfare_registrants-2026-01-3f2a51c09b77.zip
  khlang admin import /media/stick      # again, after land: the same submission, a newer receipt
"""


@click.group(epilog=EXAMPLES)
def admin() -> None:
    """The pool's operator: submissions that come on a stick, and their receipts."""


@admin.command(name="import", epilog=EXAMPLES)
@click.argument("path", type=click.Path(path_type=Path, exists=True))
def import_(path: Path) -> None:
    """Take sealed submissions from a folder or zip: the gateway's own checks, objects and receipts.

    The signed receipt is written beside each as receipt.json, for the stick to take back.
    """
    where = settings_.load()
    for taken in offline.take(where, path):
        place = taken.place
        click.echo(f"{taken.state} {place.agency}/{place.dataset} {place.period} {place.id[:12]}: {taken.receipt}")
