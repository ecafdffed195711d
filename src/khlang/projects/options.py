"""The options that every step of a project has."""

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def said(command: Command) -> Command:
    """Who does it, and why."""
    command = click.option("--why", required=True, help="The reason, as it will stand in the book.")(command)
    return click.option("--by", required=True, help="Who does it.")(command)
