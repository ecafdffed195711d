"""``khlang sql``: one query as a Trino user, as a table that lines up Thai text, as CSV or as JSON."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import click

from khlang import settings as settings_module
from khlang.errors import UsageError
from khlang.serve import client
from khlang.serve.client import Answer

FORMATS = ("table", "csv", "json")


EXAMPLES = """Examples:

\b
  khlang sql "SELECT * FROM welfare_by_amphoe ORDER BY period, amphoe_code LIMIT 5"
  khlang sql -f csv --file question.sql > answer.csv
  khlang sql -u engineer --schema ops -f json "SELECT * FROM link_rates"
"""


@click.command(epilog=EXAMPLES)
@click.argument("query", required=False)
@click.option("-u", "--user", default="analyst", show_default=True, help="Trino user.")
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--file", "file", type=click.Path(path_type=Path, dir_okay=False), help="Read the query from a file.")
@click.option("--schema", help="Default schema; an analyst's is the project.")
@click.option("--password-file", type=click.Path(path_type=Path, dir_okay=False), help="Where the password lies.")
@click.option("--ask-password", is_flag=True, help="Ask for the password on the terminal.")
def sql(
    *,
    query: str | None,
    user: str,
    form: str,
    file: Path | None,
    schema: str | None,
    password_file: Path | None,
    ask_password: bool,
) -> None:
    """Ask Trino one QUERY, or the one in --file."""
    text = _query(query, file)
    settings = settings_module.load()
    password = None
    if password_file is not None:
        password = client.read_password(password_file)
    elif ask_password:
        password = click.prompt(f"Password of {user}", hide_input=True)
    with client.connect(settings, user, password=password, schema=schema) as connection:
        answer = client.ask(connection, text)
    click.echo(render(answer, form), nl=False)


def render(answer: Answer, form: str) -> str:
    """The answer as text that ends in a line break: ``table``, ``csv`` or ``json`` (one list of objects)."""
    return {"table": _table, "csv": _csv, "json": _json}[form](answer)


def cell(value: Any) -> str:
    """A value as people read it: nothing for null, true and false in SQL's spelling."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _query(query: str | None, file: Path | None) -> str:
    if (query is None) == (file is None):
        raise UsageError("Give one query, or one --file.", 'Such as: khlang sql -u analyst "SELECT 1"')
    if file is None:
        return (query or "").strip().rstrip(";")
    try:
        return file.read_text(encoding="utf-8").strip().rstrip(";")
    except OSError:
        raise UsageError(f"The file {file.name} cannot be read.", "Name a file with one query in it.") from None


def _table(answer: Answer) -> str:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, type_ in zip(answer.columns, answer.types, strict=True):
        number = type_.split("(")[0] in {"bigint", "integer", "smallint", "tinyint", "double", "real", "decimal"}
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in answer.rows:
        table.add_row(*map(cell, row))
    # Rich knows that Thai vowels and tone marks above and below take no width. Rows are never cut: a pipe or a
    # narrow terminal gets them whole.
    out = io.StringIO()
    console = Console(file=out, width=10_000, force_terminal=sys.stdout.isatty(), highlight=False)
    console.print(table)
    lines = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
    count = len(answer.rows)
    return f"{lines}({count} {'row' if count == 1 else 'rows'})\n"


def _csv(answer: Answer) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([cell(value) for value in row] for row in answer.rows)
    return out.getvalue()


def _json(answer: Answer) -> str:
    return json.dumps(answer.dicts(), ensure_ascii=False, indent=1, default=str) + "\n"
