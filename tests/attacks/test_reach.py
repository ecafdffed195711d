"""An analyst reaches for what is not given, in ways that no table names; each try has the same one that is allowed."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from tests.attackkit import DAY, EXPIRED, INSIDE, LOGINS, Cell, connect, eventually, on_day, outcome

from khlang import store
from khlang.errors import KhlangError
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import access, secrets

MINE, OTHERS = LOGINS
ME, THEM = INSIDE
HIDDEN = "SELECT count(*) FROM lake.other.welfare_eligibility"


@contextmanager
def guard_off(settings: Settings) -> Iterator[None]:
    """Rules under which everybody may do everything: what an attack must show that it could have found."""
    path = access.rules_file(settings)
    before = path.read_text(encoding="utf-8")
    allowing = {
        "catalogs": [{"allow": "all"}],
        "tables": [{"privileges": ["SELECT", "INSERT", "DELETE", "OWNERSHIP", "GRANT_SELECT"]}],
        "queries": [{"allow": ["execute", "kill", "view"]}],
        "impersonation": [{"original_user": ".*", "new_user": ".*"}],
        "system_session_properties": [{"allow": True}],
        "catalog_session_properties": [{"allow": True}],
    }
    secrets.write_private(path, json.dumps(allowing))
    try:
        wait_for(settings, "rows")
        yield
    finally:
        secrets.write_private(path, before)
        wait_for(settings, "denied")


def wait_for(settings: Settings, wanted: str) -> None:
    """Trino takes rules up within a second."""
    for _ in range(60):
        if ask(settings, HIDDEN) == wanted:
            return
        time.sleep(0.25)
    pytest.fail(f"Trino still does not answer with: {wanted}")


def ask(settings: Settings, sql: str, account: str = ME) -> str:
    return outcome(settings, Cell(account, "", "", sql))


TRIES = [
    HIDDEN,
    "WITH x AS (SELECT pid FROM lake.other.welfare_eligibility) SELECT count(*) FROM x",
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM lake.other.welfare_eligibility) THEN 1 END",
    "SELECT transform(array_agg(pid), x -> x + 1) FROM lake.other.welfare_eligibility",
    "SELECT json_format(CAST(array_agg(pid) AS JSON)) FROM lake.other.welfare_eligibility",
    "SELECT row_number() OVER (ORDER BY pid) FROM lake.other.welfare_eligibility",
    "SELECT regexp_extract(CAST(pid AS VARCHAR), '1') FROM lake.other.welfare_eligibility",
    "SELECT t.pid FROM lake.other.welfare_eligibility t TABLESAMPLE BERNOULLI (100)",
    "SELECT 1 / 0 FROM lake.other.welfare_eligibility WHERE pid > 0",
    "SELECT CAST(province_code AS INTEGER) + fail('x') FROM lake.other.welfare_eligibility",
    "SELECT * FROM lake.poverty.welfare_eligibility p JOIN lake.other.welfare_eligibility o ON p.pid = o.pid",
    "SELECT * FROM lake.poverty.welfare_eligibility WHERE pid IN (SELECT pid FROM lake.other.welfare_eligibility)",
    "EXPLAIN (TYPE IO, FORMAT JSON) SELECT * FROM lake.other.welfare_eligibility",
    "SHOW STATS FOR (SELECT * FROM lake.other.welfare_eligibility WHERE province_code = '10')",
    "SELECT * FROM lake.other.welfare_eligibility_v1 FOR VERSION AS OF 0",
    "SELECT * FROM system.runtime.queries",
    "SELECT * FROM system.runtime.tasks",
    "SELECT * FROM system.metadata.catalogs",
    "SET SESSION query_max_run_time = '10h'",
    "SET SESSION AUTHORIZATION analyst",
]


@pytest.mark.parametrize("sql", TRIES)
@pytest.mark.attack(
    "another project's rows in a dozen ways (subquery, CASE, lambda, JSON, window, regexp, error text, EXPLAIN, "
    "SHOW STATS, an earlier version); the system catalog; session properties",
    guard="Trino's rules: what no rule names is refused",
    control="test_with_the_guard_off_nearly_every_try_succeeds",
)
def test_refused(projects: Settings, sql: str) -> None:
    assert ask(projects, sql) == "denied"


def test_with_the_guard_off_nearly_every_try_succeeds(projects: Settings) -> None:
    with guard_off(projects):
        given = {sql: ask(projects, sql) for sql in TRIES}
    # What fails then fails by its own arithmetic, or for the rows that are not there: Trino reads and allows it.
    failed = {sql: said for sql, said in given.items() if said != "rows"}
    assert set(failed) <= {TRIES[8], TRIES[9]}
    assert "denied" not in failed.values()


def asked_with(settings: Settings, headers: dict[str, str]) -> tuple[int, str]:
    """Status and last answer of a query with one's own password and these headers."""
    url = f"{settings.trino_url}/v1/statement"
    password = client.read_password(client.password_file(settings, MINE))
    given: dict[str, Any] = {"headers": headers, "auth": (MINE, password), "verify": str(settings.trino_ca)}
    with requests.Session() as session:
        session.trust_env = False
        done = session.post(url, HIDDEN, **given)
        seen = done.text
        while done.status_code == 200 and "nextUri" in done.json():
            done = session.get(done.json()["nextUri"], **given)
            seen += done.text
    return done.status_code, seen


