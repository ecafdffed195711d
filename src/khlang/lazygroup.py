"""A click group that knows its commands by name and imports one when it is asked for."""

import importlib
import importlib.util
from collections.abc import Mapping

import click


class LazyGroup(click.Group):
    """A group read off a table, so that a light command never imports what only a heavy one needs.

    Commands that are added to it as to any group stand after those of the table. One whose package is not installed
    does not stand there: an office's wheel holds nothing of the pool.

    Args:
        table: Name → (``module:attribute``, one line of help), in the order of ``--help``.
    """

    def __init__(self, *, table: Mapping[str, tuple[str, str]], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]
        self.table = {name: told for name, told in table.items() if _is_here(told[0])}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return [*self.table, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self.table:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing any command."""
        del ctx
        known = [(name, text) for name, (_, text) in self.table.items()]
        known += [(name, command.get_short_help_str(limit=90)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(known)


def _is_here(command: str) -> bool:
    """Whether the package of ``khlang.package.module:attribute`` is installed; imports only ``khlang``."""
    return importlib.util.find_spec(".".join(command.partition(":")[0].split(".")[:2])) is not None
