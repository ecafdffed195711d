"""``khlang pool allow``: lets a month of a mart through although its joins are out of their bands."""

import click

from khlang import contracts
from khlang import period as period_
from khlang import settings as settings_
from khlang.link import joinbook, records


@click.command(
    epilog="\b\nExamples:\n  khlang pool allow --mart welfare_eligibility --period 2026-01"
    ' --reason "หน่วยงานรวมสำนักงานใหม่ ตรวจแล้ว"'
)
@click.option("--mart", required=True, help="A mart of the contracts.")
@click.option("--period", required=True, help="Its month, YYYY-MM.")
@click.option("--reason", required=True, help="Why the match rates are right as they are; it stays for good.")
def allow(*, mart: str, period: str, reason: str) -> None:
    """Let a mart's month through although its joins are out of the bands that its contract expects.

    A key that stands twice where it may stand once is never let through. The next run of marts builds the month.
    """
    here = settings_.load()
    table = contracts.load(here.contracts).require("marts", mart)
    joinbook.allow(records.bucket(here), table, period_.parse(period), reason)
    click.echo(f"{mart} {period}: its next build is not held up by a match rate.")
