"""Connects to Trino: TLS with our own authority, a password from its file, no proxy and no setting of the shell."""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khlang import inside
from khlang.errors import AccessError, KhlangError, ServiceError, SetupError
from khlang.serve.bearer import by_pass
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.auth import Authentication
    from trino.dbapi import Connection

CATALOG, PROJECT = "lake", "demo"
#: A server that answers may still wait for its worker to be announced: for so many seconds that is no refusal.
STARTING, PATIENCE_SECONDS = frozenset({"NO_NODES_AVAILABLE", "SERVER_STARTING_UP"}), 30.0


#: Trino's name for what is wrong → what to do next.
REMEDIES = {
    "SYNTAX_ERROR": "Read the query at that place: the word there, or the one before it, is not SQL as Trino has it.",
    "TABLE_NOT_FOUND": "SHOW TABLES lists what there is; a table of another project is not there for you.",
    "SCHEMA_NOT_FOUND": "SHOW SCHEMAS lists what there is; an analyst's is the project's name.",
    "CATALOG_NOT_FOUND": "The catalog is called lake.",
    "COLUMN_NOT_FOUND": "DESCRIBE the table: it tells each column and what it means.",
    "FUNCTION_NOT_FOUND": "SHOW FUNCTIONS lists what there is; see that the arguments are of the right types.",
    "TYPE_MISMATCH": "CAST one side to the other's type; a parameter is a text unless given as -p name:type=value.",
    "INVALID_CAST_ARGUMENT": "TRY_CAST gives null where a text is no such value.",
    "DIVISION_BY_ZERO": "Divide by NULLIF(…, 0): no divisor then gives no value.",
    "PERMISSION_DENIED": "Ask for your project's own tables: SHOW TABLES. docs/how-to/connect.md says who sees what.",
    **dict.fromkeys(
        (
            "EXCEEDED_LOCAL_MEMORY_LIMIT",
            "EXCEEDED_GLOBAL_MEMORY_LIMIT",
            "EXCEEDED_TIME_LIMIT",
            "EXCEEDED_CPU_LIMIT",
            "EXCEEDED_SCAN_LIMIT",
        ),
        "Ask for fewer months or provinces at a time, or aggregate before joining.",
    ),
    **dict.fromkeys(
        ("QUERY_TEXT_TOO_LARGE", "QUERY_HAS_TOO_MANY_STAGES"),
        "Ask it in several steps; long lists of values belong in a table of the workspace's scratch.",
    ),
    "QUERY_QUEUE_FULL": "As many queries as may wait do so already: let some of yours end, then ask again.",
    "USER_CANCELED": "It was ended before its answer: ask again if that was not meant.",
    "NOT_SUPPORTED": "Tables are read here, and written by the pool only.",
}
_TRINO_PLACE = re.compile(r"^line \d+:\d+: ")


class QueryError(KhlangError):
    """Trino refused a query: its syntax, a name that is not there, or a right that the user lacks.

    ``position`` is the line and column in what was typed, from 1, where Trino told one.
    """

    exit_code, default_code = 51, "QUERY"

    def __init__(self, message: str, remedy: str = "", *, position: tuple[int, int] | None = None) -> None:
        super().__init__(message, remedy)
        self.position = position


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
    """Where this installation keeps a Trino user's password; ``KHLANG_PASSWORDS`` names another folder, in the lab."""
    return Path(os.environ.get("KHLANG_PASSWORDS") or settings.secrets) / f"trino-{user}.password"


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


def home(user: str) -> str | None:
    """The schema that an account works in: of a login of a project (``person.project``) that project's."""
    return PROJECT if user == "analyst" else inside.login(user).partition(".")[2] or None


