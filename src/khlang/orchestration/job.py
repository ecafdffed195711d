"""What every file of ``jobs/`` does around its one call: its arguments, its last line, and the exit code of a fault."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import Any

import click

from khlang.errors import KhlangError

Work = Callable[[Namespace], Mapping[str, Any]]


def run(work: Work, parser: ArgumentParser) -> int:
    """Do a job's work and print its document as the last line of output, which is what a DAG reads.

    Args:
        work: Takes the arguments, gives the document. A refusal is data in it; only a fault of ours is raised.
        parser: The job's arguments.

    Returns:
        The exit code: 0, or that of the fault's class in :mod:`khlang.errors`, whose text goes to standard error.
    """
    try:
        document = work(parser.parse_args())
    except KhlangError as error:
        click.echo(f"{error.code}: {error}", err=True)
        return error.exit_code
    click.echo(json.dumps(document, ensure_ascii=False))
    return 0


def say(line: str) -> None:
    """A line of a job's log, at once: a task that is watched shows it while it runs."""
    click.echo(line)
