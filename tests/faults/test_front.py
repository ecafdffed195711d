"""The front before the gateway: Debian's nginx with our configuration, and a part that is cut on its way through it.

nginx, the gateway, the agency's client and the store are the real ones. nginx is not part of the set-up: without it
these are skipped.
"""

import contextlib
import os
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from tests import landkit
from tests.faults.test_sending_cut import Proxy, big
from tests.landkit import Pool, read
from tests.minio_fixture import wait_for_port
from tests.stackfixture import free_ports

from khlang.agency import gateway as client_
from khlang.agency import sending
from khlang.landing import headers
from khlang.manifest import MAX_PART_BYTES

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "infra" / "config" / "nginx"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here: apt-get install nginx-light")
#: What stands around the front on a Debian machine, here without privileges and in one folder.
MAIN = """
daemon off; pid {at}/nginx.pid; error_log {at}/error.log; worker_processes 1; {user}
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {at}/t1; proxy_temp_path {at}/t2; fastcgi_temp_path {at}/t3; uwsgi_temp_path {at}/t4;
    scgi_temp_path {at}/t5;
    include khlang/front.conf;
}}
"""


@dataclass
class Front:
    """A running front: its port and its folder."""

    port: int
    folder: Path

    @property
    def log(self) -> str:
        """What it logged; all of it once it has ended."""
        return (self.folder / "access.log").read_text(encoding="utf-8")


def here(folder: Path, tls: Path, *, port: int, gateway: int) -> str:
    """The site's own lines as they are shipped, with this test's values."""
    values = {
        "listen": f"127.0.0.1:{port} ssl",
        "server_name": "localhost",
        "ssl_certificate": str(tls / "gateway.pem"),
        "ssl_certificate_key": str(tls / "gateway.key"),
        "set": f"$khlang_gateway 127.0.0.1:{gateway}",
        "proxy_ssl_trusted_certificate": str(tls / "ca.pem"),
        "access_log": f"{folder / 'access.log'} khlang",
        "error_log": f"{folder / 'error.log'} crit",
    }
    lines = (SHIPPED / "here.conf").read_text(encoding="utf-8").splitlines()
    shipped = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert shipped == list(values), "a line of here.conf is not tried"
    return "".join(f"{name} {value};\n" for name, value in values.items())


