"""``khlang agency init`` and ``enrol-request``: an agency set up, and what the pool's keeper needs of it."""

import json
from pathlib import Path

import click

from khlang.agency import home as home_
from khlang.agency.commands import home_option
from khlang.agency.home import Home


@click.command()
@click.option("--bundle", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Else it is asked for.")
@click.option("--authority", help="The authority's verify key, where it was told by another way.")
@home_option
def init(bundle: Path, key_file: Path | None, authority: str | None, home: Path) -> None:
    """Set this agency up from its bundle and the sealing key / ตั้งค่าหน่วยงาน."""
    if key_file:
        secret = key_file.read_text(encoding="utf-8")
    else:
        secret = click.prompt("กุญแจปิดผนึก / Sealing key", hide_input=True)
    text = bundle.read_text(encoding="utf-8")
    made = home_.start(home, bundle=text, sealing_key=secret, authority=authority)
    config = made.config()
    click.echo(f"ตั้งค่าแล้ว / Set up: {config['agency']} in {home}")
    click.echo(f"ผู้ดูแลกุญแจ / Authority: {config['authority']}")
    click.echo(f"ส่งไฟล์นี้ให้ผู้ดูแลคลัง / Hand this to the pool's keeper: {home / 'enrolment.json'}")


@click.command(name="enrol-request")
@home_option
def enrol_request(home: Path) -> None:
    """Print what the pool's keeper needs to enrol this agency (no secret) / คำขอขึ้นทะเบียน."""
    click.echo(json.dumps(Home(home).enrolment(), ensure_ascii=False, indent=1))
