"""``khlang stack up | down | status | logs``."""

import json
import os
import time
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from khlang import settings as settings_module
from khlang.errors import ServiceError
from khlang.stack import lifecycle, services
from khlang.stack import status as status_module

EXAMPLES = """Examples:

\b
  khlang stack up
  khlang stack status
  khlang stack logs -s trino
  khlang stack down
"""


@click.group(epilog=EXAMPLES)
def stack() -> None:
    """Start, stop and look at the services."""


@stack.command(epilog="\b\nExamples:\n  khlang stack up\n  khlang stack up --only minio --only gateway")
@click.option("--only", multiple=True, type=click.Choice(services.NAMES), help="Start these alone.")
def up(only: tuple[str, ...]) -> None:
    """Start every service and wait until all are healthy; what runs is left alone."""
    settings, console, begun = settings_module.load(), Console(), time.monotonic()
    wanted = [name for name in services.NAMES if not only or name in only]
    with console.status("starting …") as line:

        def ready(name: str, took: str) -> None:
            wanted.remove(name)
            console.print(f"  {name:<22} healthy after {took}", highlight=False)
            line.update(f"waiting for {', '.join(wanted)} …" if wanted else "done")

        lifecycle.up(settings, only=only, report=ready)
    console.print(f"The stack is up ({time.monotonic() - begun:.0f} s). `make status` shows it, `make down` stops it.",
                  highlight=False)  # fmt: skip


@stack.command(epilog="\b\nExamples:\n  khlang stack down")
def down() -> None:
    """Stop every service that was started here, and nothing else."""
    count = lifecycle.down(settings_module.load())
    click.echo(f"The stack is down ({count} processes ended)." if count else "The stack is not running.")


@stack.command(epilog="\b\nExamples:\n  khlang stack status\n  khlang stack status --json")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def status(*, as_json: bool) -> None:
    """Show each service, and where to log in. Exit code 12 unless all are healthy."""
    settings = settings_module.load()
    rows = status_module.rows(settings)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        _print(rows, status_module.access(settings), status_module.remarks(settings))
    if bad := [row.service for row in rows if row.health != "healthy"]:
        raise ServiceError(f"Not healthy: {', '.join(bad)}.", "Run: make up. Why it is so: make logs S=<service>")


def _print(rows: list[status_module.Row], access: list[tuple[str, str, str, str]], remarks: list[str]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("service", "state", "health", "port", "pid", "RSS MiB", "up s"):
        table.add_column(heading, justify="right" if heading in ("port", "pid", "RSS MiB", "up s") else "left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in asdict(row).values()))
    places = Table(box=None, pad_edge=False)
    for heading in ("open", "at", "user", "password in file"):
        places.add_column(heading, overflow="fold")
    for place in access:
        places.add_row(*place)
    console = Console()
    console.print(table)
    console.print()
    console.print(places)
    for remark in remarks:
        console.print(f"! {remark}", highlight=False)


@stack.command(epilog="\b\nExamples:\n  khlang stack logs -s trino\n  khlang stack logs -s gateway -n 20 --follow")
@click.option("-s", "--service", required=True, type=click.Choice([*services.NAMES, "supervisord", "watch"]))
@click.option("-n", "--lines", default=80, show_default=True, help="Lines from the end.")
@click.option("-f", "--follow", is_flag=True, help="Go on printing what comes.")
def logs(service: str, lines: int, *, follow: bool) -> None:
    """Print the end of a service's log."""
    path = settings_module.load().var / "log" / f"{service}.log"
    if not path.exists():
        raise ServiceError(f"{service} has no log yet.", "Run: make up")
    os.execvp("tail", ["tail", "-n", str(lines), *(["-F"] if follow else []), str(path)])  # noqa: S606  it is tail, and becomes this process
