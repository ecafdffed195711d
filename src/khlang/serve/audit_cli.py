"""``khlang audit``: hold the ledger of queries against its chain, and ask it who used what."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import click

from khlang import settings as settings_
from khlang.errors import IntegrityError

EXAMPLES = """Examples:

\b
  khlang audit verify                    # nothing removed, changed, inserted, cut off
  khlang audit who --agency sso -f csv   # who used the columns of one owner
  khlang audit mine analyst              # an analyst's own queries
  khlang audit sign                      # sign the newest entry now
"""
FORM = click.option("-f", "--format", "form", type=click.Choice(("csv", "json")), default="csv", show_default=True)


@click.group(epilog=EXAMPLES)
def audit() -> None:
    """Every query that was asked: in a chain that nobody can change unseen."""


@audit.command(epilog=EXAMPLES)
def verify() -> None:
    """Hold every entry against the chain and the signed heads, and Trino's numbers against a gap."""
    from khlang import chain
    from khlang.audit import event, ledger, store, telling

    here = settings_.load()
    objects = store.bucket(here)
    data = list(ledger.entries(objects))
    public = (here.registry / "receipt.pub").read_text(encoding="ascii").strip()
    head, faults = chain.verify(data, ledger.heads(objects), public=public, identity=event.identity)
    missing = [] if faults else telling.gaps(json.loads(one)["event"] for one in data)
    for fault in faults:
        click.echo(f"entry {fault.number}: {fault.says}")
    for gap in missing:
        click.echo(gap)
    if faults or missing:
        raise IntegrityError(
            f"The audit's ledger of {head.number} entries has {len(faults)} faults and {len(missing)} gaps.",
            "Keep the bucket as it is, and tell the data owners: docs/how-to/audit.md.",
            code="AUDIT-CHAIN",
        )
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
@click.argument("user")
@FORM
def mine(*, user: str, form: str) -> None:
    """The queries of one USER, as the ledger has them: without what was pasted into them."""
    from khlang.audit import telling

    click.echo(_render(telling.mine(_events(), user=user), form), nl=False)


def _events() -> list[dict[str, Any]]:
    from khlang.audit import ledger, store

    return [json.loads(data)["event"] for data in ledger.entries(store.bucket(settings_.load()))]


def _render(rows: Sequence[dict[str, Any]], form: str) -> str:
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["nothing"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
