"""``khlang contract adopt``: a draft without findings becomes part of the project."""

from pathlib import Path

import click

from khlang import settings
from khlang.authoring import project, texts
from khlang.authoring.commands import FILE
from khlang.authoring.commands.lint import tell
from khlang.authoring.lint import lint
from khlang.authoring.texts import FIELDS
from khlang.errors import UsageError

EXAMPLES = """Examples:

\b
  khlang contract adopt drafts/library_loans
"""


@click.command(epilog=EXAMPLES)
@click.argument("draft", type=FILE)
def command(*, draft: Path) -> None:
    """Copy the files of DRAFT into the project and add its fields, when lint finds nothing in it."""
    root = settings.load().root
    base, mine = texts.of_folder(root), texts.of_folder(draft)
    if there := sorted(path for path in mine.files if path in base.files and path != FIELDS):
        raise UsageError(f"{there[0]} is there already.", "Change that file by hand; a draft only adds.")
    both = project.read(base.over(mine))
    only = frozenset(path.removeprefix("contracts/") for path in both.texts.fresh if path.startswith("contracts/"))
    tell(lint(both, only=only & both.contracts.keys()), len(only & both.contracts.keys()))
    for path in sorted(mine.files):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(both.texts.files[path], encoding="utf-8")
        click.echo(f"wrote {path}")
    click.echo("ต่อไป / next: make docs")
