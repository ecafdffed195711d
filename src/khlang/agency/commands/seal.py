"""``khlang agency seal``."""

import json
from pathlib import Path

import click
from rich.console import Console

from khlang.agency import show, submission
from khlang.agency.commands import home_option, json_option
from khlang.agency.home import Home


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", required=True, help="Name of the contract.")
@click.option("--period", required=True, help="2569-01 or 2026-01.")
@click.option("--sheet", help="Of a workbook with several.")
@click.option("--letter", help="Reference of the covering letter.")
@home_option
@json_option
def seal(
    *, file: Path, dataset: str, period: str, sheet: str | None, letter: str | None, home: Path, as_json: bool
) -> None:
    """Seal one extract; nothing leaves this machine yet / ปิดผนึกไฟล์."""
    console = Console(stderr=as_json)
    with console.status("…") as line:
        made = submission.seal(
            Home(home), file, dataset=dataset, period=period, sheet=sheet, letter=letter, say=line.update
        )
    if as_json:
        click.echo(json.dumps(show.document(made), ensure_ascii=False))
    else:
        show.summary(console, made)
