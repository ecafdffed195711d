"""Two versions of a mart served side by side until the declared day, against the real server."""

import dataclasses
import datetime as dt

import pytest
from tests import servekit

from khlang import contracts
from khlang.contracts import Contracts, Previous, Table, earlier_comments
from khlang.curation.objects import bucket
from khlang.serve import client, describing, earlier, register
from khlang.settings import Settings

LATER, UNTIL = "later", dt.date(2027, 6, 30)
OLD = {"period": "period", "amphoe_code": "amphoe_code", "teenagers": "CAST(births_15_19 AS integer)"}


@pytest.fixture(autouse=True)
def no_ca_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def mart(version: int) -> Table:
    """A mart in a project of this test's own; the second version declares how the first comes of it."""
    table = dataclasses.replace(contracts.load()["teen_births"], project=LATER, version=version)
    previous = (Previous(1, UNTIL, OLD),) if version == 2 else ()
    return dataclasses.replace(table, previous=previous)


def shown(settings: Settings, version: int, today: dt.date) -> list[str]:
    """Register one version, and say what was made or taken away."""
    table = mart(version)
    known = Contracts({table.name: table}, source={})
    made = register.register(settings, known, exists=bucket(settings).exists, today=today)
    describing.describe(settings, register.served(known), today=today)
    return made


@pytest.mark.soak
def test_both_versions_answer_until_the_last_day_and_then_the_new_one(served: Settings) -> None:
    for version in (1, 2):
        (item,) = register.served(Contracts({"teen_births": mart(version)}, source={}))
        servekit.write(served, item.location, item.table)
        if version == 1:
            assert shown(served, 1, UNTIL) == ["later.teen_births_v1", "later.teen_births"]
    made = shown(served, 2, UNTIL)
    assert made == ["later.teen_births_v2", "later.teen_births", "later.teen_births_v1"]
    assert shown(served, 2, UNTIL) == []
    with client.connect(served, "loader", catalog="loader") as connection:
        both = [
            client.ask(connection, f"SELECT count(*), sum({column}) FROM loader.later.{name}").rows
            for name, column in (
                ("teen_births_v2", "births_15_19"),
                ("teen_births_v1", "teenagers"),
                ("teen_births", "births_15_19"),
            )
        ]
        assert both[0] == both[1] == both[2]
        assert both[0][0][0] > 0
        old = [row[0] for row in client.ask(connection, "SHOW COLUMNS FROM loader.later.teen_births_v1").rows]
        assert old == list(OLD)
        said = {row[0]: row[3] for row in client.ask(connection, "DESCRIBE loader.later.teen_births_v1").rows}
        told = earlier_comments(mart(2), mart(2).previous[0])
        assert said == {name: told[name] for name in OLD}
        query = (
            "SELECT comment FROM system.metadata.table_comments WHERE catalog_name = 'loader' AND schema_name = 'later'"
        )
        assert (told[""],) in client.ask(connection, f"{query} AND table_name = 'teen_births_v1'").rows
        assert shown(served, 2, UNTIL + dt.timedelta(days=1)) == ["later.teen_births_v1"]
        names = {row[0] for row in client.ask(connection, "SHOW TABLES FROM loader.later").rows}
        assert names == {"teen_births", "teen_births_v2"}
        for name in ("teen_births", "teen_births_v2"):  # other tests list what there is
            earlier.take_away(connection, LATER, name)
        client.ask(connection, "DROP SCHEMA loader.later")
