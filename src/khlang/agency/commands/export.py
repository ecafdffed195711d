"""``khlang agency export``."""

from pathlib import Path

import click

from khlang.agency import exporting, receipts
from khlang.agency.commands import home_option
from khlang.agency.home import Home

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency export 3f2a --to E:\\
  khlang agency export sealed/vehicles/2026-01/3f… --to /media/stick --zip
  khlang agency receipt --import E:\\      # เมื่อแฟลชไดรฟ์กลับมา / when the stick has come back
"""


@click.command(epilog=EXAMPLES)
@click.argument("submission")
@click.option("--to", required=True, type=click.Path(path_type=Path, file_okay=False), help="แฟลชไดรฟ์ / The stick.")
@click.option("--zip", "as_zip", is_flag=True, help="ไฟล์ zip ไฟล์เดียว / One zip file instead of a folder.")
@click.option("--supersedes", help="The accepted submission that this earlier content shall replace.")
@home_option
def export(*, submission: str, to: Path, as_zip: bool, supersedes: str | None, home: Path) -> None:
    """Write a sealed submission to a stick instead of sending it / ส่งทางแฟลชไดรฟ์.

    SUBMISSION: รหัสหรือโฟลเดอร์ของชุดที่ปิดผนึก / the id (its beginning) or folder of a sealed submission.
    """
    here = Home(home)
    written = exporting.export(here, receipts.find(here, submission), to, supersedes=supersedes, as_zip=as_zip)
    click.echo(f"เขียนแล้ว / written {written}")
    click.echo("ส่งให้คลังกลาง / Hand it to the pool: khlang admin import")
