"""P3: acknowledged MB/s through the gateway (TLS, hash verified twice) ÷ a direct PUT of the same bytes to the store.

The peer is the fastest of several clients that keep the same promise (``If-None-Match``, SHA-256 verified by the
store), with one connection and with as many as ours uses. Beside them: write and fsync of the same bytes to a file.
"""

import argparse
import base64
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402
import pyrage  # noqa: E402
from botocore.auth import S3SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from tests import landkit, minio_fixture  # noqa: E402

from khlang import lake, manifest, store  # noqa: E402
from khlang.agency import gateway as client_  # noqa: E402
from khlang.agency import sending  # noqa: E402
from khlang.settings import Settings  # noqa: E402
from khlang.stack import tls  # noqa: E402

TARGET = 0.8
MB = 1_000_000


class _Unsigned(S3SigV4Auth):
    """The body is not hashed for the signature: its SHA-256 goes as a signed header of its own."""

    def payload(self, _: Any) -> str:
        return "UNSIGNED-PAYLOAD"


def raw(settings: Settings) -> Callable[[str, Path, bytes], None]:
    """httpx, one request a file, in blocks of a megabyte."""
    secret = json.loads((settings.secrets / "minio-gateway.json").read_text())
    signer = _Unsigned(Credentials(secret["access_key"], secret["secret_key"]), "s3", "us-east-1")
    client = httpx.Client(trust_env=False, timeout=60)

    def blocks(file: Path) -> Any:
        with file.open("rb") as part:
            while block := part.read(1 << 20):
                yield block

    def put(key: str, file: Path, digest: bytes) -> None:
        url = f"{settings.minio_url}/{lake.LANDING}/{key}"
        headers = {"If-None-Match": "*", "x-amz-checksum-sha256": base64.b64encode(digest).decode()}
        request = AWSRequest("PUT", url, headers=headers)
        request.context["payload_signing_enabled"] = False
        signer.add_auth(request)
        given = dict(request.headers.items()) | {"Content-Length": str(file.stat().st_size)}
        client.put(url, content=blocks(file), headers=given).raise_for_status()

    return put


def sdk(settings: Settings) -> Callable[[str, Path, bytes], None]:
    """boto3, as the gateway itself writes."""
    s3 = store.client(settings, "gateway")

    def put(key: str, file: Path, digest: bytes) -> None:
        with file.open("rb") as body:
            assert store.put_new(s3, lake.LANDING, key, body, sha256=digest)

    return put


def submission(pool: landkit.Pool, period: str, parts: int, size: int) -> Path:
    """A sealed folder with parts of this size; to the gateway all ciphertext is alike."""
    folder = pool.seal(period, seed=1)
    recipient = pool.home.bundle().recipient(period)
    key = pyrage.x25519.Recipient.from_str(recipient)
    made = landkit.read(folder)
    listed = []
    for number in range(1, parts + 1):
        sealed = pyrage.encrypt(os.urandom(size), [key])
        outer = hashlib.sha256(sealed).hexdigest()
        name = manifest.part_name(number, outer)
        (folder / name).write_bytes(sealed)
        rows = made["rows"] + made["canary_rows"] if number == 1 else 1
        inner = hashlib.sha256(outer.encode()).hexdigest()
        listed.append({"name": name, "rows": rows, "bytes": len(sealed), "sha256": outer, "inner_sha256": inner})
    pool.forge(folder, parts=listed, rows=made["rows"] + parts - 1)
    return folder


def measure(pool: landkit.Pool, folder: Path, months: list[str], number: int, taken: dict[str, list[float]]) -> int:
    """One interleaved round; gives the bytes of the parts."""
    made = landkit.read(folder)
    files = [(folder / part["name"], bytes.fromhex(part["sha256"])) for part in made["parts"]]
    total = sum(part["bytes"] for part in made["parts"])
    pool.forge(folder, period=months[number])  # the same bytes for a month of their own
    with client_.Gateway(pool.home) as gateway:
        begun = time.perf_counter()
        sending.send(pool.home, folder, gateway=gateway)
        taken.setdefault("ours", []).append(time.perf_counter() - begun)
    for name, make in (("httpx", raw), ("boto3", sdk)):
        put = make(pool.settings)
        put(
            f"bench/{number}/{name}/warm",
            folder / "manifest.json",
            store.sha256_of((folder / "manifest.json").read_bytes()),
        )
        for threads in (1, sending.PARALLEL):
            begun = time.perf_counter()
            with ThreadPoolExecutor(threads) as workers:
                jobs = [
                    workers.submit(put, f"bench/{number}/{name}{threads}/{file.name}", file, digest)
                    for file, digest in files
                ]
                for job in jobs:
                    job.result()
            taken.setdefault(f"{name} x{threads}", []).append(time.perf_counter() - begun)
    begun = time.perf_counter()
    for file, _ in files:
        with (folder / "local").open("wb") as local:
            local.write(file.read_bytes())
            local.flush()
            os.fsync(local.fileno())
    taken.setdefault("fsync", []).append(time.perf_counter() - begun)
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--mb", type=int, default=24, help="of one part: what seal makes of 500,000 rows")
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="khlang-p3-") as name:
        settings = minio_fixture.new_settings(Path(name) / "var")
        with minio_fixture.running(settings):
            minio_fixture.provisioned(settings)
            tls.ensure(settings)
            home, recipients = landkit.found(settings)
            pool = landkit.Pool(settings, home, None, None, iter(()))  # type: ignore[arg-type]
            environment = os.environ | {"KHLANG_VAR": str(settings.var), "KHLANG_ROOT": str(settings.root)}
            command = [sys.executable, "-m", "khlang.landing.gateway"]
            process = subprocess.Popen(command, env=environment)  # a process of its own, as in the pool
            try:
                minio_fixture.wait_for_port(settings.port("GATEWAY"), process)
                months = sorted(recipients)
                folder = submission(pool, months[0], given.parts, given.mb << 20)
                for number in range(given.times):
                    total = measure(pool, folder, months[1:], number, taken)
            finally:
                process.terminate()
                process.wait(30)
    speeds = {what: round(total / MB / median(seconds), 1) for what, seconds in taken.items()}
    peer = max(speed for what, speed in speeds.items() if what not in {"ours", "fsync"})
    print(
        json.dumps(
            {
                "id": "P3",
                "ours": speeds["ours"],
                "peer": peer,
                "ratio": round(speeds["ours"] / peer, 2),
                "target": TARGET,
                "unit": "MB/s",
                "n": given.times,
                "bytes": total,
                "machine": f"{os.cpu_count()} cores, {platform.machine()}",
                "all": speeds,
            }
        )
    )


if __name__ == "__main__":
    main()
