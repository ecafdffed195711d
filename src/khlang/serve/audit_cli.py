"""``khlang audit``: hold the ledger of queries against its chain, and ask it who used what."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import click

from khlang import settings as settings_

EXAMPLES = """Examples:

\b
  khlang audit verify                    # nothing removed, changed, inserted, cut off
  khlang audit who --agency sso -f csv   # who used the columns of one owner
  khlang audit table                     # the same as a table, of which an agency's staff see their rows
  khlang audit mine analyst              # an analyst's own queries
  khlang audit sign                      # sign the newest entry now
"""
FORM = click.option("-f", "--format", "form", type=click.Choice(("csv", "json")), default="csv", show_default=True)


@click.group(epilog=EXAMPLES)
def audit() -> None:
    """Every query that was asked: in a chain that nobody can change unseen."""


@audit.command(epilog=EXAMPLES)
def verify() -> None:
    """Hold every entry against the chain, and the whole against Trino's numbers, the gateway's list, the rules."""
    from khlang.serve import verifying

    head = verifying.require(settings_.load(), click.echo)
    click.echo(f"{head.number} entries, each as it was written; the last is {head.hash[:16]}…")


@audit.command(epilog=EXAMPLES)
def sign() -> None:
    """Sign the newest entry, so that it is seen when something is cut off later (every sixteenth is anyway)."""
    from khlang.audit.ledger import Ledger
    from khlang.audit.store import bucket
    from khlang.landing import statement

    here = settings_.load()
    click.echo(f"{Ledger(bucket(here), lambda: statement.ensure_key(here)).sign().number} entries signed.")


@audit.command(epilog=EXAMPLES)
@click.option("--agency", help="One owner; without it all.")
@FORM
def who(*, agency: str | None, form: str) -> None:
    """Who used an owner's columns, for which project, how often, when last."""
    from khlang import contracts
    from khlang.audit import telling

    here = settings_.load()
    click.echo(_render(telling.who(_events(), contracts.load(here.contracts), agency=agency), form), nl=False)


@audit.command(epilog=EXAMPLES)
def table() -> None:
    """Bring lake.ops.column_uses up to date: the same as who, for an agency's staff to ask by SQL."""
    from khlang import contracts
    from khlang.serve import uses

    here = settings_.load()
    click.echo(f"lake.ops.{uses.NAME}: {uses.write(here, contracts.load(here.contracts), _events())} rows")


@audit.command(epilog=EXAMPLES)
@click.argument("user")
@FORM
def mine(*, user: str, form: str) -> None:
    """The queries of one USER, as the ledger has them: without what was pasted into them."""
    from khlang.audit import telling

    click.echo(_render(telling.mine(_events(), user=user), form), nl=False)


def _events() -> list[dict[str, Any]]:
    from khlang.serve import uses

    return uses.events(settings_.load())


def _render(rows: Sequence[dict[str, Any]], form: str) -> str:
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["nothing"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
