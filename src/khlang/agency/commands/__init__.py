"""One module a command of ``khlang agency``; what they share is here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KHLANG_AGENCY_HOME",
    default=lambda: Path.home() / ".khlang-agency",
    help="The agency's folder (KHLANG_AGENCY_HOME).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")
lang_option = click.option(
    "--lang", type=click.Choice(["th", "en"]), default=None, help="ไทยหรืออังกฤษ / Thai or English; else the locale's."
)
_OF_READING = (
    click.option("--dataset", required=True, help="ชุดข้อมูล / Name of the contract."),
    click.option("--period", required=True, help="งวด / 2569-01 or 2026-01."),
    click.option("--sheet", help="Of a workbook with several."),
    click.option("--encoding", help="utf-8, windows-874, utf-16-le …; else it is found out."),
    click.option("--delimiter", help="comma, tab, semicolon or bar; else it is found out."),
    click.option("--accept", multiple=True, metavar="CODE", help="ตอบว่าถูกต้อง / Say yes to a finding; repeatable."),
)


def reading_options(command: F, *, files: bool = True) -> F:
    """What a command is told of an extract: ``check`` and ``seal`` read it alike; ``files``: one at least."""
    named = click.argument("files", nargs=-1, required=files, metavar="FILE…", type=click.Path(path_type=Path))
    for option in reversed((named, *_OF_READING)):
        command = option(command)
    return command
