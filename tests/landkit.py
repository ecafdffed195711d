"""A pool with a running object store, two enrolled agencies and a gateway, for the tests of landing."""

import hashlib
import io
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pyrage
import pytest
import uvicorn
from tests import agency_kit

from khlang import contracts, lake, manifest, signatures, store
from khlang.agency import gateway as client_
from khlang.agency import home as home_
from khlang.agency import sending, signing, submission
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions
from khlang.keys import authority as authority_
from khlang.keys import bundle as bundle_
from khlang.landing import keeper, land
from khlang.landing.gateway import create_app
from khlang.manifest import Manifest
from khlang.settings import Settings
from khlang.stack import tls

DATASET = "welfare_registrants"


@dataclass
class Pool:
    """One installation of the pool without Airflow: what a test sends, land decides."""

    settings: Settings
    home: Home
    web: httpx.Client
    hall: land.Hall
    months: Iterator[str]

    def seal(self, period: str, *, seed: int, rows: int = 30) -> Path:
        """A sealed folder of the Ministry of Finance."""
        extract = self.home.path / "extracts" / f"{period}-{seed}.csv"
        agency_kit.write_csv(extract, agency_kit.registrants(rows, seed=seed))
        home = Home(self.home.path, today=lambda: date(2036, 1, 1))  # tests take months that have not come
        options = ReadOptions(accept=frozenset({"SAME-AS-LAST-MONTH"}))
        return submission.seal(home, extract, dataset=DATASET, period=period, options=options).folder

    def send(self, folder: Path, supersedes: str | None = None) -> sending.Sent:
        """Through the gateway, by the agency's own client."""
        with client_.Gateway(self.home) as gateway:
            return sending.send(self.home, folder, gateway=gateway, supersedes=supersedes)

    def land(self) -> list[dict[str, Any]]:
        """Decide on all that waits."""
        return land.land(self.hall, DATASET)

    def root(self) -> Any:
        """The store as its owner: tests break things with it."""
        return store.client(self.settings, "root")

    def call(self, method: str, made: Manifest, tail: str = "", **given: Any) -> Any:
        """A raw request of the agency for a submission."""
        headers = {"Authorization": f"Bearer {self.home.token()}"} | given.pop("headers", {})
        path = f"/v1/submissions/{made['dataset']}/{made['period']}/{made['submission']}{tail}"
        return self.web.request(method, path, headers=headers, **given)

    def forge(self, folder: Path, **changes: Any) -> Path:
        """Change a manifest, keep it consistent, and sign it again."""
        made = read(folder) | changes
        made["content_sha256"] = manifest.content_sha256(made["parts"])
        made["submission"] = manifest.submission_id(
            made["agency"], made["dataset"], made["period"], made["content_sha256"]
        )
        signing.sign(self.home, manifest.check(made), folder)
        return folder

    def rewrite(self, folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame], **changes: Any) -> Path:
        """Change the rows of the one part, encrypt and sign again: what a broken or hostile tool would send."""
        made = read(folder)
        (part,) = made["parts"]
        path = self.settings.secrets / "month" / f"{made['period']}.identity"
        identity = pyrage.x25519.Identity.from_str(path.read_text().strip())
        frame = change(pl.read_parquet(pyrage.decrypt((folder / part["name"]).read_bytes(), [identity])))
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return self.replace(folder, buffer.getvalue(), str(identity.to_public()), rows=frame.height, **changes)

    def replace(self, folder: Path, inner: bytes, recipient: str, *, rows: int, **changes: Any) -> Path:
        """Put other inner bytes into the one part."""
        sealed = pyrage.encrypt(inner, [pyrage.x25519.Recipient.from_str(recipient)])
        outer = hashlib.sha256(sealed).hexdigest()
        name = manifest.part_name(1, outer)
        (folder / name).write_bytes(sealed)
        inner_sha = hashlib.sha256(inner).hexdigest()
        part = {"name": name, "rows": rows, "bytes": len(sealed), "sha256": outer, "inner_sha256": inner_sha}
        return self.forge(folder, parts=[part], **changes)


def read(folder: Path) -> Manifest:
    """The manifest of a sealed folder, unchecked."""
    made: Manifest = json.loads((folder / "manifest.json").read_bytes())
    return made


def place(made: Manifest) -> lake.Submission:
    """Where a manifest's submission lies."""
    return lake.Submission(made["agency"], made["dataset"], made["period"], made["submission"])


def found(settings: Settings) -> tuple[Home, dict[str, str]]:
    """Found an authority and a pool in these settings, and enrol the Ministry of Finance."""
    authority = authority_.start(settings.authority, simulation=True)
    bundle_.publish(authority, settings.registry, contracts.load(settings.contracts))
    recipients = keeper.init(settings, start="2026-01", months=120)
    return enrolled(settings, "mof", recipients), recipients


def enrolled(settings: Settings, agency: str, recipients: dict[str, str]) -> Home:
    """Set one agency up with the pool's authority, and enrol it."""
    authority, tables = authority_.open_(settings.authority), contracts.load(settings.contracts)
    made = bundle_.make(
        authority,
        agency=agency,
        contracts=tables,
        recipients=recipients,
        gateway_url=settings.gateway_url,
        gateway_ca=(settings.trino_ca.read_text() if settings.trino_ca.exists() else ""),
        receipt_key=(settings.registry / "receipt.pub").read_text().strip(),
    )
    folder = settings.agency(agency)
    home_.start(folder, bundle=json.dumps(made), sealing_key=authority.source_secret().hex())
    home = Home(folder)
    keeper.enrol(
        settings,
        agency=agency,
        public_key=signatures.public_hex(home.signing_key()),
        token_file=folder / "gateway.token",
        simulation=True,
    )
    return home


@contextmanager
def serving(settings: Settings) -> Iterator[httpx.Client]:
    """The gateway over HTTPS on the settings' port, in a thread; gives a client that trusts it."""
    folder = settings.var / "tls"
    config = uvicorn.Config(
        create_app(settings),
        host="127.0.0.1",
        port=settings.port("GATEWAY"),
        ssl_certfile=folder / "gateway.pem",
        ssl_keyfile=str(folder / "gateway.key"),
        access_log=False,
        log_level="warning",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started:
        assert time.monotonic() < deadline, "the gateway did not start"
        time.sleep(0.02)
    trust = ssl.create_default_context(cafile=settings.trino_ca)
    try:
        with httpx.Client(base_url=settings.gateway_url, verify=trust, trust_env=False) as web:
            yield web
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def pool(minio: Settings) -> Iterator[Pool]:
    """One pool for all tests; each takes months of its own."""
    tls.ensure(minio)
    home, recipients = found(minio)
    with serving(minio) as web:
        yield Pool(minio, home, web, land.hall(minio), iter(sorted(recipients)))


@pytest.fixture
def period(pool: Pool) -> str:
    """A month that no other test uses; nothing of earlier tests waits any more."""
    pool.land()
    return next(pool.months)
