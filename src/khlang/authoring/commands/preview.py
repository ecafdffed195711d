"""``khlang contract preview``: a file's columns as they are proposed, with the reasons."""

from pathlib import Path

import click

from khlang import settings
from khlang.authoring import show
from khlang.authoring.commands import FILE, read_options, reading
from khlang.authoring.preview import preview
from khlang.contracts import load

EXAMPLES = """Examples:

\b
  khlang contract preview loans.csv
  khlang contract preview loans.xlsx --sheet "มกราคม"
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=FILE)
@reading
def command(*, file: Path, sheet: str | None, encoding: str | None, delimiter: str | None) -> None:
    """Read FILE as the agency's tool would; propose names, types, codes, identifiers and classes. Shows no value."""
    click.echo("อ่านไฟล์ / reading …", err=True)
    seen = preview(file, load(settings.load().contracts), options=read_options(sheet, encoding, delimiter))
    click.echo(show.table(seen))
