"""Rows about persons are read inside a project's workspace only: what else is shown to Trino in a pass's place."""

import base64
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.attackkit import EXPIRED, INSIDE, LOGINS, Cell, eventually, on_day, outcome

from khlang import inside
from khlang.errors import AccessError, KhlangError
from khlang.policy import canaries
from khlang.projects import enter
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import access, canarypass, passes, rkernel

MINE, (ME, THEM) = LOGINS[0], INSIDE
LACKS = rkernel.missing()
R_JOB = """
cat(sql("SELECT current_user AS me")$me, "\\n", sep = "")
cat(sql("SELECT count(*) AS n FROM welfare_eligibility WHERE pid > :least", least = 0L)$n > 0, "\\n", sep = "")
cat(tryCatch(sql("SELECT * FROM lake.other.welfare_eligibility")$pid, error = function(e) "refused"), "\\n", sep = "")
cat(length(list.files(file.path(Sys.getenv("KHLANG_VAR"), "secrets"))) == 0L, "\\n", sep = "")
"""
#: As a job of the pool asks.
CANARIES = "from khlang import settings; from khlang.stack import canarypass; print(canarypass.ask(settings.load()))"
PERSONS, COUNTS = "SELECT count(*) FROM welfare_eligibility", "SELECT count(*) FROM welfare_by_amphoe"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def shown(settings: Settings, bearer: str, user: str = ME, sql: str = PERSONS) -> str:
    """What Trino gives to who shows this: ``rows``, ``denied`` for want of a right, ``unknown`` as no user at all."""
    try:
        with client.connect(settings, user, bearer=lambda: bearer) as connection:
            client.ask(connection, sql)
    except AccessError:
        return "unknown"
    except client.QueryError as refused:
        assert "Access Denied" in refused.message or "does not exist" in refused.message  # noqa: PT017  # no other
        return "denied"
    return "rows"


@pytest.mark.attack(
    "rows about persons by the same login, outside of the workspace",
    guard="the compiled rules: two users for one person",
    control="test_the_same_login_outside_reads_aggregates_only",
)
def test_the_same_login_outside_reads_aggregates_only(projects: Settings) -> None:
    def ask(account: str, sql: str) -> str:
        return outcome(projects, Cell(account, "", "", sql))

    assert [ask(MINE, PERSONS), ask(MINE, COUNTS)] == ["denied", "rows"]
    assert [ask(ME, PERSONS), ask(ME, COUNTS)] == ["rows", "rows"]
    assert ask(ME, "SELECT count(*) FROM lake.other.welfare_eligibility") == "denied"
    assert ask(MINE, "SELECT count(*) FROM lake.poverty.welfare_eligibility_v1") == "denied"


def unsigned(settings: Settings) -> str:
    said = passes.issue(settings, ME, now()).split(".")[1]
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{said}."


def signed_with_the_public_half(settings: Settings) -> str:
    said = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{passes.issue(settings, ME, now()).split('.')[1]}"
    mac = hmac.HMAC(passes.public_file(settings).read_bytes(), hashes.SHA256())
    mac.update(said.encode())
    return f"{said}.{encoded(mac.finalize())}"


def with_another_person(settings: Settings) -> str:
    head, claims, signature = passes.issue(settings, THEM, now()).split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return f"{head}.{part(told | {'sub': ME})}.{signature}"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: dict[str, Any]) -> str:
    return encoded(json.dumps(value).encode())


FORGED: dict[str, Callable[[Settings], str]] = {
    "another key": lambda _: passes.sign(rsa.generate_private_key(public_exponent=65537, key_size=2048), ME, now()),
    "unsigned": unsigned,
    "the public half as a password": signed_with_the_public_half,
    "another person written in": with_another_person,
    "over an hour ago": lambda here: passes.issue(here, ME, now() - dt.timedelta(hours=1)),
    "the analyst by a pass": lambda here: passes.issue(here, "analyst", now()),
    "the loader by a pass": lambda here: passes.issue(here, "loader", now()),
    "no pass": lambda _: "",
}


@pytest.mark.attack(
    "a pass by another key, unsigned, signed with the public half, altered, over, or for another kind of user",
    guard="Trino checks signature, end, issuer, audience and subject",
    control="test_a_true_pass_opens_its_own_project_and_no_other",
)
@pytest.mark.parametrize("how", FORGED)
def test_a_forged_pass_is_nobodys(projects: Settings, how: str) -> None:
    user = how.split()[1] if how.endswith("by a pass") else ME
    sql = "SELECT 1" if user != ME else PERSONS
    assert shown(projects, FORGED[how](projects), user, sql) == "unknown"


@pytest.mark.attack(
    "one project's pass in another, or under another's name",
    guard="the compiled rules; impersonation is closed",
    control="test_a_true_pass_opens_its_own_project_and_no_other",
)
def test_a_true_pass_opens_its_own_project_and_no_other(projects: Settings) -> None:
    assert shown(projects, passes.issue(projects, ME, now())) == "rows"
    theirs = passes.issue(projects, THEM, now())
    assert shown(projects, theirs, THEM, "SELECT count(*) FROM lake.poverty.welfare_eligibility") == "denied"
    assert shown(projects, theirs, ME) in {"unknown", "denied"}, "one's pass under another's name"


