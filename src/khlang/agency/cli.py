"""``khlang agency``: what a ministry team types once a month."""

import json
from pathlib import Path

import click
from rich.console import Console

from khlang.agency import home as home_
from khlang.agency import sending, show, submission
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.errors import InputError

_home = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KHLANG_AGENCY_HOME",
    default=lambda: Path.home() / ".khlang-agency",
    help="The agency's folder (KHLANG_AGENCY_HOME).",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")


@click.group()
def agency() -> None:
    """Seal a monthly extract and send it / ปิดผนึกและส่งข้อมูลประจำเดือน."""


@agency.command()
@click.option("--bundle", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Else it is asked for.")
@click.option("--authority", help="The authority's verify key, where it was told by another way.")
@_home
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


@agency.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", required=True, help="Name of the contract.")
@click.option("--period", required=True, help="2569-01 or 2026-01.")
@click.option("--sheet", help="Of a workbook with several.")
@click.option("--letter", help="Reference of the covering letter.")
@_home
@_json
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


@agency.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--supersedes", help="The accepted submission that this earlier content shall replace.")
@_home
@_json
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


@agency.command()
@click.option("--offline", is_flag=True, help="Do not ask the gateway.")
@_home
@_json
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


@agency.command(name="enrol-request")
@_home
def enrol_request(home: Path) -> None:
    """Print what the pool's keeper needs to enrol this agency (no secret) / คำขอขึ้นทะเบียน."""
    click.echo(json.dumps(Home(home).enrolment(), ensure_ascii=False, indent=1))
