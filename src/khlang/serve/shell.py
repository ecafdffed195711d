"""The prompt of ``khlang sql``: a statement ends with a semicolon, Ctrl-C ends a running one, Ctrl-D leaves."""

import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import History
from prompt_toolkit.lexers import PygmentsLexer

from khlang.errors import AccessError, KhlangError, ServiceError, UsageError
from khlang.serve import show, statements
from khlang.serve.client import CATALOG, Answer, QueryError
from khlang.serve.statements import Statement

HELP = """\
  SELECT …;            a statement ends with a semicolon and may have many lines
  \\d                   tables; \\d NAME: what each column means
  \\f table|csv|json    how answers are shown
  \\p name=value        give :name a value (\\p: show all); name:integer=7 for a number
  \\?  \\q               this help; leave (or Ctrl-D)
  Ctrl-C               end the running query, or forget what was typed
  Tab                  names of schemas, tables, columns; ↑ and Ctrl-R: former statements
"""
#: What the user may see, with its meaning; names with a version are the tables behind the views.
TABLES = (
    f"SELECT schema_name, table_name, comment FROM system.metadata.table_comments WHERE catalog_name = '{CATALOG}' "  # noqa: S608  # a constant
    "AND schema_name <> 'information_schema' AND NOT regexp_like(table_name, '_v[0-9]+$') ORDER BY 1, 2"
)
Ask = Callable[[Statement, dict[str, Any]], Answer]


@dataclass
class Shell:
    """What a session keeps between statements."""

    ask: Ask
    form: str = "table"
    values: dict[str, Any] = field(default_factory=dict)
    paged: bool = True

    def run(self, text: str) -> bool:
        """Do what was typed; a refusal is told and the session goes on.

        Returns:
            False when the session is to end.
        """
        if text.strip().rstrip(";").strip().lower() in {"\\q", "quit", "exit"}:
            return False
        try:
            if text.lstrip().startswith("\\"):
                self._command(text.strip().rstrip(";"))
            else:
                for statement in statements.split(text):
                    self._show(self.ask(statement, self.values))
        except KeyboardInterrupt:
            click.echo("ยกเลิกแล้ว / Cancelled on the server.", err=True)
        except KhlangError as error:
            _tell(error, text)
        return True

    def _command(self, text: str) -> None:
        name, *rest = shlex.split(text[1:]) or ["?"]
        if name == "d" and len(rest) <= 1:
            query = f"DESCRIBE {'.'.join(_quoted(part) for part in rest[0].split('.'))}" if rest else TABLES
            self._show(self.ask(Statement(query), {}))
        elif name == "f" and len(rest) == 1 and rest[0] in show.FORMATS:
            self.form = rest[0]
        elif name == "p":
            self.values |= statements.given(rest)
            click.echo("".join(f":{key} = {value!r}\n" for key, value in self.values.items()), nl=False)
        elif name == "?":
            click.echo(HELP, nl=False)
        else:
            raise UsageError(f"There is no \\{name} of that form.", "\\? lists what there is.")

    def _show(self, answer: Answer) -> None:
        text = show.render(answer, self.form, colour=self.form == "table" and self.paged)
        columns, rows = shutil.get_terminal_size()
        lines = text.splitlines()
        if self.paged and (len(lines) >= rows or any(show.width(line) > columns for line in lines)):
            click.echo_via_pager(text)
        else:
            click.echo(text, nl=False)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tell(error: KhlangError, text: str) -> None:
    click.echo(f"{error.code}: {error.message}", err=True)
    if isinstance(error, QueryError) and error.position:
        # The text stands on this screen already; the mark stands under the right letter also behind Thai.
        line, column = error.position
        typed = (text.splitlines() or [""])[line - 1 : line]
        click.echo("".join(f"  {each}\n  {mark(each, column)}\n" for each in typed), err=True, nl=False)
    if error.remedy:
        click.echo(f"  → {error.remedy}", err=True)
    if isinstance(error, ServiceError | AccessError):
        click.echo("  (the session goes on; \\q leaves it)", err=True)


def mark(line: str, column: int) -> str:
    """``^`` below a letter of a line, counted from 1."""
    return show.fit("", show.width(show.visible(line[: column - 1]))) + "^"


def complete(text: str) -> bool:
    """Whether Enter runs what was typed: a command, nothing, or statements of which the last has its semicolon."""
    typed = text.strip()
    if not typed or typed.startswith("\\") or typed.lower() in {"quit", "exit"}:
        return True
    found = statements.split(text)
    return bool(found) and found[-1].whole


def loop(shell: Shell, *, user: str, schema: str | None, history: History, completer: Completer) -> None:
    """Read and run statements until the person leaves."""
    from pygments.lexers.sql import SqlLexer

    session: PromptSession[str] = PromptSession(
        history=history,
        completer=completer,
        complete_in_thread=True,
        complete_while_typing=False,
        lexer=PygmentsLexer(SqlLexer),
        multiline=Condition(lambda: not complete(session.default_buffer.text)),
        prompt_continuation="... ",
        enable_open_in_editor=False,
    )
    prompt = f"{user}@{schema or 'lake'}> "
    while True:
        try:
            typed = session.prompt(prompt)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if typed.strip() and not shell.run(typed):
            return
