"""``khlang agency init`` and ``enrol-request``: an agency set up, and what the pool's keeper needs of it."""

import json
from pathlib import Path

import click

from khlang import period
from khlang.agency import bundle as bundle_
from khlang.agency import home as home_
from khlang.agency.commands import home_option
from khlang.agency.home import Home
from khlang.agency.keystore import Kind

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    epilog="""
\b
ตัวอย่าง / Examples:
  khlang agency init --bundle mof.bundle.json
      (กุญแจปิดผนึกจะถูกถามบนจอ ไม่แสดงตัวอักษร / the sealing key is asked for and not shown)
  khlang agency init --bundle mof.bundle.json --key-file E:\\sealing.key
      (กุญแจในแฟลชไดรฟ์ที่รับด้วยมือ / the key on a stick that was handed over)
  khlang agency init --bundle mof.bundle.json --authority 3f5a…
      (ตรวจผู้ดูแลกุญแจกับเลขที่ได้รับทางอื่น / hold the authority against a number told by another way)
  khlang agency init --bundle mof.bundle.json --key-file sealing.key --link-key link.key
      (ข้อตกลงที่มีเส้นทางที่สอง / a contract with a second route)
"""
)
@click.option("--bundle", required=True, type=FILE, help="ไฟล์ตั้งค่าที่ลงนาม / The signed bundle.")
@click.option("--key-file", type=FILE, help="ไฟล์กุญแจ ถ้าไม่ใส่จะถาม / The key's file; else it is asked for.")
@click.option("--authority", help="เลขตรวจผู้ดูแลกุญแจ / The authority's verify key, where it was told by another way.")
@click.option(
    "--key-store",
    type=click.Choice(["auto", "keyring", "file"]),
    default="auto",
    show_default=True,
    envvar="KHLANG_KEY_STORE",
    help="ที่เก็บกุญแจ / Where the key is kept: the operating system's keyring, or a file.",
)
@click.option(
    "--preparer",
    metavar="NAME",
    help="ชื่อผู้จัดทำ เก็บไว้ที่นี่เท่านั้น อนุมัติเองไม่ได้ / Who seals here; the name stays here, and cannot approve.",
)
@click.option(
    "--link-key",
    type=FILE,
    help="ไฟล์กุญแจเชื่อมโยง ถ้าข้อตกลงมีเส้นทางที่สอง / The linkage key's file, where a contract has a second route.",
)
@home_option
def init(
    *,
    bundle: Path,
    key_file: Path | None,
    authority: str | None,
    key_store: Kind,
    preparer: str | None,
    link_key: Path | None,
    home: Path,
) -> None:
    """Set this agency up from its bundle and the sealing key / ตั้งค่าหน่วยงาน."""
    text = bundle.read_text(encoding="utf-8-sig")  # Notepad puts a mark before what it saves
    checked, _ = bundle_.read(text, authority=authority)
    checked.check_dates(period.today())
    secret = None
    if checked.keyed and key_file:
        secret = key_file.read_text(encoding="utf-8-sig")
    elif checked.keyed:
        secret = click.prompt("กุญแจปิดผนึก / Sealing key", hide_input=True)
    made = home_.start(
        home,
        bundle=text,
        sealing_key=secret,
        authority=authority,
        key_store=key_store,
        preparer=preparer,
        link_key=link_key.read_text(encoding="utf-8-sig") if link_key else None,
    )
    config = made.config()
    click.echo(f"ตั้งค่าแล้ว / Set up: {config['agency']} in {home}")
    click.echo(f"ผู้ดูแลกุญแจ / Authority: {config['authority']}")
    click.echo(f"รุ่นกุญแจ / Epoch: {checked.epoch}, ค่าตรวจสอบ / check value {checked.profile['kcv']}")
    if checked.keyed:
        click.echo(f"กุญแจเก็บใน / The key is kept in: {made.keystore().described()}")
    for given in filter(None, (key_file, link_key)):
        click.echo(f"ลบไฟล์กุญแจที่รับมา / Now delete {given}")
    click.echo(f"ส่งไฟล์นี้ให้ผู้ดูแลคลัง / Hand this to the pool's keeper: {home / 'enrolment.json'}")


@click.command(
    name="enrol-request",
    epilog="""
\b
ตัวอย่าง / Examples:
  khlang agency enrol-request
  khlang agency enrol-request > enrolment.json
""",
)
@home_option
def enrol_request(home: Path) -> None:
    """Print what the pool's keeper needs to enrol this agency (no secret) / คำขอขึ้นทะเบียน."""
    click.echo(json.dumps(Home(home).enrolment(), ensure_ascii=False, indent=1))
