"""``%sql`` and ``%%sql`` in a notebook: a query as the analyst, its answer a frame of Polars or pandas.

Loaded by the kernel that `make lab` sets up; elsewhere by ``%load_ext khlang.serve.magic``. Options stand before the
query: ``--pandas`` for a pandas frame, ``-o name`` to keep it under a name, ``-u engineer --schema ops`` to ask as
another user. ``:name`` in a query is a parameter: the notebook's variable of that name, bound and never pasted.
"""

import argparse
import re
import shlex
import sys
from typing import TYPE_CHECKING, Any

from khlang import inside, settings
from khlang.errors import KhlangError, UsageError
from khlang.serve import client, statements, thai

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from IPython.core.interactiveshell import InteractiveShell

_OPTIONS = argparse.ArgumentParser(prog="%sql", add_help=False, exit_on_error=False)
_OPTIONS.add_argument("--pandas", action="store_true")
_OPTIONS.add_argument("-o", "--out", default="")
_OPTIONS.add_argument("-u", "--user", default="")
_OPTIONS.add_argument("--schema")
_LEADING = re.compile(r"\s*(--pandas\b|(?:-o|--out|-u|--user|--schema)[ =]\s*[\w-]+)")


def split(line: str) -> tuple[argparse.Namespace, str]:
    """The options before a query, and the query (pure)."""
    words: list[str] = []
    while found := _LEADING.match(line):
        words += shlex.split(found[1])
        line = line[found.end() :]
    return _OPTIONS.parse_args(words), line.strip()


def frame(answer: client.Answer, *, pandas: bool) -> "pl.DataFrame | pd.DataFrame":
    """The answer as a frame; columns keep Trino's order, decimals stay exact."""
    if pandas:
        import pandas as pd

        return pd.DataFrame(list(answer.rows), columns=list(answer.columns))
    import polars as pl

    rows = {name: [row[place] for row in answer.rows] for place, name in enumerate(answer.columns)}
    return pl.DataFrame({name: pl.Series(name, values, strict=False) for name, values in rows.items()})


def ask(text: str, variables: dict[str, Any], *, user: str = "", schema: str | None = None) -> client.Answer:
    """Ask one query with the variables that it names, as the analyst or as who entered this workspace.

    A stop of the cell ends it in Trino.

    Raises:
        UsageError: There is no query, or more than one.
    """
    found = statements.split(text)
    if len(found) != 1:
        raise UsageError("A cell asks one query.", "Take a cell for each.")
    sql, bound = statements.bind(found[0].text, variables)
    with client.connect(settings.load(), user or inside.me(), schema=schema) as connection:
        return client.ask(connection, sql, bound, place=found[0].place)


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Register the magics, and give pictures a font with Thai in it."""

    def sql(line: str, cell: str | None = None) -> Any:
        options, text = split(line)
        try:
            answer = ask("\n".join(part for part in (text, cell or "") if part), shell.user_ns, user=options.user,
                         schema=options.schema)  # fmt: skip
        except KhlangError as error:
            # As in the command: a message and its remedy, without a traceback.
            sys.stderr.write(f"{error.code}: {error.message}\n  → {error.remedy}\n")
            return None
        made = frame(answer, pandas=options.pandas)
        if options.out:
            shell.user_ns[options.out] = made
            return None
        return made

    shell.register_magic_function(sql, magic_kind="line_cell", magic_name="sql")  # type: ignore[call-arg, arg-type]  # IPython types it as unbound
    thai.use()
