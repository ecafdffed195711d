"""The commands of ``khlang contract``, a module each; what several of them share."""

from pathlib import Path
from typing import Any

import click

from khlang.agency.reading import ReadOptions

READING = (
    click.option("--sheet", help="Sheet of a workbook."),
    click.option("--encoding", help="Such as utf-8, cp874."),
    click.option("--delimiter", help="comma, tab, semicolon or bar."),
)
FILE = click.Path(exists=True, path_type=Path)


def reading(command: Any) -> Any:
    """The options of the agency's reader, for a command that reads an office's file."""
    for option in reversed(READING):
        command = option(command)
    return command


def read_options(sheet: str | None, encoding: str | None, delimiter: str | None) -> ReadOptions:
    """What was chosen."""
    return ReadOptions(sheet, encoding, delimiter)
