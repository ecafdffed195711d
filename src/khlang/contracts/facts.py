"""Histories: what their contracts must say, and the views that answer "as valid" and "as known" of them.

A history's table holds records, appended and never rewritten. One record says which values a key (a person; a person
and an employer) had from ``valid_from`` to before ``valid_to``, as it was known from ``known_from`` on, until a later
record of the same key and ``valid_from``. A record whose ``valid_to`` is its ``valid_from`` takes the fact back.
"""

from collections.abc import Mapping

from khlang.contracts.model import Table
from khlang.errors import ContractError

#: ``valid_to`` of a fact that still holds in the last month that is known; ``known_to`` of what is believed today.
OPEN, ALWAYS = "9999-12", "9999-12-31T00:00:00.000Z"
GRAIN_TAIL = ("valid_from", "known_from")
TIMES = ("valid_from", "valid_to", "known_from", "period")
AS_VALID, AS_KNOWN = "as_valid", "as_known"
KNOWN_TO = "known_to"
KNOWN_TO_MEANS = "เวลาที่คลังรู้ใหม่ (UTC) · when the pool came to know better, UTC; 9999-12-31 while it has not"


def key(table: Table) -> tuple[str, ...]:
    """Columns of which a fact is told: the grain without its times."""
    return tuple(name for name in table.grain if name not in TIMES)


def values(table: Table) -> tuple[str, ...]:
    """Columns that a fact tells."""
    return tuple(column.name for column in table.columns if column.name not in {*key(table), *TIMES})


def is_history(table: Table) -> bool:
    """Whether a table holds facts (the list of known months, of the same layer, does not)."""
    return table.layer == "history" and bool(table.inputs)


def agree(tables: Mapping[str, Table]) -> None:
    """Check every history against the dataset it is made of.

    Raises:
        ContractError: It has not one dataset, its times are not those of a history, a column is not the dataset's, or
            two rows of a month could tell of one key.
    """
    for table in filter(is_history, tables.values()):
        where = f"contracts/{table.path}"
        source = tables.get(table.inputs[0])
        if source is None or source.layer != "curated" or len(table.inputs) != 1:
            raise ContractError(f"{where}: a history has one input, a dataset.", "Name one dataset under inputs.")
        if table.grain[-2:] != GRAIN_TAIL or tuple(column.name for column in table.columns[-4:]) != TIMES:
            raise ContractError(
                f"{where}: the times of a history are missing or in another place.",
                f"End the columns in {', '.join(TIMES)} and the grain in {', '.join(GRAIN_TAIL)}.",
            )
        held = {column.name for column in source.columns}
        if missing := sorted({*key(table), *values(table), *filter(None, [table.month_column])} - held):
            raise ContractError(f"{where}: {source.name} has no column {', '.join(missing)}.", "Mend the names.")
        if not values(table) or set(source.grain) - {"period", table.month_column} != set(key(table)):
            raise ContractError(
                f"{where}: a month of {source.name} may hold two rows of one key, or the fact tells nothing.",
                f"Take {', '.join(source.grain)} (without period and monthColumn) as key, and a column beside it.",
            )


def views(table: Table) -> dict[str, tuple[str, tuple[str, ...], str]]:
    """Name → what it tells, columns and query of each view of a history beside the one every table has.

    The query is of ANSI SQL, with ``{table}`` where the table's name belongs. Other tables have no such views.
    """
    if not is_history(table):
        return {}
    told = (*key(table), *values(table), "valid_from", "valid_to", "known_from")
    return {
        f"{table.name}_{AS_VALID}": ("ตามที่รู้วันนี้ · as it is known today", told, believed(table)),
        f"{table.name}_{AS_KNOWN}": (
            "ตามที่รู้ ณ เวลาใดเวลาหนึ่ง · as it was known at a moment",
            (*told, KNOWN_TO),
            _as_known(table),
        ),
    }


def believed(table: Table) -> str:
    """The query of what is known today: of each key and ``valid_from`` the last record, unless it takes back."""
    return _latest(table, (*key(table), *values(table), "valid_from", "valid_to", "known_from"))


def standing(table: Table) -> str:
    """The query of the records that tell what is believed today, whole: every column as it is stored."""
    return _latest(table, tuple(column.name for column in table.stored))


def _latest(table: Table, names: tuple[str, ...]) -> str:
    columns, one = ", ".join(names), ", ".join((*key(table), "valid_from"))
    last = f"row_number() OVER (PARTITION BY {one} ORDER BY known_from DESC) AS latest"
    return (
        f"SELECT {columns} FROM (SELECT {columns}, {last} FROM {{table}}) AS told "  # noqa: S608  # contracts' names
        "WHERE latest = 1 AND valid_from < valid_to"
    )


def _as_known(table: Table) -> str:
    columns = ", ".join((*key(table), *values(table), "valid_from", "valid_to", "known_from"))
    one = ", ".join((*key(table), "valid_from"))
    until = f"coalesce(lead(known_from) OVER (PARTITION BY {one} ORDER BY known_from), '{ALWAYS}') AS known_to"
    return (
        f"SELECT {columns}, known_to FROM (SELECT {columns}, {until} FROM {{table}}) AS told "  # noqa: S608  # as above
        "WHERE valid_from < valid_to"
    )
