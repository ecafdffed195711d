"""``khlang policy``: who may read which column and why, what would change, and to make it so."""

from dataclasses import replace

import click

from khlang import contracts
from khlang import settings as settings_
from khlang.policy import book
from khlang.policy.compile import Policy, rights, served, users
from khlang.policy.compile import diff as compared
from khlang.policy.compile import policy as compiled
from khlang.policy.explain import Asked
from khlang.policy.explain import explain as explained
from khlang.projects import keeping
from khlang.settings import Settings
from khlang.stack import access

NEVER = "9999-12-31"

EXAMPLES = """Examples:

\b
  khlang policy diff                                                # before anything is applied
  khlang policy explain analyst-a.poverty poverty.welfare_eligibility debt_baht
  khlang policy apply                                               # also done by every step of a project
"""


@click.group(epilog=EXAMPLES)
def policy() -> None:
    """Who may read what: compiled from contracts and projects, and from nothing else."""


@policy.command(epilog=EXAMPLES)
def diff() -> None:
    """What each account would gain or lose if the policy were applied now."""
    here = settings_.load()
    held, wanted = access.compiled(here, keeping.now().date())
    known, now = contracts.load(here.contracts), access.deployed(here)
    tables, people = served(known, _former(here), held), users(now, wanted)
    changes = compared(rights(now, tables, people), rights(wanted, tables, people))
    for one in changes:
        for word, columns in (("gains", one.gains), ("loses", one.loses)):
            if columns:
                click.echo(f"{one.user} {word} {one.table}: {', '.join(columns)}")
    if not changes:
        click.echo("ไม่มีสิทธิ์ใดเปลี่ยน / No right changes.")


@policy.command(epilog=EXAMPLES)
@click.argument("user")
@click.argument("table")
@click.argument("column")
def explain(user: str, table: str, column: str) -> None:
    """Why an account may read a column of SCHEMA.TABLE, or why it may not."""
    here = settings_.load()
    known, today = contracts.load(here.contracts), keeping.now().date()
    for line in explained(known, book.every(here), today, Asked(user, table, column)):
        click.echo(line)


@policy.command(epilog=EXAMPLES)
def apply() -> None:
    """Close what is over, and give and take every right as of today."""
    here = settings_.load()
    closed = keeping.keep(here)
    held, _ = access.compiled(here, keeping.now().date())
    click.echo(f"บัญชี / accounts: {len(held.accounts)}, โครงการ / projects: {len(held.workspaces)}")
    if closed:
        click.echo(f"ปิด / closed: {', '.join(closed)}")


def _former(here: Settings) -> Policy:
    """As if every project that ever was active still were, so that what is lost is told by its columns."""
    once = [replace(one, stage="active", ends=NEVER) for one in book.every(here).values() if one.snapshot]
    return compiled(contracts.load(here.contracts), once, keeping.now().date())
