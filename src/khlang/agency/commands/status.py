"""``khlang agency status``."""

import json
from pathlib import Path

import click
from rich.console import Console

from khlang.agency import sending, show
from khlang.agency.commands import home_option, json_option
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask the gateway.")
@home_option
@json_option
def status(offline: bool, home: Path, as_json: bool) -> None:
    """What was sealed and sent, and what became of it / สถานะ."""
    here = Home(home)
    if offline:
        lines = sending.status(here.submissions(), None)
    else:
        with Gateway(here) as gateway:
            lines = sending.status(here.submissions(), gateway)
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
    else:
        show.states(Console(), lines)