@pytest.mark.parametrize("header", ["X-Trino-User", "X-Trino-Original-User"])
@pytest.mark.attack(
    "another user's name in X-Trino-User or X-Trino-Original-User",
    guard="impersonation is closed by the rules",
    control="test_with_impersonation_open_the_forged_user_is_believed",
)
def test_a_forged_user_is_refused(projects: Settings, header: str) -> None:
    status, text = asked_with(projects, {"X-Trino-User": MINE, header: OTHERS})
    assert status in {401, 403} or "Access Denied" in text
    assert '"data"' not in text


def test_with_impersonation_open_the_forged_user_is_believed(projects: Settings) -> None:
    with guard_off(projects):
        status, text = asked_with(projects, {"X-Trino-User": OTHERS})
    assert status == 200
    assert '"data"' in text


@pytest.mark.attack(
    "the bcrypt hash out of the password file as password",
    guard="bcrypt",
    control="test_a_stolen_hash_is_no_password",
)
def test_a_stolen_hash_is_no_password(projects: Settings) -> None:
    lines = dict(line.split(":", 1) for line in access.passwords_file(projects).read_text().splitlines())
    with client.connect(projects, MINE, password=lines[MINE]) as connection, pytest.raises(KhlangError):
        client.ask(connection, "SELECT 1")
    with client.connect(projects, MINE) as connection:
        assert client.ask(connection, "SELECT 1").rows == ((1,),)


@pytest.mark.parametrize("swapped", ["", "{", '{"tables": [{"privileges": ["NONE AT ALL"]}]}'])
@pytest.mark.attack(
    "a rules file that is emptied or broken",
    guard="Trino denies while it cannot read its rules",
    control="test_with_the_guard_off_nearly_every_try_succeeds",
)
def test_a_rules_file_that_is_broken_opens_nothing(projects: Settings, swapped: str) -> None:
    path = access.rules_file(projects)
    try:
        secrets.write_private(path, swapped)
        time.sleep(2.5)  # two looks of Trino
        assert ask(projects, HIDDEN) != "rows"
        assert ask(projects, "SELECT count(*) FROM lake.demo.welfare_eligibility") != "rows"
    finally:
        access.apply(projects, DAY)
    eventually(
        lambda: ask(projects, "SELECT count(*) FROM lake.poverty.welfare_eligibility") == "rows",
        "the rules were mended and nothing is readable",
    )


@pytest.mark.attack(
    "two projects' people matched by attributes: measured, not denied",
    guard="none: who shares two exports can do so",
    control="test_attributes_join_two_projects_and_are_told",
)
def test_attributes_join_two_projects_and_are_told(projects: Settings) -> None:
    """By pid nobody meets; by attributes whoever is alike does: two people with two exports could do so."""
    with connect(projects, ME) as one, connect(projects, THEM) as two:
        asked = "SELECT province_code, debt_baht FROM welfare_eligibility"
        left, right = client.ask(one, asked).rows, client.ask(two, asked).rows
    assert set(left) & set(right), "the measure measures nothing"


@pytest.mark.attack(
    "an open session after the project's last day",
    guard="rules and passwords are compiled anew, the server reads them while it runs",
    control="test_an_expired_projects_open_session_ends",
)
def test_an_expired_projects_open_session_ends(projects: Settings) -> None:
    with client.connect(projects, MINE) as connection:
        assert client.ask(connection, "SELECT count(*) FROM welfare_by_amphoe").rows
        with on_day(projects, EXPIRED):
            for _ in range(40):
                try:
                    client.ask(connection, "SELECT count(*) FROM welfare_by_amphoe")
                except Exception:  # noqa: BLE001  # the client's own of a login that is gone, or a refusal
                    return
                time.sleep(0.25)
            pytest.fail("an open session of an expired project still reads")


@pytest.mark.attack(
    "the store's port from where an analyst stands: no key, and the forged signature of CVE-2026-40344",
    guard="no bucket takes strangers",
    control="test_with_its_key_the_store_answers",
)
def test_from_where_an_analyst_stands_the_store_is_closed(projects: Settings) -> None:
    """Without a key MinIO gives nothing; the server's known hole needs a bucket that takes strangers, and none does."""
    base = projects.minio_url
    session = requests.Session()
    session.trust_env = False
    for path in ("/lake/", "/lake/projects/other/", "/audit/", "/receipts/", "/landing/"):
        assert session.get(f"{base}{path}").status_code == 403
    headers = {
        "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X-Amz-Meta-Snowball-Auto-Extract": "true",
        "Authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-content-sha256, Signature=" + "0" * 64,
        "X-Amz-Date": "20260101T000000Z",
    }
    done = session.put(f"{base}/lake/projects/other/x", data=b"x", headers=headers)
    assert done.status_code in {400, 403}
    session.close()


def test_with_its_key_the_store_answers(projects: Settings) -> None:
    held = store.list_keys(store.client(projects, "trino-read"), "lake", "projects/other/")
    assert any(held)
