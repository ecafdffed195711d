"""The ``khlang`` command: a lazy table of groups, so that sealing never imports what only the pool needs."""

import sys
from typing import NoReturn

import click

from khlang import console, usage
from khlang.errors import KhlangError
from khlang.lazygroup import LazyGroup

# name → (module:attribute, one line of help)
COMMANDS = {
    "agency": ("khlang.agency.cli:agency", "Seal a monthly extract and send it (for ministry teams)."),
    "keys": ("khlang.keys.cli:keys", "The key authority: epochs, profile bundles, canaries."),
    "pool": ("khlang.landing.cli:pool", "The pool's keeper: month identities, enrolled agencies."),
    "admin": ("khlang.landing.admin:admin", "The pool's operator: submissions that come on a stick, receipts."),
    "simulate": ("khlang.simulate.cli:simulate", "Make a synthetic population and each agency's extracts of it."),
    "contract": ("khlang.authoring.cli:contract", "Add a dataset: propose, judge, try a contract; list all."),
    "gate": ("khlang.gates.cli:gate", "What months of a dataset are like: learn bands of its past, write its page."),
    "project": ("khlang.projects.cli:project", "A project's life: request, consents, approval, access, destruction."),
    "owner": ("khlang.owners.cli:owner", "Accounts of data owners and keepers, for the page beside the gateway."),
    "policy": ("khlang.projects.policy_cli:policy", "Who may see which column, why, and what a change would do."),
    "audit": ("khlang.serve.audit_cli:audit", "Every query that was asked: hold the ledger against its chain, ask it."),
    "stack": ("khlang.stack.cli:stack", "Start, stop and look at the services."),
    "sql": ("khlang.serve.cli:sql", "Ask Trino, as an analyst."),
    "lab": ("khlang.stack.lab:lab", "JupyterLab as the analyst, with %sql."),
    "superset": ("khlang.stack.superset:superset", "Apache Superset as the analyst, a dashboard a domain."),
    "history": ("khlang.serve.histories_cli:history", "Facts as valid and as known: bring them up to date."),
    "outcomes": (
        "khlang.serve.outcomes_cli:command",
        "National outcomes: what the marts say of strategy, SDGs, rankings.",
    ),
    "demo": ("khlang.demo.cli:demo", "Run the main job from extracts to an answer."),
    "domains": (
        "khlang.demo.pages.cli:domains",
        "The pages of docs/domains: each question, its figures and its notebook.",
    ),
    "volume": ("khlang.demo.volume.cli:volume", "Take millions of rows through every hop, and measure it."),
}


EXAMPLES = """Examples:

\b
  khlang agency ui                          # an office's month, without a terminal
  khlang agency seal --help                 # every command tells its own
"""


@click.group(cls=LazyGroup, table=COMMANDS, epilog=EXAMPLES)
@click.version_option(package_name="khlang")
def khlang() -> None:
    """Khlang (คลัง): join and analyse agencies' records while nobody in the pool holds a citizen ID."""


def _refuse(error: KhlangError) -> NoReturn:
    """Show a refusal and end with its exit code."""
    click.echo(f"{error.code}: {error.message}", err=True)
    if error.remedy:
        click.echo(f"  → {error.remedy}", err=True)
    sys.exit(error.exit_code)


def main() -> None:
    """Run the command; a refusal is one message, its remedy and its exit code, without a traceback."""
    console.speak_thai((sys.stdout, sys.stderr))
    try:
        khlang(prog_name="khlang", standalone_mode=False)
    except KhlangError as error:
        _refuse(error)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.exceptions.NoArgsIsHelpError as help_:
        help_.show()
        sys.exit(help_.exit_code)
    except click.UsageError as error:
        _refuse(usage.refusal(error, khlang, sys.argv[1:]))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("หยุดแล้ว / Stopped.", err=True)
        sys.exit(130)
