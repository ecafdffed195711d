"""``khlang project``: a project from its request to the certificate of its destruction."""

import datetime as dt
import json
from pathlib import Path

import click

from khlang import contracts
from khlang import period as period_
from khlang import settings as settings_
from khlang.errors import InputError
from khlang.policy import book, request
from khlang.policy.life import Project
from khlang.projects import inside_cli, keeping, reidentify_cli, steps
from khlang.projects.options import said
from khlang.stack import secrets

EXAMPLES = """Examples:

\b
  khlang project synthetic poverty.yaml --to outside    # made-up tables of that shape, to write code on
  khlang project draft poverty.yaml --by analyst-a --why "first request"
  khlang project submit poverty --by analyst-a --why "ready for the owners"
  khlang project consent poverty --agency mof --by mof-owner --why "within our law"
  khlang project refuse poverty --agency sso --by sso-owner --why "too many columns"
  khlang project approve poverty --by keeper --why "purpose and columns fit"
  khlang project activate poverty --by keeper --why "approved"
  khlang sql -u analyst-a.poverty "SELECT count(*) FROM welfare_by_amphoe"       # outside: aggregates
  khlang project enter poverty --person analyst-a                                # inside: rows about persons too
  khlang project list
  khlang project show poverty
  khlang project extend poverty --ends 2028-01-31 --by second --why "the paper is under review"
  khlang project revoke poverty --by keeper --why "a login was shared"
  khlang project expire                       # every project whose last day is over
  khlang project destroy poverty --by keeper --why "replication date is over"
  khlang project verify poverty.certificate.json
  khlang project tour                         # all of it on the stack that is up
"""
#: State → what a Thai reader calls it.
THAI = {
    "draft": "ร่าง",
    "submitted": "รอเจ้าของข้อมูลยินยอม",
    "refused": "เจ้าของข้อมูลไม่ยินยอม",
    "consented": "รออนุมัติ",
    "approved": "อนุมัติแล้ว",
    "active": "ใช้งานอยู่",
    "expired": "หมดอายุ",
    "revoked": "ถูกเพิกถอน",
    "destroyed": "ทำลายแล้ว",
}


@click.group(epilog=EXAMPLES)
def project() -> None:
    """A project: who asks for which columns, for what and until when; and what became of it."""


for _inside in (inside_cli.enter, inside_cli.bring, inside_cli.run, inside_cli.clear, inside_cli.export):
    project.add_command(_inside)
project.add_command(reidentify_cli.reidentify)


@project.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@said
def draft(file: Path, by: str, why: str) -> None:
    """Begin a project from its request (docs/how-to/projects.md has one to copy)."""
    _tell(keeping.draft(settings_.load(), _request(file), by=by, why=why))


@project.command(epilog=EXAMPLES)
@click.argument("name")
@said
def submit(name: str, by: str, why: str) -> None:
    """Ask the data owners: one consent an agency whose data it is."""
    _tell(keeping.step(settings_.load(), name, "submit", by=by, why=why))


@project.command(epilog=EXAMPLES)
@click.argument("name")
@click.option("--agency", required=True, help="The agency that consents.")
@said
def consent(name: str, agency: str, by: str, why: str) -> None:
    """One agency consents."""
    _tell(keeping.step(settings_.load(), name, "consent", by=by, why=why, agency=agency))


@project.command(epilog=EXAMPLES)
@click.argument("name")
@click.option("--agency", required=True, help="The agency that refuses.")
@said
def refuse(name: str, agency: str, by: str, why: str) -> None:
    """One agency refuses: the project goes back to its draft."""
    _tell(keeping.step(settings_.load(), name, "refuse", by=by, why=why, agency=agency))


@project.command(epilog=EXAMPLES)
@click.argument("name")
@said
def approve(name: str, by: str, why: str) -> None:
    """Approve, as somebody who neither asked, nor works in it, nor consented; twice where a contract asks for it."""
    _tell(keeping.step(settings_.load(), name, "approve", by=by, why=why))


@project.command(epilog=EXAMPLES)
@click.argument("name")
@said
def activate(name: str, by: str, why: str) -> None:
    """Freeze its tables, give it a key and its people accounts."""
    from rich.console import Console

    here = settings_.load()
    with Console(stderr=True).status("ตรึงตารางของโครงการ / Freezing the project's tables …"):
        done = keeping.activate(here, name, by=by, why=why)
    _tell(done)
    for login in done.asked.logins:
        click.echo(f"  {login}: password in {secrets.trino_password_file(here, login)}")


@project.command(epilog=EXAMPLES)
@click.argument("name")
@click.option("--ends", required=True, help="The new last day, YYYY-MM-DD.")
@said
def extend(name: str, ends: str, by: str, why: str) -> None:
    """Give it a later last day; its tables stay as they were frozen."""
    _tell(keeping.extend(settings_.load(), name, ends=request.day(ends, "ends", "--ends"), by=by, why=why))


