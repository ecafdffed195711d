"""``khlang agency send``."""

import json
from pathlib import Path

import click
from rich.console import Console

from khlang.agency import sending
from khlang.agency.commands import home_option, json_option
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.errors import InputError


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--supersedes", help="The accepted submission that this earlier content shall replace.")
@home_option
@json_option
def send(folder: Path | None, supersedes: str | None, home: Path, as_json: bool) -> None:
    """Send one sealed folder, or all that have no receipt / ส่งข้อมูล."""
    if supersedes and folder is None:
        raise InputError("--supersedes ต้องระบุโฟลเดอร์ / --supersedes needs a folder.", "khlang agency send DIR …")
    here = Home(home)
    console = Console(stderr=as_json)
    folders = [folder] if folder else sending.unsent(here)
    with Gateway(here) as gateway, console.status("…") as line:

        def say(name: str, number: int, total: int) -> None:
            line.update(f"ส่ง / sending {name} ({number}/{total})")

        sent = [sending.send(here, one, gateway=gateway, supersedes=supersedes, say=say) for one in folders]
    if as_json:
        click.echo(json.dumps([one.receipt for one in sent], ensure_ascii=False))
        return
    for one in sent:
        facts = one.manifest
        click.echo(f"ได้รับแล้ว / received {facts['dataset']} {facts['period']}: {one.receipt['receipt_id']}")
    if not sent:
        click.echo("ไม่มีชุดที่ค้างส่ง / Nothing is waiting to be sent.")
