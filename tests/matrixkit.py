"""The matrix: for each account and table what each way of asking gives; ``contracts/matrix.yaml`` is reviewed."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from tests import policykit
from tests.attackkit import ACCOUNTS, NAMES, Cell

from khlang.contracts import Contracts, Table, facts
from khlang.policy.request import narrowed
from khlang.serve import register

PATH = Path(__file__).parents[1] / "contracts" / "matrix.yaml"
#: Way of asking → statement; ``{view}`` is the name analysts use, ``{table}`` the table behind it.
VERBS: Mapping[str, str] = {
    "select": "SELECT * FROM lake.{schema}.{view} LIMIT 1",
    "select the table": "SELECT * FROM lake.{schema}.{table} LIMIT 1",
    "describe": "DESCRIBE lake.{schema}.{view}",
    "show stats": "SHOW STATS FOR lake.{schema}.{table}",
    "show create view": "SHOW CREATE VIEW lake.{schema}.{view}",
    "show create table": "SHOW CREATE TABLE lake.{schema}.{table}",
    "explain": "EXPLAIN SELECT * FROM lake.{schema}.{view}",
    "explain analyze": "EXPLAIN ANALYZE SELECT * FROM lake.{schema}.{view}",
    "execute immediate": "EXECUTE IMMEDIATE 'SELECT count(*) FROM lake.{schema}.{view}'",
    "join": "SELECT count(*) FROM lake.{schema}.{view} a CROSS JOIN (SELECT 1) b",
    "union": "SELECT 1 UNION SELECT CAST(count(*) AS INTEGER) FROM lake.{schema}.{view}",
    "subquery": "SELECT (SELECT count(*) FROM lake.{schema}.{view})",
    "history": 'SELECT * FROM lake.{schema}."{table}$history"',
    "properties": 'SELECT * FROM lake.{schema}."{table}$properties"',
    "partitions": 'SELECT * FROM lake.{schema}."{table}$partitions"',
    "earlier version": "SELECT * FROM lake.{schema}.{table} FOR VERSION AS OF 0 LIMIT 1",
    "table function": "SELECT * FROM TABLE(lake.system.table_changes('{schema}', '{table}', 0))",
    "create table": "CREATE TABLE lake.{schema}.mine AS SELECT * FROM lake.{schema}.{view}",
    "create view": "CREATE VIEW lake.{schema}.mine AS SELECT * FROM lake.{schema}.{view}",
    "insert": "INSERT INTO lake.{schema}.{table} SELECT * FROM lake.{schema}.{view}",
    "delete": "DELETE FROM lake.{schema}.{table}",
    "drop": "DROP VIEW lake.{schema}.{view}",
    "the loader's": "SELECT * FROM loader.{schema}.{table} LIMIT 1",
}
QUICK = ("select", "select the table")


def reviewed() -> dict[str, Any]:
    """The file."""
    told: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return told


def tables(contracts: Contracts) -> dict[str, Table]:
    """``schema.name`` of all that is served, and of what must not be: curated, spine, quarantine, marts themselves."""
    found = {f"{item.schema}.{item.table.name}": item.table for item in register.served(contracts)}
    found |= {f"{name}.{t.name}": t for name in NAMES for t in narrowed(policykit.request(name=name), contracts)}
    hidden = [t for t in contracts.tables if t.layer in {"curated", "spine", "links"}][:6]
    return found | {f"{table.layer}.{table.name}": table for table in hidden}


def cells(contracts: Contracts, verbs: Iterable[str]) -> Iterator[Cell]:
    """Every statement of the matrix, view by view."""
    for name, table in tables(contracts).items():
        schema = name.partition(".")[0]
        for view in (table.name, *facts.views(table)):
            for account in ACCOUNTS:
                for verb in verbs:
                    sql = VERBS[verb].format(schema=schema, view=view, table=table.versioned)
                    yield Cell(account, verb, f"{schema}.{view}", sql)


def wanted(told: Mapping[str, Any], cell: Cell) -> str:
    """What the file says of a cell; KeyError where it says nothing."""
    readable, other = told["verbs"][cell.verb]
    return str(readable if cell.table in readable_by(told, cell.account) else other)


def limits(told: Mapping[str, Any], account: str, name: str) -> tuple[str, frozenset[str]]:
    """Of one table or view: the condition that every row meets which an account is given, and its masked columns."""
    filters = told["rows"].get(account, {}) if not name.startswith("common.") else {}
    masks = told["masks"].get(account, {}).get(name, "")
    return filters.get(name, filters.get("all", "true")), frozenset(masks.split())


def counting(source: str, columns: Iterable[str], condition: str) -> str:
    """How many rows there are, how many that do not meet a condition, and of each column how many values."""
    each = ", ".join(f'count("{column}")' for column in columns)
    return f"SELECT count(*), count_if(NOT coalesce({condition}, false)), {each} FROM {source}"


def readable_by(told: Mapping[str, Any], account: str) -> dict[str, list[str]]:
    """The tables and views that an account may read by the file, each with its columns."""
    given: dict[str, Any] = told["accounts"][account]
    return {
        name: columns.split()
        for name, columns in told["columns"].items()
        if (schema := name.partition(".")[0]) in given
        and (given[schema] == "all" or name.partition(".")[2] in given[schema])
    }
