"""``khlang agency approver-key``."""

from pathlib import Path

import click

from khlang.agency import approver
from khlang.agency.commands import home_option
from khlang.agency.home import Home

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency approver-key E:\\approver.key      # ผู้อนุมัติทำเอง / by the approver, on the approver's stick
  khlang agency approve 3f2a91 --key E:\\approver.key
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_option
def approver_key(*, file: Path, home: Path) -> None:
    """Make the approver's own key, which the preparer does not hold / กุญแจของผู้อนุมัติเอง.

    รหัสผ่านจะถูกถามบนจอ / The passphrase is asked for and not shown.
    """
    passphrase = click.prompt("รหัสผ่านของผู้อนุมัติ / Approver's passphrase", hide_input=True, confirmation_prompt=True)
    request = approver.make(Home(home), file, str(passphrase))
    click.echo(f"ทำแล้ว ผู้อนุมัติเก็บไว้เอง / Made; the approver keeps it: {file}")
    click.echo(f"ผู้อนุมัติส่งให้ผู้ดูแลคลังเอง / The approver hands this to the pool's keeper: {request}")
