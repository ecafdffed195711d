"""``khlang sql`` against the real Trino: parameters, places of refusals, progress, Ctrl-C that ends a query there."""

import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pexpect
import pytest
from tests.stackfixture import environment

from khlang.serve import client
from khlang.settings import Settings

#: A hundred thousand million rows of nothing: nobody waits for its end.
LONG = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), "
    "UNNEST(sequence(1, 1000)) c(z)"
)
COMMAND = [str(Path(sys.executable).with_name("khlang")), "sql"]
SECONDS = 120


def khlang(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], env=environment(settings), capture_output=True, text=True, check=False)


def test_parameters_are_bound_and_a_file_has_many_statements(served: Settings, tmp_path: Path) -> None:
    file = tmp_path / "question.sql"
    file.write_text(
        "-- how many; really\nSELECT count(*) AS n FROM welfare_by_amphoe WHERE period = :month;\n"
        "SELECT :n + 1 AS more, :word AS word;\n",
        encoding="utf-8",
    )
    done = khlang(served, "--format", "csv", "-f", str(file), "-p", "month=2026-01", "-p", "n:integer=6",
                  "-p", "word=' OR 1=1 --")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "n\n3\nmore,word\n7,' OR 1=1 --\n"), done.stderr


def test_a_refusal_names_the_place_in_the_file(served: Settings, tmp_path: Path) -> None:
    file = tmp_path / "question.sql"
    file.write_text(
        "SELECT 1;\n\nSELECT period,\n  nothing\nFROM welfare_by_amphoe WHERE period = :m", encoding="utf-8"
    )
    done = khlang(served, "-f", str(file), "-p", "m=2026-01")
    assert done.returncode == 51
    assert "question.sql: COLUMN_NOT_FOUND at line 4, column 3: " in done.stderr
    assert "→ DESCRIBE" in done.stderr


def test_progress_tells_splits(served: Settings) -> None:
    told: list[dict[str, Any]] = []
    sql = "SELECT count(*) FROM welfare_by_amphoe a JOIN welfare_eligibility b USING (period)"
    with client.connect(served, "analyst") as connection:
        client.ask(connection, sql, progress=told.append)
    assert told[-1]["state"] == "FINISHED"
    assert told[-1]["completedSplits"] == told[-1]["totalSplits"] > 0
    assert told[-1]["processedRows"] > 0


def ended(settings: Settings, query: str) -> str:
    """Why a query ended, as the server tells its own user; empty while it runs."""
    login = ("analyst", client.read_password(client.password_file(settings, "analyst")))
    with httpx.Client(verify=ssl.create_default_context(cafile=settings.trino_ca), auth=login, trust_env=False) as http:
        told = http.get(f"{settings.trino_url}/v1/query/{query}").json()
    return str(told["errorCode"]["name"]) if told["state"] == "FAILED" else ""


def expect_cancelled(settings: Settings, query: str) -> None:
    until = time.monotonic() + SECONDS
    while not (why := ended(settings, query)) and time.monotonic() < until:
        time.sleep(0.2)
    assert why == "USER_CANCELED"


def test_an_interrupt_ends_the_query_on_the_server(served: Settings) -> None:
    told: list[dict[str, Any]] = []

    def interrupted(stats: dict[str, Any]) -> None:
        told.append(stats)
        if stats["state"] == "RUNNING":
            raise KeyboardInterrupt

    with client.connect(served, "analyst") as connection:
        with pytest.raises(KeyboardInterrupt):
            client.ask(connection, LONG, progress=interrupted)
        expect_cancelled(served, told[-1]["queryId"])
        assert client.ask(connection, "SELECT 1").rows == ((1,),), "the connection goes on"


def test_the_prompt_on_a_terminal(served: Settings, tmp_path: Path) -> None:
    """Typed as a person does: a name completed, a long query with its progress, Ctrl-C, and on."""
    known = environment(served) | {"XDG_STATE_HOME": str(tmp_path), "TERM": "xterm", "PAGER": "cat"}
    terminal = pexpect.spawn(
        COMMAND[0], COMMAND[1:], env=known, timeout=SECONDS, encoding="utf-8", dimensions=(50, 160)
    )
    try:
        terminal.expect("analyst@demo>")
        terminal.send("SELECT max(registrants) FROM welfare_by_am\t")
        terminal.expect("phoe")
        terminal.send(";\r")
        terminal.expect("120")
        terminal.send(f"{LONG};\r")
        terminal.expect(r"splits.*Ctrl-C: cancel")
        terminal.send("\x03")
        terminal.expect("Cancelled on the server")
        terminal.expect("analyst@demo>")
        terminal.send("SELECT '1101700230705';\r")
        terminal.expect("1 row")
        terminal.send("\x04")
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)
    kept = (tmp_path / "khlang" / "sql-history").read_text(encoding="utf-8")
    assert "max(registrants)" in kept
    assert "1101700230705" not in kept
    assert client.read_password(client.password_file(served, "analyst")) not in kept
