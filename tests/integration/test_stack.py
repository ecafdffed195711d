"""The whole stack, up: healthy, on loopback only, with nothing secret to be seen from outside."""

import http.client
import json
import os
import shutil
import ssl
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.stackfixture import environment

from khlang.settings import Settings
from khlang.stack import fence, lifecycle, secrets
from khlang.stack.services import SERVICES
from khlang.stack.supervisor import Supervisor

LISTEN = "0A"  # the state column of /proc/net/tcp
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def listeners(pids: list[int]) -> dict[int, str]:
    """Port → address (hexadecimal) of every socket that one of these processes listens on."""
    inodes = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            target = str(handle.readlink()) if handle.is_symlink() else ""
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in inodes:
                address, _, port = fields[1].partition(":")
                found[int(port, 16)] = address
    return found


def test_status_shows_every_service_and_where_to_log_in(stack: Settings) -> None:
    program = str(Path(sys.executable).parent / "khlang")
    shown = subprocess.run(
        [program, "stack", "status", "--json"], env=environment(stack), capture_output=True, text=True, check=True
    )
    rows = {row["service"]: row for row in json.loads(shown.stdout)}
    assert list(rows) == [service.name for service in SERVICES]
    assert {row["health"] for row in rows.values()} == {"healthy"}
    assert all(row["pid"] and row["rss_mb"] > 0 for row in rows.values())
    table = subprocess.run(
        [program, "stack", "status"], env=environment(stack), capture_output=True, text=True, check=True
    )
    for user in ("analyst", "engineer"):
        assert user in table.stdout
        assert secrets.trino_password_file(stack, user).read_text().strip() not in table.stdout


def test_up_again_starts_nothing(stack: Settings) -> None:
    before = {name: entry["pid"] for name, entry in Supervisor(stack).processes().items()}
    lifecycle.up(stack, report=lambda *_: None)
    assert {name: entry["pid"] for name, entry in Supervisor(stack).processes().items()} == before


def test_nothing_listens_beyond_loopback(stack: Settings) -> None:
    found = listeners(lifecycle.marked(stack))
    assert set(found) >= {stack.port(service.port) for service in SERVICES if service.port}
    assert {port: address for port, address in found.items() if address not in LOOPBACK} == {}


def test_a_socket_on_every_address_would_be_noticed() -> None:
    """The positive control of the test above."""
    import socket

    with socket.socket() as wide:
        wide.bind(("0.0.0.0", 0))
        wide.listen()
        assert listeners([os.getpid()])[wide.getsockname()[1]] not in LOOPBACK


def test_every_service_is_behind_the_fence(stack: Settings) -> None:
    processes = Supervisor(stack).processes()
    assert [s.name for s in SERVICES if fence.lost(stack, int(processes[s.name]["pid"]))] == []
    assert fence.lost(stack, os.getpid())  # this test is not


def test_no_process_of_the_pool_sees_what_lies_outside(stack: Settings) -> None:
    """Looked at through each process's own root: the servers, their workers, and what they have started since."""
    kept = stack.outside / "probe" / "source.key"
    kept.parent.mkdir()
    kept.write_text("not for the pool")
    free = {Supervisor(stack).pid(), int(Supervisor(stack).processes()["watch"]["pid"])}
    try:
        seen = {pid: names_in(Path(f"/proc/{pid}/root{stack.outside}")) for pid in {*lifecycle.marked(stack), *free}}
    finally:
        shutil.rmtree(kept.parent)
    servers = {int(Supervisor(stack).processes()[service.name]["pid"]) for service in SERVICES}
    assert servers <= set(seen)
    assert {pid: names for pid, names in seen.items() if names and pid not in free} == {}
    assert all("probe" in seen[pid] for pid in free)  # the positive control: they stand before the fence


def names_in(folder: Path) -> set[str]:
    """What lies in a folder; nothing where it may not be read, or whose it is has ended."""
    try:
        return {path.name for path in folder.iterdir()}
    except OSError:
        return set()


def test_each_started_after_what_it_stands_on(stack: Settings) -> None:
    said = {
        service.name: (stack.var / "log" / f"{service.name}.log").read_text(errors="replace") for service in SERVICES
    }
    for service in SERVICES:
        line = f"{service.name} starts: {', '.join(service.after)} answered after "
        assert (line in said[service.name]) == bool(service.after), service.name
    first = said["airflow-scheduler"].partition("airflow-scheduler starts:")
    assert first[0] == "", "it did something before the API server answered"


def around(text: bytes, secret: bytes, known: list[bytes]) -> str:
    """What stands before and behind a secret that was found, every secret in it masked: where it came from."""
    place = text.index(secret)
    part = text[max(0, place - 2000) : place + 500]
    for one in known:
        part = part.replace(one, b"(secret)")
    return part.decode(errors="replace")


def test_no_secret_on_a_command_line_or_in_a_log(stack: Settings) -> None:
    known = [secrets.trino_password_file(stack, user).read_text() for user in secrets.TRINO_USERS]
    known += [secrets.minio(stack, role)["secret_key"] for role in ("root", *secrets.ROLES)]
    names = ("trino-internal", "airflow-jwt", "airflow-web", "airflow-fernet", "spark-connect.token", "audit.token")
    known += [secrets.text(stack, name) for name in names]
    places = {Path(f"/proc/{pid}/cmdline"): b"" for pid in lifecycle.marked(stack)}
    places |= dict.fromkeys((stack.var / "log").iterdir(), b"")
    for place in list(places):
        try:
            places[place] = place.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a short-lived child of Airflow
    assert any(b"TrinoServer" in text for text in places.values())
    keys = [key.encode() for key in known]
    assert [
        f"{place}: {around(text, key, keys)}" for place, text in places.items() for key in keys if key in text
    ] == []


def test_secrets_of_the_running_stack_are_private(stack: Settings) -> None:
    files = [path for path in stack.secrets.rglob("*") if path.is_file()]
    others = ("spark/server.conf", "spark/store.credentials", "run/supervisord.conf", "tls/ca.key")
    files += [stack.var / name for name in others]
    assert len(files) > 15
    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in files} == {"0o600"}
    assert stat.S_IMODE((stack.var / "secrets").stat().st_mode) == 0o700


def answer(url: str, settings: Settings, headers: dict[str, str]) -> int:
    """The HTTP status of a query sent by somebody who trusts our authority."""
    handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(
        context=ssl.create_default_context(cafile=str(settings.trino_ca))))  # fmt: skip
    request = urllib.request.Request(f"{url}/v1/statement", data=b"SELECT 1", headers=headers)
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=20) as got:
            return int(got.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_trino_takes_nobody_without_a_password(stack: Settings) -> None:
    assert answer(stack.trino_url, stack, {"X-Trino-User": "analyst"}) == 401
    assert answer(stack.trino_url, stack, {"Authorization": "Basic YW5hbHlzdDp4"}) == 401  # analyst:x


def test_trino_does_not_speak_plain_http(stack: Settings) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):  # it answers with an alert of TLS
        answer(stack.trino_url.replace("https", "http"), stack, {"X-Trino-User": "analyst"})
