"""A submission sent through a connection that is cut: it goes on where it was cut, and nothing is there twice."""

import contextlib
import hashlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from tests import landkit, minio_fixture
from tests.faults.test_landing_faults import start_gateway
from tests.landkit import Pool, read

from khlang import errors, manifest
from khlang.agency import gateway as client_
from khlang.agency import sending
from khlang.landing import headers, land, waiting
from khlang.landing.intake import Intake
from khlang.settings import Settings
from khlang.stack import tls


class Proxy:
    """Passes bytes on to a port; cuts a connection (with a reset) after so many bytes from the client."""

    def __init__(self, port: int, cuts: list[int]) -> None:
        self._to, self._cuts, self.passed = port, cuts, 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                self._open += [client, there]
                threading.Thread(target=self._up, args=(client, there), daemon=True).start()
                threading.Thread(target=self._pass, args=(there, client), daemon=True).start()

    def _up(self, client: socket.socket, there: socket.socket) -> None:
        count = 0
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                count += len(data)
                self.passed += len(data)
                if self._cuts and count >= self._cuts[0]:
                    self._cuts.pop(0)
                    there.sendall(data)
                    break
                there.sendall(data)
        self._close(client, there)

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        self._close(one, other)

    @staticmethod
    def _close(*sockets: socket.socket) -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self) -> None:
        self._close(self._server, *self._open)


@contextlib.contextmanager
def through(pool: Pool, cuts: list[int]) -> Iterator[tuple[client_.Gateway, Proxy]]:
    """The agency's client, with the test's proxy between it and the gateway."""
    proxy = Proxy(pool.settings.port("GATEWAY"), cuts)
    gateway = client_.Gateway(pool.home, sleep=lambda _: time.sleep(0.02))
    gateway._client.base_url = f"https://127.0.0.1:{proxy.port}"
    try:
        with gateway:
            yield gateway, proxy
    finally:
        proxy.close()


def big(pool: Pool, period: str, size: int) -> Path:
    """A sealed folder with one part of so many bytes; what is in it is of no matter to the gateway."""
    folder = pool.seal(period, seed=1)
    (part,) = read(folder)["parts"]
    identity = (pool.settings.secrets / "month" / f"{period}.identity").read_text().strip()
    recipient = str(pyrage.x25519.Identity.from_str(identity).to_public())
    (folder / part["name"]).unlink()
    return pool.replace(folder, os.urandom(size), recipient, rows=part["rows"])


def test_cut_three_times_goes_on_within_the_part(pool: Pool, period: str) -> None:
    size = 6_000_000
    folder = big(pool, period, size)
    told: list[int] = []
    with through(pool, [2_000_000, 2_000_000, 1_700_000]) as (gateway, proxy):
        sent = sending.send(pool.home, folder, gateway=gateway, tell=lambda _, come_to: told.append(come_to))
        again = sending.send(pool.home, folder, gateway=gateway)
    assert (sent.parts_sent, again.parts_sent) == (1, 0)
    assert again.receipt == sent.receipt
    made = read(folder)
    # Without going on, three cuts would have cost 5.7 MB more; what lay in buffers when it was cut is all that may.
    assert proxy.passed < size + 3 * 600_000
    assert told[-1] == made["parts"][0]["bytes"]
    stored = headers.whole(pool.root(), landkit.place(made), made["parts"][0]["name"])
    assert stored == (folder / made["parts"][0]["name"]).read_bytes()
    assert [r.submission.id for r in waiting.pending_for_land(pool.hall.s3) if r.submission.period == period] == [
        made["submission"]
    ]
    assert list((pool.settings.var / "gateway" / "spool").iterdir()) == []


def test_cut_where_nothing_gets_through_ends(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    with through(pool, [1] * 100) as (gateway, _), pytest.raises(errors.ServiceError) as ended:
        sending.send(pool.home, folder, gateway=gateway)
    assert (ended.value.code, ended.value.exit_code) == ("GATEWAY", 12)


def test_gateway_killed_in_the_middle_of_a_part(minio: Settings, tmp_path: Path) -> None:
    """kill -9 while a part arrives: what had arrived is on its disk, the next gateway goes on with it."""
    del minio
    lonely = minio_fixture.new_settings(tmp_path / "var")
    with minio_fixture.running(lonely):
        minio_fixture.provisioned(lonely)
        tls.ensure(lonely)
        home, _ = landkit.found(lonely)
        pool = Pool(lonely, home, None, land.hall(lonely), iter(()))  # type: ignore[arg-type]
        folder = big(pool, "2026-01", 4_000_000)
        running = [start_gateway(lonely, tmp_path / "log")]
        killed: list[int] = []

        def kill_once(_: str, come_to: int) -> None:
            if come_to > 2_000_000 and not killed:
                killed.append(come_to)
                spool = lonely.var / "gateway" / "spool"
                while sum(path.stat().st_size for path in spool.iterdir()) < 1_000_000:
                    time.sleep(0.01)
                os.kill(running[0].pid, signal.SIGKILL)
                running[0].wait(10)
                half.extend(path.stat().st_size for path in spool.iterdir())
                running.append(start_gateway(lonely, tmp_path / "log"))

        half: list[int] = []
        begun: list[int] = []
        with client_.Gateway(home, sleep=lambda _: time.sleep(0.05)) as gateway:
            tell = lambda name, come_to: (begun.append(come_to), kill_once(name, come_to))  # noqa: E731
            sent = sending.send(home, folder, gateway=gateway, tell=tell)
        running[-1].terminate()
        running[-1].wait(20)
        assert killed
        assert half
        assert half[0] in begun  # it went on from exactly what the killed one had
        made = read(folder)
        assert sent.receipt["submission"] == made["submission"]
        stored = headers.whole(pool.root(), landkit.place(made), made["parts"][0]["name"]) or b""
        assert hashlib.sha256(stored).hexdigest() == made["parts"][0]["sha256"]
        assert manifest.parse((folder / "manifest.json").read_bytes())["submission"] == made["submission"]
        assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_what_nobody_goes_on_with_is_taken_away(tmp_path: Path) -> None:
    intake = Intake(tmp_path / "spool")
    old, young = (intake.path("mof", key, "0" * 64) for key in ("a", "b"))
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    Intake(tmp_path / "spool")
    assert (old.exists(), young.exists()) == (False, True)
    assert young.parent.stat().st_mode & 0o777 == 0o700
