"""``khlang pool second``: the linkage job, the same as ``jobs/link_second.py``."""

import json

import click

from khlang import settings
from khlang.link.second import service


@click.command(epilog="\b\nExamples:\n  khlang pool second\n  khlang pool second --json")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON document.")
def second(*, as_json: bool) -> None:
    """Link rows without a usable CID by their comparison keys, then destroy the keys.

    Every period whose register and datasets with a second route are promoted; links of what was withdrawn or replaced
    since are taken out. Killed, it is run again.
    """
    told = service.link(service.bench(settings.load()), log=click.echo)
    if not told:
        click.echo("Nothing waits for the second route.")
    if as_json:
        click.echo(json.dumps(service.document(told), ensure_ascii=False))