@contextlib.contextmanager
def front(folder: Path, tls: Path, gateway: int, *, change: Callable[[str], str] = str) -> Iterator[Front]:
    """nginx with the shipped file, before the gateway's port, until the block ends."""
    (port,) = free_ports(1)
    (folder / "khlang").mkdir(parents=True)
    (folder / "khlang" / "front.conf").write_text(change((SHIPPED / "front.conf").read_text(encoding="utf-8")))
    (folder / "khlang" / "here.conf").write_text(here(folder, tls, port=port, gateway=gateway))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(at=folder, user=user))
    command = [str(NGINX), "-p", f"{folder}/", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        wait_for_port(port, process)
        yield Front(port, folder)
    finally:
        # Not SIGTERM: nginx logs a request after it answered, and SIGQUIT lets it log what it still has to.
        process.send_signal(signal.SIGQUIT)
        process.wait(20)


@contextlib.contextmanager
def cutting(pool: Pool, port: int, cuts: list[int], *, limit: int = 0) -> Iterator[tuple[client_.Gateway, Proxy]]:
    """The agency's client, and between it and the front a line that is cut after so many bytes."""
    line = Proxy(port, cuts)
    gateway = client_.Gateway(pool.home, limit=limit, sleep=time.sleep)
    gateway._client.base_url = f"https://127.0.0.1:{line.port}"
    try:
        with gateway:
            yield gateway, line
    finally:
        line.close()


def gathered_first(text: str) -> str:
    """The front as nginx is without our line: it takes a body whole before it passes it on."""
    assert "proxy_request_buffering off;" in text
    return text.replace("proxy_request_buffering off;", "")


@pytest.mark.parametrize(("change", "goes_on"), [(str, True), (gathered_first, False)], ids=["ours", "control"])
def test_a_part_that_is_cut_goes_on_through_the_front(
    pool: Pool, period: str, tmp_path: Path, change: Callable[[str], str], goes_on: bool
) -> None:
    size, cut = 6_000_000, 3_000_000
    folder = big(pool, period, size)
    begun: list[int] = []
    tls = pool.settings.var / "tls"
    with (
        front(tmp_path / "front", tls, pool.settings.port("GATEWAY"), change=change) as there,
        cutting(pool, there.port, [cut], limit=4_000_000) as (gateway, line),
    ):
        sent = sending.send(pool.home, folder, gateway=gateway, tell=lambda _, come_to: begun.append(come_to))
        again = sending.send(pool.home, folder, gateway=gateway)
    log = there.log
    assert (sent.parts_sent, again.parts_sent) == (1, 0)
    assert again.receipt == sent.receipt
    made = read(folder)
    stored = headers.whole(pool.root(), landkit.place(made), made["parts"][0]["name"])
    assert stored == (folder / made["parts"][0]["name"]).read_bytes()
    # What lay in buffers when it was cut is all that comes twice; without our line all of it does.
    assert (line.passed < size + 700_000) == goes_on, line.passed
    words = [entry.split()[3] for entry in log.splitlines()]
    assert {"part", "manifest", "state"} <= set(words)
    for secret in (pool.home.token(), made["submission"], made["dataset"], period, "Bearer"):
        assert secret not in log
    assert {entry.split()[1] for entry in log.splitlines()} == {"127.0.0.1"}
    assert (there.folder / "error.log").read_text() == ""
    assert [path for path in there.folder.glob("t?/**/*") if path.is_file()] == []


def test_what_passes_and_what_does_not(pool: Pool, period: str, tmp_path: Path) -> None:
    made = read(pool.seal(period, seed=1))
    part, tls = made["parts"][0], pool.settings.var / "tls"
    with front(tmp_path / "front", tls, pool.settings.port("GATEWAY")) as there, asking(there, tls) as web:
        outside = Pool(pool.settings, pool.home, web, pool.hall, iter(()))
        assert web.get("/healthz").json() == {"status": "ok"}
        for path in ("/", "/v1/audit/events", "/v1/submissions/../audit/events", "/openapi.json", "/v1"):
            answer = web.post(path, content=b"{}")
            assert (answer.status_code, answer.headers["server"]) == (404, "nginx"), path
        assert web.get("/v1/recipients").json()["code"] == "TOKEN", "the gateway's own answer"

        def put(body: bytes, **given: str) -> httpx.Response:
            stated = {"X-Content-SHA256": part["sha256"], **given}
            answer: httpx.Response = outside.call("PUT", made, f"/parts/{part['name']}", content=body, headers=stated)
            return answer

        # The gateway's refusals come through, also of a body that it does not read to its end.
        assert (put(b"abc").status_code, put(b"abc").json()["code"]) == (422, "PART-SHA256")
        elsewhere = put(b"x" * 3_000_000, **{"Upload-Offset": "9"})
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "PART-OFFSET")
        assert web.put("/owners/x", content=b"x" * 70_000).status_code == 413
    log = there.log
    assert "PUT page 413" in log
    assert "audit" not in log


def test_a_body_may_be_as_large_as_a_part() -> None:
    sizes = re.findall(r"client_max_body_size (\d+)m;", (SHIPPED / "front.conf").read_text(encoding="utf-8"))
    assert [int(size) << 20 for size in sizes] == [MAX_PART_BYTES]


def test_the_address_behind_is_that_of_the_connection(pool: Pool, tmp_path: Path) -> None:
    """An office that names another address than its own is still the one that the gateway counts."""
    tls, (port,) = pool.settings.var / "tls", free_ports(1)
    with told(port, tls), front(tmp_path / "front", tls, port) as there, asking(there, tls, "127.0.0.9") as web:
        lies = {"X-Forwarded-For": "10.1.1.1", "Forwarded": "for=10.1.1.1", "X-Forwarded-Proto": "http"}
        assert web.get("/v1/recipients", headers=lies).json() == ["127.0.0.9", "https"]
        answers = [web.post("/owners/sign-in").status_code for _ in range(30)]
    assert answers[:20] == [200] * 20, "a person who mistypes is not kept out"
    assert set(answers[22:]) == {429}, "a program that guesses is"


@contextlib.contextmanager
def asking(there: Front, tls: Path, address: str = "127.0.0.1") -> Iterator[httpx.Client]:
    """A client of the front, from an address of this machine."""
    trust = ssl.create_default_context(cafile=tls / "ca.pem")
    transport = httpx.HTTPTransport(verify=trust, local_address=address)
    with httpx.Client(base_url=f"https://127.0.0.1:{there.port}", transport=transport, trust_env=False) as web:
        yield web


@contextlib.contextmanager
def told(port: int, tls: Path) -> Iterator[None]:
    """In the gateway's place a server that answers whom it takes for the client; started as the gateway is."""
    app = FastAPI()

    @app.get("/v1/recipients")
    @app.post("/owners/sign-in")
    def who(request: Request) -> list[str]:
        return [request.client.host if request.client else "", request.url.scheme]

    pem, key = tls / "gateway.pem", str(tls / "gateway.key")
    server = uvicorn.Server(uvicorn.Config(app, port=port, ssl_certfile=pem, ssl_keyfile=key, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join(20)
