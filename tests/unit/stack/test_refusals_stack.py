"""Refusals of the stack and of the demo that no other test provokes: a part that fails, or stands in for one."""

import dataclasses
import json
import socket
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, PropertyMock

import httpx
import pytest
import requests
from botocore.exceptions import ClientError
from click.testing import CliRunner
from minio.error import MinioAdminException
from pyspark.errors import PySparkException
from tests.refusalkit import expect_raised

from khlang import settings, sparkclient, store
from khlang.cli import khlang
from khlang.curation.objects import FolderObjects
from khlang.demo import airflow, offices, watch
from khlang.errors import KhlangError
from khlang.link.records import Records
from khlang.serve import client
from khlang.settings import Settings
from khlang.simulate import calibration
from khlang.stack import airflow as airflow_service
from khlang.stack import fence, lifecycle, minio, secrets, services, spark, superset, supervisor
from khlang.stack import status as status_module

ROOT = Path(__file__).resolve().parents[3]
Do = Callable[[], object]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path))
    made = settings.load({"KHLANG_ROOT": str(ROOT), "KHLANG_VAR": str(tmp_path)})
    secrets.ensure(made)
    return made


def expect_service(do: Do, says: str) -> None:
    """A service is told to be the cause."""
    expect_raised(do, code="SERVICE", exit_code=12, says=says)


def expect_setup(do: Do, says: str) -> None:
    """The machine is told to be the cause."""
    expect_raised(do, code="SETUP", exit_code=10, says=says)


def program(folder: Path, *, says: str) -> str:
    """A program that says something and fails."""
    path = folder / "fails"
    path.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({says!r})\n")
    path.chmod(0o755)
    return str(path)


