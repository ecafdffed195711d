"""``khlang owner``: accounts of data owners and keepers."""

import click

from khlang import contracts
from khlang import settings as settings_
from khlang.owners.pages import BASE
from khlang.policy import book, people
from khlang.projects import steps
from khlang.settings import Settings
from khlang.stack import access, secrets

EXAMPLES = """Examples:

\b
  khlang owner add mof.first        # an owner's person at the Ministry of Finance; the password's file is told
  khlang owner add keeper.first     # a keeper of the pool, who approves
  khlang owner password mof.first   # a new password; whoever is signed in with the old one is signed out
  khlang owner remove mof.first
  khlang owner list
"""


@click.group(epilog=EXAMPLES)
def owner() -> None:
    """Who may sign in to the owners' page: people of agencies whose data are asked for, and the pool's keepers."""


@owner.command(epilog=EXAMPLES)
@click.argument("name")
def add(name: str) -> None:
    """Give AGENCY.PERSON or keeper.PERSON an account, on the page and in Trino."""
    here = settings_.load()
    logins = {login for one in book.every(here).values() for login in one.asked.logins}
    made = people.add(here, name, contracts.load(here.contracts), logins=logins)
    _tell(here, made.name)


@owner.command(epilog=EXAMPLES)
@click.argument("name")
def password(name: str) -> None:
    """Give an account a new password."""
    here = settings_.load()
    people.require(here, name)
    secrets.trino_password_file(here, name).unlink(missing_ok=True)
    _tell(here, name)


@owner.command(epilog=EXAMPLES)
@click.argument("name")
def remove(name: str) -> None:
    """Take an account away; what its person did stays in the books."""
    here = settings_.load()
    people.remove(here, name)
    secrets.trino_password_file(here, name).unlink(missing_ok=True)
    access.apply(here, steps.now().date())
    click.echo(f"ลบบัญชีแล้ว / removed: {name}")


@owner.command(name="list", epilog=EXAMPLES)
def list_() -> None:
    """All people."""
    for name, one in sorted(people.every(settings_.load()).items()):
        click.echo(f"{name}  {one.role}  {one.agency}".rstrip())


def _tell(here: Settings, name: str) -> None:
    access.apply(here, steps.now().date())
    click.echo(f"{name}: password in {secrets.trino_password_file(here, name)}")
    click.echo(f"  {here.gateway_url}{BASE}/")
