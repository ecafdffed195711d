"""``khlang project enter``, ``bring``, ``run``, ``clear``, ``export``: what happens inside a project's workspace."""

import sys
from pathlib import Path

import click

from khlang import settings as settings_
from khlang.errors import AccessError
from khlang.policy import book, usage
from khlang.projects import bring as bringing
from khlang.projects import enter as entering
from khlang.projects import keeping, scratch
from khlang.projects.options import said
from khlang.settings import Settings

EXAMPLES = """Examples:

\b
  khlang project enter poverty --person analyst-a                       # a prompt for SQL
  khlang project enter poverty --person analyst-a -- khlang sql "SELECT count(*) FROM welfare_eligibility"
  khlang project enter poverty --person analyst-a -- khlang lab         # JupyterLab there
  khlang project bring poverty model.py --by analyst-a --why "the model of the paper"
  khlang project run poverty model.py --by analyst-a --why "first run"
  khlang project clear poverty draft_1 --by keeper --why "over its room"
  khlang project export poverty answer.csv                              # refused until there is release control
"""


@click.command(epilog=EXAMPLES, context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.option("--person", required=True, help="Who enters, as the request names them.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def enter(name: str, person: str, command: tuple[str, ...]) -> None:
    """Run COMMAND inside a project's workspace: only there are its tables about single persons readable."""
    code = entering.enter(
        settings_.load(), name, person, command or ("khlang", "sql"), tell=lambda text: click.echo(text, err=True)
    )
    sys.exit(code)


@click.command(epilog=EXAMPLES)
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@said
def bring(name: str, file: Path, by: str, why: str) -> None:
    """Bring a reference file or code into a workspace, once it was looked at for citizen IDs, kind and size."""
    here = settings_.load()
    told = bringing.bring(here, name, file, by=by, why=why)
    click.echo(f"{told['file']}: {told['bytes']} B, sha256 {told['sha256'][:16]}… → {bringing.folder(here, name)}")


@click.command(epilog=EXAMPLES)
@click.argument("name")
@click.argument("script")
@said
def run(name: str, script: str, by: str, why: str) -> None:
    """Run a script that was brought in, as the person who runs it; what it says stands in the workspace's runs/."""
    here = settings_.load()
    told = bringing.run(here, name, script, by=by, why=why)
    click.echo(f"{script}: exit {told['exit']}, {told['seconds']} s → {entering.files(here, name) / told['log']}")
    sys.exit(told["exit"])


@click.command(epilog=EXAMPLES)
@click.argument("name")
@click.argument("table")
@said
def clear(name: str, table: str, by: str, why: str) -> None:
    """Drop one of a project's own tables, and measure again what they take."""
    here = settings_.load()
    book.read(here, name)
    scratch.clear(here, name, table)
    keeping.step(here, name, "clear", by=by, why=why, table=table)
    keeping.keep(here)
    click.echo(room(here, name))


@click.command(epilog=EXAMPLES)
@click.argument("name")
@click.argument("what", required=False)
def export(name: str, what: str | None) -> None:
    """Take a result out of a workspace: refused until there is a control of what leaves."""
    del what
    book.read(settings_.load(), name)
    raise AccessError(
        "ยังไม่มีผลใดออกจากพื้นที่ทำงานได้ / Nothing leaves a workspace yet: there is no release control.",
        "ผลรวมดูได้จากภายนอกด้วยบัญชีของโครงการ / Aggregates are readable outside with the project's own login.",
        code="RELEASE-NONE",
    )


def room(settings: Settings, name: str) -> str:
    """How much room a project's own tables took when that was last measured, and how much they may."""
    most = book.read(settings, name).asked.scratch_mb
    taken = usage.read(settings).get(name, 0)
    full = "  เกินโควตา เขียนเพิ่มไม่ได้ / over its room: read only" if name in usage.full(settings) else ""
    return f"  scratch.{name}: {taken / usage.MEGABYTE:.1f} of {most} MB{full}"