class Answers:
    """Airflow's answers, one status for every path but the login."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, status: int | None) -> None:
        self.status = status
        whole = httpx.Client
        monkeypatch.setattr(airflow, "TRY_AGAIN_SECONDS", 0.0)
        monkeypatch.setattr(airflow, "DAG_SECONDS", 0.0)
        transport = httpx.MockTransport(self.answer)
        monkeypatch.setattr("httpx.Client", lambda **given: whole(**given, transport=transport))

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        if request.url.path == "/auth/token":
            return httpx.Response(201, json={"access_token": "x"})
        if self.status is None:
            raise httpx.ConnectError("gone")
        return httpx.Response(self.status, json={})


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (500, "Airflow answered 500 to GET /api/v2/dags/land"),
        (None, "Airflow does not answer (ConnectError)"),
        (404, "Airflow does not know the DAG land"),
    ],
)
def test_an_airflow_that_does_not_do_as_asked(
    here: Settings, monkeypatch: pytest.MonkeyPatch, status: int | None, says: str
) -> None:
    Answers(monkeypatch, status)
    with airflow.Airflow(here) as there:
        expect_service(lambda: there.pause({"land": False}), says)


def test_a_wait_in_which_nothing_happens_and_one_that_ends_in_a_crash() -> None:
    board: Any = SimpleNamespace(refresh=lambda: 0, pause=lambda: 0.01)
    busy: Any = SimpleNamespace(busy=lambda: ["curate_vehicles"])
    given: dict[str, Any] = {"refresh": lambda: None, "since": None}
    expect_service(
        lambda: watch.wait(busy, board, running=["curate_vehicles"], patience=0.05, **given),
        "Nothing has happened for 0 s in curate_vehicles",
    )
    over: Any = SimpleNamespace(busy=list, runs=lambda _: [{}], crashes=lambda _: ["curate_vehicles.curate"])
    expect_service(
        lambda: watch.wait(over, board, running=[], patience=9, **given), "A job crashed: curate_vehicles.curate"
    )


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("line", "option"),
    [(("demo", "--start", "2569-01"), "--start"), (("volume", "--rows", "20000", "--period", "2569-01"), "--period")],
)
def test_a_month_that_is_none(line: tuple[str, ...], option: str) -> None:
    done = CliRunner().invoke(khlang, line)
    says = f"{option} is no Gregorian month"
    expect_raised(lambda: again(done.exception), code="PERIOD", exit_code=24, says=says)


def again(error: object) -> None:
    """Raise what a command raised."""
    assert isinstance(error, KhlangError), error
    raise error


def test_no_extract_to_seal(here: Settings) -> None:
    expect_raised(
        lambda: offices.extracts(here, ["2026-01"], {"vehicles"}), code="INPUT", exit_code=20, says="No agency has"
    )


def test_two_builds_of_one_table(tmp_path: Path) -> None:
    beaten = MagicMock(wraps=FolderObjects(tmp_path), put_new=MagicMock(return_value=False))
    records = Records(beaten, "_marts/m_v1")
    expect_raised(lambda: records.begin({"2026-01": {}}), code="LEASE", exit_code=40, says="Another run is building")


def test_a_store_that_breaks_its_promises() -> None:
    s3 = MagicMock()
    s3.get_object.return_value["Body"].read.return_value = b"second"
    expect_service(lambda: minio.check_promises(s3), "a PUT with If-None-Match has one winner; what was written")


def test_a_store_that_takes_no_account(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = MagicMock()
    admin.list_service_account.return_value = json.dumps({"accounts": []})
    admin.add_service_account.side_effect = MinioAdminException("403", "no")
    monkeypatch.setattr("minio.minioadmin.MinioAdmin", lambda **_: admin)
    expect_service(lambda: minio._accounts(here), "MinIO refuses the account of the role")


def test_a_store_that_is_out_of_order(tmp_path: Path) -> None:
    s3 = MagicMock()
    s3.put_object.side_effect = ClientError({"Error": {"Code": "InternalError"}}, "PutObject")
    expect_service(lambda: store.put(s3, "lake", "k", b""), "The object store answered InternalError for lake/k")
    bare = settings.load({"KHLANG_ROOT": str(ROOT), "KHLANG_VAR": str(tmp_path / "nothing")})
    expect_setup(lambda: store.client(bare, "curate"), "key of the role curate is missing or unreadable")


def test_a_trino_that_is_silent_or_has_no_certificate(here: Settings) -> None:
    silent = MagicMock()
    silent.cursor.return_value.execute.side_effect = requests.ConnectionError
    expect_service(lambda: client.ask(silent, "SELECT 1"), "Trino does not answer (ConnectionError)")

    def connect() -> None:
        with client.connect(here, "analyst"):
            pytest.fail("connected to nobody")

    expect_setup(connect, "Trino's certificate is missing")


def test_a_stack_that_is_down(here: Settings) -> None:
    done = CliRunner().invoke(khlang, ["stack", "status"])
    expect_service(lambda: again(done.exception), "Not healthy: minio")
    done = CliRunner().invoke(khlang, ["stack", "logs", "-s", "trino"])
    expect_service(lambda: again(done.exception), "trino has no log yet")
    assert status_module.rows(here)
    expect_raised(lambda: services.find("oracle"), code="USAGE", exit_code=2, says="There is no service oracle")


@contextmanager
def states(monkeypatch: pytest.MonkeyPatch, name: str) -> Any:
    """A supervisor whose programs are all in this state."""
    told = {"statename": name, "start": 1, "pid": 1}
    monkeypatch.setattr(supervisor.Supervisor, "processes", lambda _: dict.fromkeys(services.NAMES, told))
    monkeypatch.setattr(lifecycle, "healthy", lambda *_: False)
    yield


def test_a_service_that_does_not_start(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    trino = [services.find("trino")]
    with states(monkeypatch, "FATAL"):
        expect_service(lambda: lifecycle._wait(here, trino, 0.0, print), "trino does not start:\n(no log)")
    monkeypatch.setattr(lifecycle, "START_SECONDS", 0)
    with states(monkeypatch, "RUNNING"):
        expect_service(lambda: lifecycle._wait(here, trino, 0.0, print), "Not healthy after 0 s: trino")


def test_a_supervisor_that_does_not_start(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fails = Path(program(tmp_path, says="no room")).rename(tmp_path / "supervisord")
    monkeypatch.setattr(supervisor, "write_config", lambda _: tmp_path / "x.conf")
    monkeypatch.setattr("khlang.artefacts.load", lambda _: SimpleNamespace(python=fails.parent / "python"))
    expect_service(lambda: supervisor.Supervisor(here).begin(), "The supervisor does not start: no room")


def test_a_machine_that_lacks_something(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    expect_setup(lambda: spark.launch(here), "There is no java on this machine")
    fails = program(tmp_path, says="not permitted")
    monkeypatch.setattr(fence, "fence_command", lambda _: (fails,))
    expect_setup(lambda: fence.check(here), "cannot be kept from reading")
    monkeypatch.setattr("khlang.artefacts.load", lambda _: SimpleNamespace(airflow=Path(fails)))
    monkeypatch.setattr(airflow_service, "environment", lambda _: {})
    expect_setup(lambda: airflow_service._migrate(here, tmp_path / "x.db"), "Airflow cannot make its database")


def test_provinces_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = calibration.code_list
    monkeypatch.setattr(calibration, "code_list", lambda name: whole(name)[1:] if name == "province" else whole(name))
    expect_setup(calibration.load, "Provinces of the population table and of contracts/codes differ")


def test_a_port_that_another_program_holds(here: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = dataclasses.replace(here, ports={**here.ports, "TRINO": port})
        says = f"port {port} (trino, TRINO=)"
        expect_raised(
            lambda: lifecycle.check_ports(taken, [services.find("trino")]), code="PORT-IN-USE", exit_code=11, says=says
        )
    lifecycle.check_ports(taken, [services.find("trino")])


def test_a_superset_with_nothing_to_show(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "connect", lambda *_, **__: MagicMock())
    monkeypatch.setattr(client, "ask", lambda *_: client.Answer(("t", "c"), ("varchar",) * 2, (("other", "x"),)))
    expect_service(lambda: superset.served(here), "No domain's marts are served yet")


def test_a_server_of_sessions_that_takes_no_token(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock stands for the session; tests/integration/test_spark_token.py asks the real server without a token."""
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "")  # what is set in a session's name is taken back
    built = MagicMock()
    opened = built.channelBuilder.return_value.create.return_value
    monkeypatch.setattr(sparkclient.RemoteSession, "builder", built)
    with socket.create_server(("127.0.0.1", 0)) as server:
        remote = f"sc://127.0.0.1:{server.getsockname()[1]}"
        assert sparkclient.connect(here, remote) is opened
        type(opened).version = PropertyMock(side_effect=PySparkException("UNAUTHENTICATED: no"))
        says = "does not take the token of spark-connect.token"
        expect_raised(lambda: sparkclient.connect(here, remote), code="ACCESS", exit_code=50, says=says)