@project.command(epilog=EXAMPLES)
@click.argument("name")
@said
def revoke(name: str, by: str, why: str) -> None:
    """End its access at once."""
    _tell(keeping.revoke(settings_.load(), name, by=by, why=why))


@project.command(epilog=EXAMPLES)
def expire() -> None:
    """Close every project whose last day is over; files and key stay in escrow."""
    closed = keeping.expire(settings_.load())
    click.echo(f"ปิด / closed: {', '.join(closed) or '0'}")


@project.command(epilog=EXAMPLES)
@click.argument("name")
@said
def destroy(name: str, by: str, why: str) -> None:
    """Delete its tables and key after the replication date, and certify it."""
    here = settings_.load()
    signed = keeping.destroy(here, name, by=by, why=why)
    own = signed["scratch_files"] + signed["workspace_files"]
    click.echo(f"ทำลายแล้ว / destroyed: {signed['files']} files of its tables, {own} of its own, the key.")
    click.echo(str(book.certificate(here, name)))


@project.command(name="verify", epilog=EXAMPLES)
@click.argument("certificate", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def verify_(certificate: Path) -> None:
    """Hold a certificate of destruction against the pool's key."""
    public = (settings_.load().registry / "receipt.pub").read_text(encoding="ascii").strip()
    try:
        signed = json.loads(certificate.read_bytes())
    except ValueError:
        raise InputError(f"{certificate.name} is no certificate.", "Choose the file that destroy named.") from None
    keeping.verify(signed, public=public)
    click.echo("ลายมือชื่อถูกต้อง / the signature holds")


@project.command(name="tour", epilog=EXAMPLES)
def tour_() -> None:
    """Walk a project from request to certificate on the stack that is up, each step timed; the clock is put forward."""
    from khlang.projects import tour

    done = tour.walk(settings_.load(), lambda one: click.echo(f"{one.seconds:6.1f} s  {one.step}  {one.told}"))
    click.echo(f"{sum(one.seconds for one in done):6.1f} s  รวม / in all")


@project.command(name="synthetic", epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="A new folder.")
@click.option("--rows", default=1_000, show_default=True, type=click.IntRange(1, 1_000_000), help="Most of a table.")
@click.option("--period", default="2569-01", show_default=True, help="The month of all rows, of either era.")
@click.option("--seed", default=7, show_default=True)
def synthetic_(file: Path, folder: Path, rows: int, period: str, seed: int) -> None:
    """Made-up tables in the shape of a request's, to write code on outside; approved or not."""
    from khlang.projects import synthetic

    asked, here = _request(file), settings_.load()
    month = period_.parse(period)
    made = synthetic.tables(asked, contracts.load(here.contracts), rows=rows, period=month, seed=seed)
    for name, frame in synthetic.write(folder, asked, made).items():
        click.echo(f"  {folder / name}.parquet  {frame.height:,} rows")


@project.command(name="list", epilog=EXAMPLES)
def list_() -> None:
    """All projects and their states."""
    here = settings_.load()
    for name, one in book.every(here).items():
        state = one.state(steps.now().date())
        click.echo(f"{name}  {state} ({THAI[state]})  {one.asked.title_th} · {one.asked.title_en}  → {one.ends}")


@project.command(epilog=EXAMPLES)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def show(name: str, *, as_json: bool) -> None:
    """One project: what it asked for, and everything that happened to it."""
    one = book.read(settings_.load(), name)
    if as_json:
        told = {"state": one.state(steps.now().date()), "request": one.asked.as_dict(), "missing": one.missing}
        click.echo(json.dumps({**told, "events": [e.as_dict() for e in one.events]}, ensure_ascii=False, indent=1))
        return
    _tell(one)
    asked = one.asked
    click.echo(inside_cli.room(settings_.load(), name))
    click.echo(f"  {asked.purpose}\n  {asked.legal_basis}\n  people: {', '.join(asked.logins)}")
    for table, columns in sorted(asked.tables.items()):
        click.echo(f"  {table}: {', '.join(columns)}")
    for event in one.events:
        agency = f" {event.data['agency']}" if "agency" in event.data else ""
        click.echo(f"  {event.at}  {event.action}{agency}  {event.by}: {event.why}")


def _request(file: Path) -> request.Request:
    try:
        return request.parse(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError:
        raise InputError(f"{file.name} is not UTF-8.", "Save it as UTF-8.", code="PROJECT-REQUEST") from None


def _tell(one: Project, today: dt.date | None = None) -> None:
    """Where a project stands, and what is next."""
    state = one.state(today or steps.now().date())
    click.echo(f"{one.asked.name}: {state} ({THAI[state]})")
    if state in {"draft", "submitted"}:
        click.echo(f"  รอคำยินยอมจาก / consents to come: {', '.join(one.missing)}")
    if state == "consented":
        click.echo(f"  อนุมัติแล้ว / approvals: {len(one.approvals)} of {one.approvals_needed}")