@pytest.mark.attack(
    "a user of a workspace written into the password file",
    guard="the mapping of users: no password names one",
    control="test_a_password_makes_nobody_a_user_of_a_workspace",
)
def test_a_password_makes_nobody_a_user_of_a_workspace(projects: Settings) -> None:
    """Not even one that stands in the password file under such a name."""
    path = access.passwords_file(projects)
    lines = path.read_text(encoding="utf-8")
    password = client.read_password(client.password_file(projects, MINE))
    hashed = next(line for line in lines.splitlines() if line.startswith(f"{MINE}:"))
    path.write_text(lines + hashed.replace(MINE, ME) + "\n" + hashed.replace(MINE, "control") + "\n", encoding="utf-8")
    try:
        eventually(lambda: known(projects, "control", password))
        assert not known(projects, ME, password)
    finally:
        path.write_text(lines, encoding="utf-8")


def known(settings: Settings, user: str, password: str) -> bool:
    with client.connect(settings, user, password=password) as connection:
        try:
            client.ask(connection, "SELECT 1")
        except client.QueryError:
            return True  # logged in, and without any right
        except KhlangError:
            return False
    return True


@pytest.mark.attack(
    "an open session after its pass is over",
    guard="each request shows a pass, and its end is checked",
    control="test_an_open_session_ends_with_its_pass",
)
def test_an_open_session_ends_with_its_pass(projects: Settings) -> None:
    shows = [passes.issue(projects, ME, now())]
    with client.connect(projects, ME, bearer=lambda: shows[0]) as connection:
        assert client.ask(connection, PERSONS).rows
        shows[0] = passes.issue(projects, ME, now() - passes.LIFE - dt.timedelta(minutes=5))
        with pytest.raises(AccessError):
            client.ask(connection, PERSONS)


@pytest.mark.attack(
    "an open session with a good pass after the project's last day",
    guard="rules are compiled anew, the server reads them while it runs",
    control="test_an_open_session_ends_with_its_project",
)
def test_an_open_session_ends_with_its_project(projects: Settings) -> None:
    """The pass is still good: what it opens is not."""
    good = passes.issue(projects, ME, now())
    with client.connect(projects, ME, bearer=lambda: good) as connection:
        assert client.ask(connection, PERSONS).rows
        with on_day(projects, EXPIRED):
            eventually(lambda: shown(projects, good) == "denied")
            with pytest.raises(client.QueryError):
                client.ask(connection, PERSONS)


@pytest.mark.attack(
    "secrets, the signing key and another project's files from inside a workspace",
    guard="the fence",
    control="test_what_a_process_finds_in_a_workspace",
)
def test_what_a_process_finds_in_a_workspace(projects: Settings, tmp_path: Path) -> None:
    def within(*command: str, name: str = "poverty") -> tuple[int, str]:
        with (tmp_path / "said").open("w+b") as output:
            code = enter.enter(projects, name, "analyst-a", command, output=output)
            output.seek(0)
            return code, output.read().decode()

    code, told = within("khlang", "sql", "--format", "csv", f"{PERSONS} WHERE pid > 0")
    assert (code, told.split()[0]) == (0, "_col0")
    assert within("khlang", "sql", "SELECT count(*) FROM lake.other.welfare_eligibility")[0] != 0
    assert within("khlang", "sql", "-u", "analyst", "SELECT 1")[0] != 0, "the pilot's password lies outside"
    other = enter.files(projects, "other")
    other.mkdir(parents=True, exist_ok=True)
    (other / "theirs.txt").write_text("theirs", encoding="utf-8")
    for hidden in (projects.secrets, projects.outside, passes.key_file(projects), other / "theirs.txt"):
        assert hidden.exists(), "else it proves nothing"
        assert within("ls", str(hidden))[0] != 0, hidden
    assert within("sh", "-c", "cat $KHLANG_WORKSPACE/pass")[0] == 0, "its own pass it reads"
    assert not list((projects.var / "entered").iterdir()), "and nothing of it stays"


@pytest.mark.attack(
    "the passes of canary accounts, asked of the watcher from inside a workspace",
    guard="the fence: the watcher's socket lies among the secrets",
    control="test_who_works_in_a_workspace_is_given_no_pass_of_a_canary",
)
def test_who_works_in_a_workspace_is_given_no_pass_of_a_canary(projects: Settings, tmp_path: Path) -> None:
    eventually(lambda: inside.identity(canaries.of_project("poverty")) in canarypass.ask(projects))
    with (tmp_path / "said").open("w+b") as output:
        assert enter.enter(projects, "poverty", "analyst-a", ("python", "-c", CANARIES), output=output) == 0
        output.seek(0)
        assert output.read().decode().strip() == "{}"


@pytest.mark.attack(
    "rows about persons by R: another project's, the pilot's, and the pool's secrets from its process",
    guard="sql() of R is `khlang sql`, behind the same fence",
    control="test_r_reads_what_who_entered_may_read",
)
@pytest.mark.skipif(bool(LACKS), reason=f"apt-get install {' '.join(LACKS)}")
def test_r_reads_what_who_entered_may_read(projects: Settings, tmp_path: Path) -> None:
    script = tmp_path / "job.R"
    script.write_text(R_JOB, encoding="utf-8")
    with (tmp_path / "said").open("w+b") as output:
        code = enter.enter(projects, "poverty", "analyst-a", ["Rscript", str(script)], output=output)
        output.seek(0)
        told = output.read().decode().splitlines()
    assert (code, told) == (0, [ME, "TRUE", "refused", "TRUE"]), told