@contextmanager
def connect(
    settings: Settings,
    user: str,
    *,
    password: str | None = None,
    bearer: Callable[[], str] | None = None,
    catalog: str = CATALOG,
    schema: str | None = None,
) -> "Iterator[Connection]":
    """Open a connection, and close it; inside a workspace as who entered it, by the pass that lies there.

    Args:
        settings: Address and certificate of Trino.
        user: ``analyst``, ``engineer``, ``loader`` or a login of a project.
        password: Default: read from the installation's password file.
        bearer: In a password's place: gives a workspace's pass, anew for each request.
        catalog: Default catalog of the session.
        schema: Default schema; analysts' is the project.

    Raises:
        SetupError: The password or Trino's certificate is missing.
        AccessError: The workspace was closed.
    """
    import requests
    from trino.dbapi import connect as dbapi_connect

    user, auth = _credentials(settings, user, password, bearer)
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
        auth=auth,
        http_session=session,
        catalog=catalog,
        schema=schema or home(user),
        source="khlang",
        max_attempts=3,
    )
    try:
        yield connection
    finally:
        connection.close()
        session.close()


def _credentials(
    settings: Settings, user: str, password: str | None, bearer: Callable[[], str] | None
) -> "tuple[str, Authentication]":
    """The user of Trino, and what shows that it is this user."""
    from trino.auth import BasicAuthentication

    place = inside.here()
    if bearer is None and password is None and place is not None and place.is_me(user):
        user, bearer = place.user, place.read_pass
    if bearer is not None:
        bearer()  # a workspace that is closed is told before a query is
        return user, by_pass(bearer)
    secret = password if password is not None else read_password(password_file(settings, user))
    return user, BasicAuthentication(user, secret)


def ask(
    connection: "Connection",
    sql: str,
    parameters: Sequence[Any] = (),
    *,
    progress: Callable[[dict[str, Any]], None] | None = None,
    place: Callable[[int, int], tuple[int, int]] | None = None,
) -> Answer:
    """Run one query and fetch its rows; a KeyboardInterrupt ends it on the server, and goes on.

    Args:
        connection: An open connection.
        sql: One statement, without a semicolon.
        parameters: Of a prepared statement, for its ``?``: they never become part of its text.
        progress: Called with Trino's statistics (state, splits, rows) at each answer of the server.
        place: Turns a line and column of ``sql`` into those of the text that the person typed.

    Raises:
        QueryError: Trino refused it.
        AccessError: The password is wrong.
        ServiceError: Trino does not answer.
    """
    import requests
    from trino.exceptions import Error, HttpError, TrinoAuthError, TrinoQueryError

    cursor, until = connection.cursor(stats_callback=progress), time.monotonic() + PATIENCE_SECONDS
    try:
        rows = _rows(cursor, sql, parameters)
        while rows is None:
            time.sleep(0.5)
            rows = _rows(cursor, sql, parameters, last=time.monotonic() > until)
    except KeyboardInterrupt:
        # What the server was told is not known to it otherwise: it would go on for minutes, for nobody.
        with suppress(Error, HttpError, requests.RequestException):
            cursor.cancel()
        raise
    except TrinoQueryError as error:
        location = _inner(error.error_location) if parameters else error.error_location
        raise refused(error.error_name or "QUERY", error.message, location, place) from None
    except (Error, HttpError, requests.RequestException) as error:
        if isinstance(error, TrinoAuthError) or "401" in str(error):
            raise AccessError("Trino refused the user or the password.", "See docs/how-to/connect.md.") from None
        raise ServiceError(
            f"Trino does not answer ({type(error).__name__}).",
            "See `khlang stack status` and `khlang stack logs trino`.",
        ) from None
    description = cursor.description or []
    return Answer(tuple(item[0] for item in description), tuple(str(item[1]) for item in description), rows)


def _inner(location: tuple[int, int] | None) -> tuple[int, int] | None:
    """Of a statement with parameters Trino tells the place in EXECUTE IMMEDIATE '…', which begins its first line."""
    if location is None or location[0] > 1:
        return location
    return 1, max(1, location[1] - len("EXECUTE IMMEDIATE '"))


def refused(
    name: str,
    message: str,
    location: tuple[int, int] | None,
    place: Callable[[int, int], tuple[int, int]] | None = None,
) -> QueryError:
    """Trino's refusal with its place in what was typed, and what to do about it (pure)."""
    position = place(*location) if place and location else location
    said = _TRINO_PLACE.sub("", message)
    where = f" at line {position[0]}, column {position[1]}" if position else ""
    return QueryError(f"{name}{where}: {said}", REMEDIES.get(name, "See docs/how-to/connect.md."), position=position)


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
