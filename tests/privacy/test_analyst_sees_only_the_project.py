"""Promise: an analyst sees the marts of the own project and nothing else. Positive control: that much is seen."""

import pytest

from khlang import contracts, lake
from khlang.serve import client
from khlang.settings import Settings

MART = "SELECT count(*) FROM lake.demo.welfare_eligibility"
REGISTER = "CALL {catalog}.system.register_table('demo', 'x', '{location}')"
HIDDEN = [
    "SELECT * FROM lake.ops.gate_metrics",
    "SELECT * FROM lake.ops.linkage",
    "SELECT * FROM lake.ops.linkage_rows",
    "SELECT * FROM lake.links.second_links",
    "SELECT * FROM lake.demo.second_links",
    "SELECT * FROM loader.demo.welfare_eligibility",
    "SHOW SCHEMAS FROM loader",
    'SELECT * FROM lake.demo."welfare_eligibility_v1$history"',
    'SELECT * FROM lake.demo."welfare_eligibility_v1$properties"',
    "SELECT * FROM system.runtime.queries",
    "SELECT * FROM system.metadata.catalogs",
    "CREATE TABLE lake.demo.mine AS SELECT 1 AS one",
    "CREATE VIEW lake.demo.mine AS SELECT 1 AS one",
    "CREATE SCHEMA lake.mine WITH (location = 's3://lake/curated')",
    "DELETE FROM lake.demo.welfare_eligibility_v1",
    "INSERT INTO lake.demo.welfare_by_amphoe_v1 SELECT * FROM lake.demo.welfare_by_amphoe_v1",
    "DROP VIEW lake.demo.welfare_eligibility",
    "SET SESSION lake.parquet_max_read_block_size = '1MB'",
]


def test_positive_control_the_projects_marts_are_seen(served: Settings) -> None:
    with client.connect(served, "analyst") as connection:
        assert client.ask(connection, MART).rows == ((6,),)


@pytest.mark.parametrize("sql", HIDDEN)
@pytest.mark.attack(
    "p1, the spine, curated, quarantine, the pilot's neighbours as the analyst",
    guard="the compiled rules",
    control="test_positive_control_the_projects_marts_are_seen",
)
def test_everything_else_is_refused(served: Settings, sql: str) -> None:
    with client.connect(served, "analyst") as connection, pytest.raises(client.QueryError) as told:
        client.ask(connection, sql)
    assert any(word in told.value.message for word in ("Access Denied", "does not exist", "not supported"))


@pytest.mark.parametrize("catalog", ["lake", "loader"])
@pytest.mark.parametrize("layer", ["curated", "spine", "quarantine"])
def test_an_analyst_registers_no_table(served: Settings, catalog: str, layer: str) -> None:
    location = lake.table(layer, "house_registry", 1)  # type: ignore[arg-type]
    with client.connect(served, "analyst") as connection, pytest.raises(client.QueryError):
        client.ask(connection, REGISTER.format(catalog=catalog, location=location))


def test_not_even_the_loader_reads_curated_rows(served: Settings) -> None:
    location = lake.table("curated", "house_registry", 1)
    with client.connect(served, "loader", catalog="loader") as connection, pytest.raises(client.QueryError):
        client.ask(connection, REGISTER.format(catalog="loader", location=location))


def test_no_served_column_is_a_long_pseudonym(served: Settings) -> None:
    for table in contracts.load().marts:
        with client.connect(served, "analyst") as connection:
            types = dict(row[:2] for row in client.ask(connection, f"DESCRIBE {table.name}").rows)
        assert {types[column.name] for column in table.identifiers} <= {"bigint"}
        assert not {"p", "s", "j", "cid"} & set(types)
