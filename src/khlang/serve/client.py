"""Connects to Trino: TLS with our own authority, a password from its file, no proxy and no setting of the shell."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang.errors import AccessError, KhlangError, ServiceError, SetupError
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

CATALOG, PROJECT = "lake", "demo"
#: A server that answers may still wait for its worker to be announced: for so many seconds that is no refusal.
STARTING, PATIENCE_SECONDS = frozenset({"NO_NODES_AVAILABLE", "SERVER_STARTING_UP"}), 30.0


class QueryError(KhlangError):
    """Trino refused a query: its syntax, a name that is not there, or a right that the user lacks."""

    exit_code, default_code = 51, "QUERY"


@dataclass(frozen=True)
class Answer:
    """The rows of one query, with the names and Trino types of its columns."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def dicts(self) -> list[dict[str, Any]]:
        """One dictionary a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def password_file(settings: Settings, user: str) -> Path:
    """Where this installation keeps a Trino user's password."""
    return settings.secrets / f"trino-{user}.password"


def read_password(path: Path) -> str:
    """Read a password file.

    Raises:
        SetupError: The file is missing or unreadable.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        raise SetupError(
            f"The password file {path.name} is missing or not yours to read.",
            "Run `khlang stack up`, which makes it, or name another with --password-file.",
        ) from None


@contextmanager
def connect(
    settings: Settings, user: str, *, password: str | None = None, catalog: str = CATALOG, schema: str | None = None
) -> "Iterator[Connection]":
    """Open a connection, and close it.

    Args:
        settings: Address and certificate of Trino.
        user: ``analyst``, ``engineer`` or ``loader``.
        password: Default: read from the installation's password file.
        catalog: Default catalog of the session.
        schema: Default schema; analysts' is the project.

    Raises:
        SetupError: The password or Trino's certificate is missing.
    """
    import requests
    from trino.auth import BasicAuthentication
    from trino.dbapi import connect as dbapi_connect

    secret = password if password is not None else read_password(password_file(settings, user))
    if not settings.trino_ca.exists():
        raise SetupError("Trino's certificate is missing.", "Run `khlang stack up`, which makes it.")
    # Without this, REQUESTS_CA_BUNDLE or a proxy of the shell would take the place of our authority.
    session = requests.Session()
    session.trust_env = False
    session.verify = str(settings.trino_ca)  # the client sets it on its own session only
    connection = dbapi_connect(  # type: ignore[no-untyped-call]  # the client is typed in part
        host="127.0.0.1",
        port=settings.port("TRINO"),
        http_scheme="https",
        user=user,
        auth=BasicAuthentication(user, secret),
        http_session=session,
        catalog=catalog,
        schema=schema or (PROJECT if user == "analyst" else None),
        source="khlang",
        max_attempts=3,
    )
    try:
        yield connection
    finally:
        connection.close()
        session.close()


def ask(connection: "Connection", sql: str, parameters: Sequence[Any] = ()) -> Answer:
    """Run one query and fetch its rows.

    Raises:
        QueryError: Trino refused it.
        AccessError: The password is wrong.
        ServiceError: Trino does not answer.
    """
    import requests
    from trino.exceptions import Error, HttpError, TrinoAuthError, TrinoQueryError

    cursor, until = connection.cursor(), time.monotonic() + PATIENCE_SECONDS
    try:
        rows = _rows(cursor, sql, parameters)
        while rows is None:
            time.sleep(0.5)
            rows = _rows(cursor, sql, parameters, last=time.monotonic() > until)
    except TrinoQueryError as error:
        raise QueryError(f"{error.error_name}: {error.message}", "See docs/how-to/connect.md.") from None
    except (Error, HttpError, requests.RequestException) as error:
        if isinstance(error, TrinoAuthError) or "401" in str(error):
            raise AccessError("Trino refused the user or the password.", "See docs/how-to/connect.md.") from None
        raise ServiceError(
            f"Trino does not answer ({type(error).__name__}).",
            "See `khlang stack status` and `khlang stack logs trino`.",
        ) from None
    description = cursor.description or []
    return Answer(tuple(item[0] for item in description), tuple(str(item[1]) for item in description), rows)


def _rows(
    cursor: Any, sql: str, parameters: Sequence[Any], *, last: bool = False
) -> tuple[tuple[Any, ...], ...] | None:
    """Run the query; None when Trino is still starting and this is not the last try."""
    from trino.exceptions import TrinoQueryError

    try:
        cursor.execute(sql, list(parameters) or None)
        return tuple(tuple(row) for row in cursor.fetchall())
    except TrinoQueryError as error:
        if last or error.error_name not in STARTING:
            raise
        return None
