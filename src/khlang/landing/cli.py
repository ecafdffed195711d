"""``khlang pool``: what the pool's keeper does by hand."""

from datetime import datetime
from pathlib import Path

import click

from khlang import period, requested, store
from khlang import settings as settings_
from khlang.errors import UsageError
from khlang.landing import bridges, expiry, keeper, registry
from khlang.lazygroup import LazyGroup

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


EXAMPLES = """Examples:

\b
  khlang pool init --start 2026-01 --months 12
  khlang pool enrol --request enrolment.json
  khlang pool rotate
  khlang pool expire --dry-run
  khlang pool revoke mof
"""


# Named by their place, for a hop imports nothing of those after it.
LATER = {
    "rotate": ("khlang.curation.cli:rotate_", "Give everybody another pid: a new pool key, or after a leak."),
    "vacuum": ("khlang.curation.cli:vacuum", "Delete files of old table versions, which hold withdrawn rows."),
    "allow": ("khlang.link.cli:allow", "Let a mart's month through although its joins are out of their bands."),
    "second": ("khlang.link.second.cli:second", "Link rows without a usable CID by their keys, then destroy these."),
    "bridges": ("khlang.curation.cli:bridges", "Apply the agencies' bridges after a new source epoch, and count."),
}


@click.group(cls=LazyGroup, table=LATER, epilog=EXAMPLES)
def pool() -> None:
    """The pool's keeper: month identities, enrolled agencies, rotation."""


@pool.command(epilog="\b\nExamples:\n  khlang pool init --start 2026-01 --months 12")
@click.option("--start", required=True, help="First month that can be sent, YYYY-MM.")
@click.option("--months", type=click.IntRange(1, 120), required=True, help="How many months.")
def init(start: str, months: int) -> None:
    """Make the months' identities and the pool's keys; what is there stays."""
    made = keeper.init(settings_.load(), start=start, months=months)
    click.echo(f"{len(made)} months can be sent: {min(made)} to {max(made)}.")


@pool.command(
    epilog="\b\nExamples:\n  khlang pool enrol --request enrolment.json"
    "\n  khlang pool enrol --agency mof --public-key-file mof.pub --token-file mof.token"
)
@click.option("--request", type=FILE, help="The agency's enrolment.json: its key, and the hash of a token it made.")
@click.option("--agency", help="Its id in the contracts.")
@click.option("--public-key-file", type=FILE, help="Its verify key, hex.")
@click.option("--token-file", type=click.Path(path_type=Path, dir_okay=False), help="Where its token goes (0600).")
@click.option("--simulation/--real", default=False, help="Whether its people are simulated.")
def enrol(
    *,
    request: Path | None,
    agency: str | None,
    public_key_file: Path | None,
    token_file: Path | None,
    simulation: bool,
) -> None:
    """Enrol an agency: by its own request, or by its key and a token issued here."""
    where = settings_.load()
    if request:
        asked = requested.read(request, "agency", "public_key", "token_sha256", "simulation")
        keeper.register(
            where,
            agency=str(asked["agency"]),
            public_key=str(asked["public_key"]),
            token_sha256=str(asked["token_sha256"]),
            simulation=bool(asked["simulation"]),
        )
        click.echo(f"{asked['agency']} is enrolled.")
        return
    if agency is None or public_key_file is None or token_file is None:
        raise UsageError(
            "Who is to be enrolled is not said.",
            "Give --request enrolment.json, or --agency, --public-key-file and --token-file.",
        )
    key = public_key_file.read_text(encoding="ascii").strip()
    keeper.enrol(where, agency=agency, public_key=key, token_file=token_file, simulation=simulation)
    click.echo(f"{agency} is enrolled; its token is in {token_file}.")


@pool.command(
    epilog="\b\nExamples:\n  khlang pool approver approver.key.json\n  khlang pool approver approver.key.json --remove"
)
@click.argument("request", type=FILE)
@click.option("--remove", is_flag=True, help="The approver left, or the key was lost.")
def approver(*, request: Path, remove: bool) -> None:
    """Enrol the key of an agency's approver: where a contract asks for two people, nothing lands without it.

    Take the file from the approver, not from who seals, and hold the key against a letter or a call of the approver.
    """
    asked = requested.read(request, "agency", "approver_key")
    agency, key = str(asked["agency"]), str(asked["approver_key"])
    left = keeper.approver(settings_.load(), agency=agency, key=key, admitted=not remove)
    click.echo(f"Keys that approve for {agency}: {', '.join(left) or 'none: two roles are enough'}.")


@pool.command(epilog="\b\nExamples:\n  khlang pool expire --dry-run\n  khlang pool expire --days 90")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Date to reckon from; today by default.")
@click.option("--days", type=click.IntRange(0, 3650), default=settings_.CORRECTION_DAYS, show_default=True)
@click.option("--dry-run", is_flag=True, help="Only say which months would end.")
def expire(*, today: datetime | None, days: int, dry_run: bool) -> None:
    """Destroy the identity of every month whose correction window is over, and what was opened of it.

    Days are counted from a month's last day. What is sealed for such a month cannot be opened again by anybody.
    """
    where = settings_.load()
    day = today.date() if today else period.today()
    months = expiry.due(where, today=day, days=days)
    if not dry_run:
        expiry.close(where, months, today=day)
        ended = {*months, *registry.closed(where)}
        s3 = store.client(where, "land")
        opened, parts = expiry.delete_opened(s3, ended), expiry.delete_headers(s3, ended)
        click.echo(f"{opened} opened objects and the keys of {parts} parts deleted.")
        click.echo(f"{bridges.delete_done(where, s3, today=day)} bridges of ended epochs deleted.")
    click.echo(f"Months {'due' if dry_run else 'ended'}: {', '.join(months) or 'none'}.")


@pool.command(epilog="\b\nExamples:\n  khlang pool revoke mof")
@click.argument("agency")
def revoke(agency: str) -> None:
    """Revoke an agency's credential for the gateway, at once."""
    expiry.revoke(settings_.load(), agency)
    click.echo(f"{agency} is revoked: its next request is refused, and what it sent and waits is not landed.")
    click.echo(
        "This does not undo: that it knows the sealing key (if that is a danger: khlang keys rotate --compromised),"
    )
    click.echo("what it sent before and was promoted (withdraw it), and what others learnt with its credential.")
    click.echo("To admit it again: khlang pool enrol, with a new token.")
