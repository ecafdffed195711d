"""``khlang policy``: who may read which column and why, what would change, and to make it so."""

from dataclasses import replace

import click

from khlang import contracts
from khlang import settings as settings_
from khlang.policy import accounts, book, canaries
from khlang.policy.compile import Policy, rights, served, users
from khlang.policy.compile import diff as compared
from khlang.policy.compile import policy as compiled
from khlang.policy.explain import Asked
from khlang.policy.explain import explain as explained
from khlang.projects import keeping, steps
from khlang.projects.inside_cli import room
from khlang.settings import Settings
from khlang.stack import access
from khlang.stack.secrets import trino_password_file

NEVER = "9999-12-31"

EXAMPLES = """Examples:

\b
  khlang policy diff                                                # before anything is applied
  khlang policy explain analyst-a.poverty poverty.welfare_eligibility debt_baht
  khlang policy apply                                               # also done by every step of a project
  khlang policy canary                                              # canary accounts try filters, masks, workspaces
  khlang policy open mof.officer --by keeper --why "asked for by the ministry's letter"
  khlang policy explain province10.officer demo.welfare_eligibility debt_baht
  khlang policy close mof.officer --by keeper --why "left the office"
  khlang policy staff                                               # the open accounts of agencies and provinces
"""


@click.group(epilog=EXAMPLES)
def policy() -> None:
    """Who may read what: compiled from contracts and projects, and from nothing else."""


@policy.command(epilog=EXAMPLES)
def diff() -> None:
    """What each account would gain or lose if the policy were applied now."""
    here = settings_.load()
    held, wanted = access.compiled(here, steps.now().date())
    known, now = contracts.load(here.contracts), access.deployed(here)
    tables, people = served(known, _former(here), held), users(now, wanted)
    changes = compared(rights(now, tables, people), rights(wanted, tables, people))
    for one in changes:
        for word, columns in (("gains", one.gains), ("loses", one.loses)):
            if columns:
                click.echo(f"{one.user} {word} {one.table}: {', '.join(columns)}")
        if one.rows[0] != one.rows[1]:
            click.echo(f"{one.user} rows of {one.table}: {' → '.join(rows or 'no filter' for rows in one.rows)}")
    if not changes:
        click.echo("ไม่มีสิทธิ์ใดเปลี่ยน / No right changes.")


@policy.command(epilog=EXAMPLES)
@click.argument("user")
@click.argument("table")
@click.argument("column")
def explain(user: str, table: str, column: str) -> None:
    """Why an account may read a column of SCHEMA.TABLE, or why it may not."""
    here = settings_.load()
    known, today = contracts.load(here.contracts), steps.now().date()
    for line in explained(known, book.every(here), today, Asked(user, table, column), access.members(here, known)):
        click.echo(line)


@policy.command(epilog=EXAMPLES)
def apply() -> None:
    """Close what is over, and give and take every right as of today."""
    here = settings_.load()
    closed = keeping.keep(here)
    held, _ = access.compiled(here, steps.now().date())
    click.echo(
        f"บัญชี / accounts: {len(held.accounts)}, โครงการ / projects: {len(held.workspaces)}, "
        f"เจ้าหน้าที่ / staff: {sum(not canaries.is_canary(login) for login in held.staff)}"
    )
    if closed:
        click.echo(f"ปิด / closed: {', '.join(closed)}")
    for name in sorted(held.full & held.workspaces.keys()):
        click.echo(f"{room(here, name)} → khlang project clear {name} TABLE")


@policy.command(epilog=EXAMPLES)
def canary() -> None:
    """Prove on the running Trino that filters, masks and workspaces' walls are in force."""
    from khlang.projects import proving

    done = proving.prove(settings_.load(), click.echo)
    click.echo(f"ตามนโยบาย / as the policy says: {done.asked} tables, as answer and completion event tell")
    for word, names in (("ยังไม่มีตาราง / not written yet", done.absent), ("ไม่ได้ถาม / not asked", done.unasked)):
        if names:
            click.echo(f"{word}: {', '.join(names)}")


@policy.command(name="open", epilog=EXAMPLES)
@click.argument("login")
@click.option("--by", required=True, help="Who does it.")
@click.option("--why", required=True, help="The reason, as it will stand in the book.")
def open_(login: str, by: str, why: str) -> None:
    """Give an agency's or a province's officer an account: AGENCY.PERSON, or province10.PERSON."""
    here = settings_.load()
    one = keeping.staff(here, "open", login, by=by, why=why)
    click.echo(f"{login}: {one.role.title_th} · {one.role.title_en}")
    click.echo(f"  password in {trino_password_file(here, login)}")


@policy.command(epilog=EXAMPLES)
@click.argument("login")
@click.option("--by", required=True, help="Who does it.")
@click.option("--why", required=True, help="The reason, as it will stand in the book.")
def close(login: str, by: str, why: str) -> None:
    """Take an officer's account away."""
    keeping.staff(settings_.load(), "close", login, by=by, why=why)
    click.echo(f"ปิดบัญชีแล้ว / closed: {login}")


@policy.command(epilog=EXAMPLES)
def staff() -> None:
    """The open accounts of agencies' and provinces' staff: who opened each, and why."""
    for login, event in accounts.opened(settings_.load()).items():
        click.echo(f"{login}  {event['at']}  {event['by']}: {event['why']}")


def _former(here: Settings) -> Policy:
    """As if every project that ever was active still were, so that what is lost is told by its columns."""
    once = [replace(one, stage="active", ends=NEVER) for one in book.every(here).values() if one.snapshot]
    return compiled(contracts.load(here.contracts), once, steps.now().date())
