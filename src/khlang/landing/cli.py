"""``khlang pool``: what the pool's keeper does by hand."""

from pathlib import Path

import click

from khlang import settings as settings_
from khlang.landing import keeper


@click.group()
def pool() -> None:
    """The pool's keeper: month identities, enrolled agencies."""


@pool.command()
@click.option("--start", required=True, help="First month that can be sent, YYYY-MM.")
@click.option("--months", type=click.IntRange(1, 120), required=True, help="How many months.")
def init(start: str, months: int) -> None:
    """Make the months' identities and the pool's keys; what is there stays."""
    made = keeper.init(settings_.load(), start=start, months=months)
    click.echo(f"{len(made)} months can be sent: {min(made)} to {max(made)}.")


@pool.command()
@click.option("--agency", required=True, help="Its id in the contracts.")
@click.option("--public-key-file", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--token-file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Written, 0600.")
@click.option("--simulation/--real", default=False, help="Whether its people are simulated.")
def enrol(agency: str, public_key_file: Path, token_file: Path, *, simulation: bool) -> None:
    """Enrol an agency and issue its gateway token."""
    keeper.enrol(
        settings_.load(),
        agency=agency,
        public_key=public_key_file.read_text(encoding="ascii").strip(),
        token_file=token_file,
        simulation=simulation,
    )
    click.echo(f"{agency} is enrolled; its token is in {token_file}.")
