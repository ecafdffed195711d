"""The result of a query in the office's own database, batch by batch, as text (extra ``database``).

The connection string is a secret: it comes from the environment or a prompt, never from a command line, and the
driver's own messages are dropped because they repeat it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from khlang.agency.reading.columnar import as_text
from khlang.agency.reading.model import CHUNK_ROWS, DatabaseQuery, Part
from khlang.errors import InputError, SetupError

VARIABLE = "KHLANG_AGENCY_DATABASE"


def asked(name: str, query: str, *, environ: Mapping[str, str], prompt: Callable[[str], str]) -> DatabaseQuery:
    """A query with its connection string from the environment, or typed unseen.

    Args:
        name: What the official calls it.
        query: One SELECT; with ORDER BY, so that its rows keep their numbers.
        environ: Of the process.
        prompt: Asks without echo.
    """
    connection = environ.get(VARIABLE) or prompt("สายเชื่อมต่อฐานข้อมูล / Connection string")
    return DatabaseQuery(name, query, connection)


def from_file(
    query: Path, database: str | None, *, environ: Mapping[str, str], prompt: Callable[[str], str]
) -> DatabaseQuery:
    """A query that stands in a file; it is shown by the file's name.

    Args:
        query: A file of one SELECT.
        database: Name of an environment variable, or of a file, that holds the connection string; None as in ``asked``.
        environ: Of the process.
        prompt: Asks without echo.

    Raises:
        InputError: A file is missing or empty, the variable is not set, or the string itself was given.
    """
    text = _text(query, "SELECT")
    if database is None:
        return asked(query.name, text, environ=environ, prompt=prompt)
    if "://" in database:
        raise InputError(
            "สายเชื่อมต่อเป็นความลับ ต้องไม่อยู่บนบรรทัดคำสั่ง / A connection string is a secret: not on the command line.",
            "เปลี่ยนรหัสผ่านนั้น แล้วใส่ในไฟล์หรือตัวแปร / Change that password; put it into a file or a variable.",
            code="SEAL-DATABASE-SECRET",
        )
    connection = environ.get(database) or _text(Path(database), "connection string")
    return DatabaseQuery(query.name, text, connection)


def _text(path: Path, what: str) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if not text:
        raise InputError(
            f"{path.name}: ไม่มี {what} / there is no {what}, neither in a file nor in a variable of that name.",
            "ตรวจชื่อไฟล์และเนื้อหา / Look at the file's name and content.",
            code="SEAL-DATABASE-FILE",
        )
    return text


class QueryPart(Part):
    """One query; row 1 is its first row."""

    titled = False

    def __init__(self, query: DatabaseQuery) -> None:
        self.name, self._query = query.name, query
        self.form = f"SQL, {query.connection.partition(':')[0]}"
        self._names = list(self._batches().schema.names)

    def head(self) -> Sequence[Sequence[str]]:
        """The names of its columns."""
        return [self._names]

    def frames(self, skip: int, width: int) -> Iterator[tuple[int, pl.DataFrame]]:
        """Batches of rows; the query is run anew."""
        row = skip + 1
        batches = iter(self._batches())
        while (frame := self._next(batches)) is not None:
            texts = [as_text(name, kind).alias(str(i)) for i, (name, kind) in enumerate(frame.schema.items())]
            yield row, frame.select(texts[:width])
            row += frame.height

    def _batches(self) -> Any:
        try:
            import connectorx
        except ImportError:
            raise SetupError(
                "ยังไม่ได้ติดตั้งส่วนอ่านฐานข้อมูล / Reading a database is not installed.",
                "pip install khlang[database]",
            ) from None
        query = self._query
        with self._without_secrets():
            return connectorx.read_sql(query.connection, query.query, return_type="arrow_stream", batch_size=CHUNK_ROWS)

    def _next(self, batches: Iterator[Any]) -> pl.DataFrame | None:
        with self._without_secrets():
            batch = next(batches, None)
            return None if batch is None else pl.DataFrame(batch)

    def _without_secrets(self) -> "_Quiet":
        return _Quiet(self.name)


class _Quiet:
    """Turns whatever the driver raises, its panics included, into a refusal that repeats nothing of it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt | SystemExit | GeneratorExit):
            return
        raise InputError(
            f"{self._name}: อ่านจากฐานข้อมูลไม่ได้ / the database did not answer the query.",
            "ตรวจสายเชื่อมต่อ สิทธิ และคำสั่ง SELECT; แปลงคอลัมน์ที่มีหลายชนิดเป็นข้อความ / "
            "See the connection, its rights and the SELECT; cast columns of mixed types to text.",
            code="SEAL-DATABASE",
        ) from None
