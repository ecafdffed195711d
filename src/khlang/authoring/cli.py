"""``khlang contract``: the group, whose commands are imported when they are asked for."""

import click

from khlang.lazygroup import LazyGroup

COMMANDS = {
    "list": ("khlang.contracts.cli:show", "One line a table: layer, name, version, agency, columns, title."),
    "preview": ("khlang.authoring.commands.preview:command", "What an office's file may be, column by column."),
    "new": ("khlang.authoring.commands.new:command", "Write a draft contract of an office's file."),
    "lint": ("khlang.authoring.commands.lint:command", "All that is wrong, with file, line, column and remedy."),
    "adopt": ("khlang.authoring.commands.adopt:command", "Copy a draft without findings into the project."),
    "diff": ("khlang.authoring.commands.diff:command", "Compatible or breaking, and for whom."),
    "test": (
        "khlang.authoring.commands.test:command",
        "A sample through seal, open, curate and gate, on this machine.",
    ),
    "docs": ("khlang.contracts.cli:docs", "Write docs/reference, one page a table."),
}
EXAMPLES = """Examples:

\b
  khlang contract preview loans.xlsx
  khlang contract new loans.xlsx --domain culture --table library_loans --agency ncl
  khlang contract lint drafts/library_loans --sample loans.xlsx
  khlang contract test drafts/library_loans --sample loans.xlsx
  khlang contract diff HEAD .
"""


@click.group(cls=LazyGroup, table=COMMANDS, epilog=EXAMPLES)
def contract() -> None:
    """Add a dataset: propose a contract of a file, judge it, try it; docs/how-to/add-a-dataset.md tells how."""
