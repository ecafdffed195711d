"""A month by hand: the files, the scripts of the domains in their order, and whether each figure is true."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from khlang.domains.waste.definitions import points
from khlang.errors import IntegrityError

from . import files, words

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Outside:
    """A simulated country: what agencies wrote, and what their files can show at best."""

    agencies: Path
    truth: Path

    @property
    def periods(self) -> list[str]:
        """The months of which there is a truth, in order."""
        return sorted({file.stem for file in (self.truth / "observable").glob("*/*.parquet")})


def script(domain: str) -> str:
    """A domain's answers by hand; nothing for one that nobody has written."""
    file = HERE / f"{domain}.sql"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def begin(connection: duckdb.DuckDBPyConnection, domains: Iterable[str]) -> None:
    """The macros, the definitions, and the places that are in no agency's file."""
    connection.execute("CREATE SCHEMA raw; CREATE SCHEMA words; CREATE SCHEMA mart")
    connection.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
    for domain in domains:
        words.tell(connection, domain)
    codes, north, east = zip(*points(), strict=True)
    words.table(connection, "amphoe_points", {"amphoe_code": codes, "north": north, "east": east})


def month(connection: duckdb.DuckDBPyConnection, domains: Sequence[str], period: str, *, agencies: Path) -> None:
    """One month, from the files to the marts: tables ``mart.<name>``, the month's rows alone.

    Args:
        connection: One that :func:`begin` has seen; what earlier months left in it is theirs to be asked again.
        domains: Each after what it needs.
        period: ``YYYY-MM``.
        agencies: Folder of ``<agency>/extracts/<dataset>/<period>/<file>``.
    """
    scripts = {domain: script(domain) for domain in domains}
    words.date_it(connection, period)
    with tempfile.TemporaryDirectory() as scratch:
        for dataset in files.named("".join(scripts.values())):
            files.show(connection, dataset, agencies=agencies, period=period, scratch=Path(scratch))
        for text in scripts.values():
            if text:
                connection.execute(text)


def answered(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The marts that there are, by name."""
    rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart' ORDER BY 1").fetchall()
    return [name for (name,) in rows]


def judge(connection: duckdb.DuckDBPyConnection, period: str, *, truth: Path) -> None:
    """Hold every row of every mart against the observable truth, identifiers included.

    Raises:
        IntegrityError: One differs, or has no truth; naming the mart and how many rows, never a value.
    """
    for mart in answered(connection):
        file = truth / "observable" / mart / f"{period}.parquet"
        if not file.exists():
            raise IntegrityError(f"There is no truth of {mart} for {period}.", "Name the mart as its contract does.")
        missing, extra = (_rows_apart(connection, mart, file, ours=ours) for ours in (False, True))
        if missing or extra:
            raise IntegrityError(
                f"The peer's {mart} of {period} differs from the truth: {missing} rows missing, {extra} too many.",
                "Mend benchmarks/p11_peer.",
            )


def _rows_apart(connection: duckdb.DuckDBPyConnection, mart: str, file: Path, *, ours: bool) -> int:
    """Rows that one side has and the other lacks, as often as it lacks them."""
    names = [name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()]
    columns = ", ".join(names)
    sides = [f"SELECT {columns} FROM mart.{mart}", f"SELECT {columns} FROM '{file}'"]
    one, other = sides if ours else reversed(sides)
    row = connection.execute(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchone()
    assert row
    return int(row[0])
