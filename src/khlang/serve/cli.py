"""``khlang sql``: a prompt, one query or a file of them, as a Trino user; an answer as a table, CSV or JSON."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from khlang import inside
from khlang import settings as settings_module
from khlang.errors import KhlangError, UsageError
from khlang.serve import client, statements
from khlang.serve.client import Answer
from khlang.serve.progress import Progress
from khlang.serve.show import FORMATS, render
from khlang.serve.statements import Statement
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

EXAMPLES = """Examples:

\b
  khlang sql                                        # a prompt: history, completion, Ctrl-C ends a query
  khlang sql "SELECT * FROM welfare_by_amphoe ORDER BY period, amphoe_code LIMIT 5"
  khlang sql -p month=2026-01 "SELECT sum(registrants) FROM welfare_by_amphoe WHERE period = :month"
  khlang sql --format csv -f question.sql > answer.csv
  khlang sql -u engineer --schema ops --format json "SELECT * FROM link_rates"
"""


@click.command(epilog=EXAMPLES)
@click.argument("query", required=False)
@click.option("-u", "--user", default=inside.me, show_default="analyst; in a workspace who entered", help="Trino user.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "-f", "--file", "file", type=click.Path(path_type=Path, dir_okay=False), help="Read the query from a file."
)
@click.option("-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE",
              help="The value of :NAME, a text; NAME:integer=7, or decimal, double, date, boolean.")  # fmt: skip
@click.option("--parameters", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="The same from a JSON object: what is in a file stands on no command line.")  # fmt: skip
@click.option("--schema", help="Default schema; an analyst's is the project.")
@click.option("--password-file", type=click.Path(path_type=Path, dir_okay=False), help="Where the password lies.")
@click.option("--ask-password", is_flag=True, help="Ask for the password on the terminal.")
def sql(
    *,
    query: str | None,
    user: str,
    form: str,
    file: Path | None,
    given: tuple[str, ...],
    parameters: Path | None,
    schema: str | None,
    password_file: Path | None,
    ask_password: bool,
) -> None:
    """Ask Trino one QUERY, those in --file, or what is typed at a prompt."""
    values = statements.given([*given, *(_listed(parameters) if parameters else ())])
    asked = _asked(query, file)
    settings = settings_module.load()
    password = None
    if password_file is not None:
        password = client.read_password(password_file)
    elif ask_password:
        password = click.prompt(f"Password of {user}", hide_input=True)
    with client.connect(settings, user, password=password, schema=schema) as connection:
        if asked is None:
            _prompt(settings, connection, user=user, password=password, form=form, values=values)
            return
        for statement in asked:
            try:
                answer = ask(connection, statement, values)
            except KeyboardInterrupt:
                raise click.Abort from None
            except KhlangError as error:
                if file is not None:
                    error.message = f"{file.name}: {error.message}"
                raise
            click.echo(render(answer, form, colour=sys.stdout.isatty()), nl=False)


def ask(connection: "Connection", statement: Statement, values: dict[str, Any]) -> Answer:
    """Ask one statement with its parameters bound; on a terminal its progress is told, and Ctrl-C ends it in Trino."""
    text, bound = statements.bind(statement.text, values)
    progress = Progress(sys.stderr) if sys.stderr.isatty() else None
    try:
        return client.ask(connection, text, bound, progress=progress, place=statement.place)
    finally:
        if progress:
            progress.end()


def _asked(query: str | None, file: Path | None) -> list[Statement] | None:
    """The statements that were given; None for a prompt."""
    if query is None and file is None and sys.stdin.isatty() and sys.stdout.isatty():
        return None
    if (query is None) == (file is None):
        raise UsageError("Give one query, or one --file.", 'Such as: khlang sql -u analyst "SELECT 1"')
    try:
        text = file.read_text(encoding="utf-8") if file else query or ""
    except (OSError, UnicodeDecodeError):
        name = file.name if file else ""
        raise UsageError(f"The file {name} cannot be read.", "Name a UTF-8 file with a query in it.") from None
    found = statements.split(text)
    if not found:
        raise UsageError("There is no query in it.", 'Such as: khlang sql -u analyst "SELECT 1"')
    return found


def _listed(file: Path) -> list[str]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if all(isinstance(value, str) for value in told.values()):
            return [f"{name}={value}" for name, value in told.items()]
    except (OSError, ValueError, AttributeError):
        pass
    raise UsageError(f"{file.name} holds no parameters.", 'Such as: {"month": "2026-01", "n:integer": "7"}')


def _prompt(
    settings: Settings, connection: "Connection", *, user: str, password: str | None, form: str, values: dict[str, Any]
) -> None:
    from khlang.serve import history, names, shell

    def beside(query: str, bound: tuple[Any, ...]) -> Answer | None:
        # A connection of its own: this runs while a person types, and must never hold up a query.
        try:
            with client.connect(settings, user, password=password) as other:
                return client.ask(other, query, bound)
        except KhlangError:
            return None

    click.echo("Khlang SQL · \\? ช่วยเหลือ / help · \\q ออก / leave")
    session = shell.Shell(lambda statement, bound: ask(connection, statement, bound), form=form, values=values)
    past, known = history.History(history.file()), names.Names(beside, connection.schema)
    shell.loop(session, user=user, schema=connection.schema, history=past, completer=names.Catalog(known))
