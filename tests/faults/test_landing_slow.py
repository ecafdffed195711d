"""Senders that are slow, many, behind a proxy, or send nonsense: bounded at the gateway, and told so."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.landkit import Pool, read

from khlang import errors
from khlang.agency import gateway as client_
from khlang.agency import sending
from khlang.landing import intake as intake_
from khlang.landing.intake import Intake

LIMIT = 1_000


async def chunks(*data: bytes, then: float = 0) -> AsyncIterator[bytes]:
    for one in data:
        yield one
    await asyncio.sleep(then)


async def gather(intake: Intake, path: Path, body: AsyncIterator[bytes], offset: int = 0) -> int:
    async with intake.gathered(path, body, offset=offset, limit=LIMIT) as (_, _, size):
        return size


def test_a_sender_that_stops_loses_its_place_and_not_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_, "IDLE_SECONDS", 0.2)
    intake = Intake(tmp_path)
    path = intake.path("mof", "key", "0" * 64)
    with pytest.raises(errors.ServiceError) as slow:
        asyncio.run(gather(intake, path, chunks(b"abc", then=5)))
    assert slow.value.code == "SLOW"
    assert intake.received(path) == 3
    assert asyncio.run(gather(intake, path, chunks(b"def"), offset=3)) == 6
    assert not path.exists()


def test_a_sender_that_trickles_is_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_, "GRACE_SECONDS", 0.1)

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.02)

    intake = Intake(tmp_path)
    with pytest.raises(errors.ServiceError) as slow:
        asyncio.run(gather(intake, intake.path("mof", "key", "0" * 64), trickle()))
    assert slow.value.code == "SLOW"


def test_a_new_request_takes_over_from_one_that_hangs(tmp_path: Path) -> None:
    async def both() -> tuple[int, BaseException | int]:
        intake = Intake(tmp_path)
        path = intake.path("mof", "key", "0" * 64)
        hangs = asyncio.create_task(gather(intake, path, chunks(b"abc", then=60)))
        await asyncio.sleep(0.3)
        size = await gather(intake, path, chunks(b"de"), offset=3)
        (ended,) = await asyncio.gather(hangs, return_exceptions=True)
        return size, ended

    size, ended = asyncio.run(both())
    assert size == 5
    assert isinstance(ended, errors.ServiceError)


def test_another_offset_than_the_file_s_is_refused(tmp_path: Path) -> None:
    intake = Intake(tmp_path)
    path = intake.path("mof", "key", "0" * 64)
    with pytest.raises(errors.SequenceError) as elsewhere:
        asyncio.run(gather(intake, path, chunks(b"x"), offset=7))
    assert elsewhere.value.code == "PART-OFFSET"


def test_a_body_beyond_the_limit_leaves_nothing(tmp_path: Path) -> None:
    intake = Intake(tmp_path)
    with pytest.raises(errors.IntegrityError):
        asyncio.run(gather(intake, intake.path("mof", "key", "0" * 64), chunks(b"x" * 600, b"x" * 600)))
    assert list(tmp_path.iterdir()) == []


def test_places_are_few_for_one_agency_and_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = Intake(tmp_path)
    with contextlib.ExitStack() as taken:
        for _ in range(intake_.AT_ONCE_EACH):
            taken.enter_context(intake.place("mof"))
        with pytest.raises(errors.ServiceError) as full:
            taken.enter_context(intake.place("mof"))
        assert full.value.code == "BUSY"
        taken.enter_context(intake.place("dlt"))  # another agency is not kept out
    for number in range(3):
        intake.path("mof", str(number), "0" * 64).touch()
    monkeypatch.setattr(intake_, "UNFINISHED_EACH", 3)
    with pytest.raises(errors.ServiceError) as unfinished, intake.place("mof"):
        pass
    assert unfinished.value.code == "UNFINISHED"
    monkeypatch.setattr(intake_, "SPARE_BYTES", 1 << 60)
    with pytest.raises(errors.ServiceError) as full, intake.place("dlt"):
        pass
    assert full.value.code == "SPOOL-FULL"


def test_the_client_waits_for_a_gateway_that_is_full(pool: Pool, period: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pool.seal(period, seed=1)
    waits: list[float] = []

    def emptied(seconds: float) -> None:
        waits.append(seconds)
        monkeypatch.setattr(intake_, "AT_ONCE_EACH", 4)

    monkeypatch.setattr(intake_, "AT_ONCE_EACH", 0)
    with client_.Gateway(pool.home, sleep=emptied) as gateway:
        assert sending.send(pool.home, folder, gateway=gateway).parts_sent == 1
    assert len(waits) == 1


@contextlib.contextmanager
def connect_proxy(to: int) -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that knows CONNECT and nothing else; gives its port, and the first line of each request."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def copy(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                asked.append(client.recv(65536).partition(b"\r\n")[0])
                there = socket.create_connection(("127.0.0.1", to))
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                for pair in ((client, there), (there, client)):
                    threading.Thread(target=copy, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], asked
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_through_the_office_s_proxy_the_gateway_s_ca_stays_pinned(pool: Pool, period: str) -> None:
    folder = pool.seal(period, seed=1)
    with connect_proxy(pool.settings.port("GATEWAY")) as (port, asked):
        with client_.Gateway(pool.home, proxy=f"http://127.0.0.1:{port}") as gateway:
            sent = sending.send(pool.home, folder, gateway=gateway)
        assert sent.receipt["submission"] == read(folder)["submission"]
        assert asked[0] == f"CONNECT 127.0.0.1:{pool.settings.port('GATEWAY')} HTTP/1.1".encode()


def test_an_impostor_behind_the_proxy_is_met_by_the_pinned_ca(pool: Pool, period: str, tmp_path: Path) -> None:
    """A server with a certificate of another authority gets no token."""
    from tests.minio_fixture import new_settings

    from khlang.stack import tls

    other = new_settings(tmp_path / "var")
    tls.ensure(other)
    impostor = tls_server(other.var / "tls" / "gateway.pem", other.var / "tls" / "gateway.key")
    folder = pool.seal(period, seed=1)
    with impostor as (port, heard), connect_proxy(port) as (proxy, _):
        given = client_.Gateway(pool.home, proxy=f"http://127.0.0.1:{proxy}", sleep=lambda _: None)
        with given as gateway, pytest.raises(errors.SignatureError) as impostor_met:
            sending.send(pool.home, folder, gateway=gateway)
        assert impostor_met.value.code == "GATEWAY-CA"
        assert heard == []


@contextlib.contextmanager
def tls_server(certificate: Path, key: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A TLS server; gives its port, and what it heard."""
    import ssl

    heard: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as held:
                    if data := held.recv(65536):
                        heard.append(data)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], heard
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
