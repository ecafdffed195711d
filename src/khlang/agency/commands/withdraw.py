"""``khlang agency withdraw``."""

from pathlib import Path

import click
from rich.console import Console

from khlang import manifest, signatures
from khlang import receipt as receipt_
from khlang.agency import printing, receipts, sending
from khlang.agency.commands import home_option, lang_option
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.web.language import Language

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency withdraw 3f2a --reason "ส่งไฟล์ผิดเดือน"
  khlang agency withdraw 3f2a --reason "wrong month" --yes
  khlang agency receipt 3f2a     # สิ่งที่ลบแล้วและสิ่งที่ยังอยู่ / what is gone, and what is not
"""


@click.command(epilog=EXAMPLES)
@click.argument("submission")
@click.option("--reason", required=True, help="เหตุผล ไม่ระบุตัวบุคคล / Why, without naming a person.")
@click.option("--yes", is_flag=True, help="ไม่ต้องถามยืนยัน / Do not ask.")
@click.option("--proxy", help="http://host:port; else HTTPS_PROXY, or what the system says.")
@lang_option
@home_option
def withdraw(*, submission: str, reason: str, yes: bool, proxy: str | None, lang: Language | None, home: Path) -> None:
    """Stop the use of a submission at once and have its key destroyed / ถอนชุดส่ง.

    ถอนแล้วส่งเนื้อหาเดิมซ้ำไม่ได้ / What was withdrawn cannot be sent again with the same content.
    """
    here = Home(home)
    folder = receipts.find(here, submission)
    made = manifest.parse((folder / "manifest.json").read_bytes())
    asked = receipt_.withdrawal({name: str(made[name]) for name in receipt_.PLACE}, reason)  # type: ignore[literal-required]
    if not yes:
        click.confirm(f"ถอน / Withdraw {made['dataset']} {made['period']} {made['submission'][:12]}?", abort=True)
    with Gateway(here, proxy=proxy) as gateway:
        signed = gateway.withdraw(sending.prefix_of(made), asked, signatures.sign(asked, here.signing_key()))
    said = sending.keep_receipt(here, folder, signed)
    verified = here.bundle().receipt_key is not None
    printing.text(Console(), receipts.page(here, said, lang=lang or receipts.language(), verified=verified))
