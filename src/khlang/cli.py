"""The ``khlang`` command: a lazy table of groups, so that sealing never imports what only the pool needs."""

import importlib
import sys

import click

from khlang.errors import KhlangError

# name → (module:attribute, one line of help)
COMMANDS = {
    "agency": ("khlang.agency.cli:agency", "Seal a monthly extract and send it (for ministry teams)."),
    "keys": ("khlang.keys.cli:keys", "The key authority: epochs, profile bundles, canaries."),
    "pool": ("khlang.landing.cli:pool", "The pool's keeper: month identities, enrolled agencies."),
    "simulate": ("khlang.simulate.cli:simulate", "Make a synthetic population and each agency's extracts of it."),
    "contract": ("khlang.contracts.cli:contract", "List contracts and write what is derived from them."),
    "stack": ("khlang.stack.cli:stack", "Start, stop and look at the services."),
    "sql": ("khlang.serve.cli:sql", "Ask Trino, as an analyst."),
    "demo": ("khlang.demo.cli:demo", "Run the main job from extracts to an answer."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; a part that is not installed says which extra brings it."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing any command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(package_name="khlang")
def khlang() -> None:
    """Khlang (คลัง): join and analyse agencies' records while nobody in the pool holds a citizen ID."""


def main() -> None:
    """Run the command; a refusal is one message, its remedy and its exit code, without a traceback."""
    try:
        khlang(standalone_mode=False)
    except KhlangError as error:
        click.echo(f"{error.code}: {error.message}", err=True)
        if error.remedy:
            click.echo(f"  → {error.remedy}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
