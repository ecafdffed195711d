"""Tables shown in Trino, and every documented way to ask for them, against the real server."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.servekit import PERIODS
from tests.stackfixture import environment

from khlang import contracts
from khlang.curation.objects import bucket
from khlang.demo.pages.notebook import run
from khlang.errors import AccessError
from khlang.serve import client, linkage, rates, register
from khlang.settings import Settings
from khlang.stack import trino

SUM = "SELECT sum(registrants) FROM welfare_by_amphoe"
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def no_ca_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/how-to/connect.md says: where these are set, the plain client ignores our certificate."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def test_tables_and_views_are_there_and_a_second_time_makes_nothing(served: Settings) -> None:
    with client.connect(served, "analyst") as connection:
        names = [row[0] for row in client.ask(connection, "SHOW TABLES").rows]
    mine = [item for item in register.served(contracts.load()) if item.schema == "demo"]
    assert names == sorted(name for item in mine for name in (item.table.versioned, *register.statements(item)[1]))
    assert register.register(served, contracts.load(), exists=bucket(served).exists) == []


def test_types_are_the_contracts(served: Settings) -> None:
    table = contracts.load()["welfare_eligibility"]
    with client.connect(served, "analyst") as connection:
        shown = dict(row[:2] for row in client.ask(connection, "DESCRIBE welfare_eligibility").rows)
    wanted = {column.name: column.type.lower().replace("string", "varchar") for column in table.stored}
    assert shown == wanted


def test_the_engineer_sees_ops_and_no_project(served: Settings) -> None:
    with client.connect(served, "engineer", schema="ops") as connection:
        assert len(rates.link_rates(connection)) == 6
        with pytest.raises(client.QueryError) as told:
            client.ask(connection, "SELECT * FROM lake.demo.welfare_by_amphoe")
    assert told.value.exit_code == 51
    assert "PERMISSION_DENIED" in told.value.message


def test_an_analyst_asks_how_records_link_and_sees_the_protected_table_only(served: Settings) -> None:
    with client.connect(served, "analyst", schema="ops") as connection:
        assert len(linkage.shown(connection, PERIODS)) == 6
        shown = ["link_weights", "link_weights_v1", "linkage_shown", "linkage_shown_v1"]
        assert [row[0] for row in client.ask(connection, "SHOW TABLES").rows] == shown
        for hidden in ("linkage", "linkage_rows", "mart_joins"):
            with pytest.raises(client.QueryError) as told:
                client.ask(connection, f"SELECT * FROM {hidden}")
            assert told.value.exit_code == 51
    with client.connect(served, "engineer", schema="ops") as connection:
        assert len(linkage.joins(connection, PERIODS)) == len(linkage.reconciled(connection, PERIODS[:1])) * 2 == 6


def test_an_analyst_counts_links_above_a_threshold_of_their_own(served: Settings) -> None:
    linked = "linked_records JOIN welfare_eligibility USING (pid, period)"
    asked = f"SELECT count(*) FROM {linked} WHERE weight >= "
    with client.connect(served, "analyst") as connection:
        found = [client.ask(connection, f"{asked}{weight}").rows[0][0] for weight in (0.5, 0.9)]
        assert found == [6, 0], "two months of three persons, whose links weigh a half"
        described = {row[0]: row[3] for row in client.ask(connection, "DESCRIBE linked_records").rows}
        bands = client.ask(connection, "SELECT route, weight_from, records FROM lake.ops.link_weights").rows
    table = contracts.load()["linked_records"]
    assert all(column.meaning_th in described[column.name] for column in table.stored)
    assert len(bands) == 6


def test_a_wrong_password_is_told_as_such(served: Settings) -> None:
    with client.connect(served, "analyst", password="wrong") as connection, pytest.raises(AccessError) as told:
        client.ask(connection, "SELECT 1")
    assert told.value.exit_code == 50


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_khlang_sql_answers_in_each_form(served: Settings, form: str) -> None:
    command = [
        str(Path(sys.executable).with_name("khlang")),
        "sql",
        "-u",
        "analyst",
        "--format",
        form,
        SUM.replace("sum", "max"),
    ]
    out = subprocess.run(command, env=environment(served), capture_output=True, text=True, check=True).stdout
    if form == "table":
        got = out.splitlines()[1].strip()
    elif form == "csv":
        got = list(csv.reader(io.StringIO(out)))[1][0]
    else:
        got = str(next(iter(json.loads(out)[0].values())))
    assert got == "120"


def test_the_plain_client_connects_as_documented(served: Settings) -> None:
    from trino.auth import BasicAuthentication
    from trino.dbapi import connect

    connection = connect(
        host="127.0.0.1",
        port=served.port("TRINO"),
        http_scheme="https",
        verify=str(served.trino_ca),
        auth=BasicAuthentication("analyst", client.password_file(served, "analyst").read_text().strip()),
        catalog="lake",
        schema="demo",
    )
    cursor = connection.cursor()
    cursor.execute(SUM)
    assert cursor.fetchall() == [[540]]
    connection.close()


def test_sqlalchemy_connects_as_documented(served: Settings) -> None:
    from sqlalchemy import create_engine, text
    from trino.auth import BasicAuthentication

    password = client.password_file(served, "analyst").read_text().strip()
    engine = create_engine(
        f"trino://analyst@127.0.0.1:{served.port('TRINO')}/lake/demo",
        connect_args={
            "http_scheme": "https",
            "verify": str(served.trino_ca),
            "auth": BasicAuthentication("analyst", password),
        },
    )
    with engine.connect() as connection:
        assert connection.execute(text(SUM)).scalar_one() == 540
    engine.dispose()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_answers_and_is_stored_without_output(
    served: Settings, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell for cell in code if cell.outputs or cell.execution_count]
    for name, known in environment(served).items():
        monkeypatch.setenv(name, known)
    for name in set(os.environ) - set(environment(served)):
        monkeypatch.delenv(name)
    shown = run(path, served.root)
    assert any("เชียงใหม่" in part.text for part in shown if part.kind in {"table", "text"})
    assert {"words", "sql", "picture"} <= {part.kind for part in shown}


def test_every_limit_is_what_trino_starts_with(served: Settings) -> None:
    config = (served.var / "trino" / "etc" / "config.properties").read_text(encoding="utf-8").split("\n")
    limits = trino.limits(served)
    assert {"query.max-memory", "query.max-execution-time", "query.max-scan-physical-bytes"} < set(limits)
    assert {f"{name}={value}" for name, value in limits.items()} <= set(config)
    queues = json.loads(trino.groups(served).read_text(encoding="utf-8"))
    each = next(one for one in queues["rootGroups"] if one["name"] == "analysts")["subGroups"][0]
    assert (each["maxQueued"], each["hardConcurrencyLimit"]) == (20, 2)
