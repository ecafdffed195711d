"""``khlang agency approve``."""

import json
from pathlib import Path

import click

from khlang import manifest
from khlang.agency import approval, approver, due
from khlang.agency.commands import home_option, json_option
from khlang.agency.home import Home

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency approve                     # ชุดที่รออนุมัติ / what waits
  khlang agency approve 3f2a91 --name "…" --role ผู้อำนวยการกอง
  khlang agency approve 3f2a91 --key E:\\approver.key
"""


@click.command(epilog=EXAMPLES)
@click.argument("submission", required=False)
@click.option("--name", help="ชื่อผู้อนุมัติ เก็บไว้ที่หน่วยงานเท่านั้น / The approver's name; it stays here.")
@click.option("--role", help="ตำแหน่งผู้อนุมัติ / The approver's office; it goes into the manifest.")
@click.option("--key", type=click.Path(path_type=Path), help="กุญแจของผู้อนุมัติเอง / The approver's own key.")
@click.option("--yes", is_flag=True, help="ตรวจแล้ว ไม่ต้องถาม / Looked at already; do not ask.")
@home_option
@json_option
def approve(
    *,
    submission: str | None,
    name: str | None,
    role: str | None,
    key: Path | None,
    yes: bool,
    home: Path,
    as_json: bool,
) -> None:
    """Approve what another person sealed; without an id, list what waits / อนุมัติ."""
    here = Home(home)
    if submission is None:
        _list(approval.pending(here), as_json)
        return
    folder = approval.find(here, submission)
    if not as_json:
        _show(folder)
    name = name or click.prompt("ชื่อผู้อนุมัติ / approver's name")
    role = role or click.prompt("ตำแหน่ง / role")
    if not yes:
        click.confirm("ตรวจแล้ว อนุมัติให้ส่ง / Looked at: may it be sent?", abort=True, err=as_json)
    secret = click.prompt("รหัสผ่านของผู้อนุมัติ / Approver's passphrase", hide_input=True, err=as_json) if key else ""
    own = approver.opened(key, str(secret)) if key else None
    made = approval.approve(here, folder, name=str(name), role=str(role), key=own)
    told = json.dumps({"submission": made["submission"], "folder": str(folder)}, ensure_ascii=False)
    click.echo(told if as_json else f"อนุมัติแล้ว / approved: {made['submission'][:12]}")


def _list(waiting: list[Path], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([{"submission": folder.name, "folder": str(folder)} for folder in waiting]))
        return
    for folder in waiting:
        _show(folder)


def _show(folder: Path) -> None:
    made = manifest.parse((folder / "manifest.json").read_bytes())
    click.echo(
        f"{made['submission'][:12]}  {made['dataset']}  งวด {due.shown(made['period'])}  {made['rows']:,} แถว / rows"
    )
    for column, reasons in made["pid_reasons"].items():
        told = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())
        click.echo(f"  {column}: {told or 'ปิดผนึกครบ / all sealed'}")
    click.echo(f"  ผู้จัดทำ / prepared by: {made['preparer']}; {made['agreement']}; {made['letter']}")
