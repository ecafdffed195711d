"""What the demo's report asks of the second route, of the real Trino as the analyst."""

from khlang import contracts
from khlang.serve import client, linkage
from khlang.settings import Settings


def test_it_is_found_where_it_is_served_and_not_missed_elsewhere(served: Settings) -> None:
    with client.connect(served, "analyst", schema="ops") as connection:
        told = linkage.second_route(connection, ["2026-01"])
        assert linkage.second_route(connection, ["1999-01"]) == []
    assert {name for row in told for name in row} == {c.name for c in contracts.load()["link_weights"].stored}
    assert {row["period"] for row in told} == {"2026-01"}
    with client.connect(served, "analyst", schema="demo") as connection:
        assert linkage.second_route(connection, ["2026-01"]) == [], "a schema in which nobody has served it"
