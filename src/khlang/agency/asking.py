"""Profile ``voprf-v1`` at the agency: pseudonyms asked of the key authority's service, which never sees an identifier.

Identifiers are blinded here in batches, evaluated there, unblinded and proved here. What was answered lies in a file
until the extract is sealed, so that a cut costs neither time nor quota: under each identifier's HMAC with a key of this
machine stands its pseudonym, and no identifier at all.
"""

import hashlib
import hmac
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import polars as pl

from khlang import identifiers, oprf, private
from khlang.agency import problems
from khlang.agency.home import Home
from khlang.agency.network import system_proxy
from khlang.agency.sealing import Identify
from khlang.errors import AccessError, ServiceError, SetupError, SignatureError

TRIES = 6
PATIENCE = 120.0  # seconds that are waited because the service says so; for more the official is told
_AGAIN = "สั่งซ้ำภายหลัง จะทำต่อจากเดิม / Run it again later: it goes on where it stopped."
Tell = Callable[[str, int, int | None], None]


@contextmanager
def asked(home: Home, tell: Tell, *, sleep: Callable[[float], object] = time.sleep) -> Iterator[Identify]:
    """How the bundle's epoch identifies: by asking the authority.

    What was answered is forgotten when the block ends well, and kept for the next run when it does not.

    Raises:
        SetupError: The bundle names no service.
    """
    bundle = home.bundle()
    if not bundle.service:
        raise SetupError(
            "ไฟล์ตั้งค่าไม่มีที่อยู่ของบริการกุญแจ / The bundle names no service of the key authority.",
            "ขอไฟล์ตั้งค่าชุดใหม่ / Ask for a bundle made with --service-url.",
            code="VOPRF-SERVICE",
        )
    path = private.folder(home.path / "asked") / f"{bundle.epoch}.sqlite"
    for other in path.parent.glob("*.sqlite*"):
        if not other.name.startswith(path.name):
            other.unlink()  # of an epoch that is over
    trust = ssl.create_default_context(cadata=bundle.service["ca_pem"]) if bundle.service.get("ca_pem") else True
    url = bundle.service["url"]
    headers = {"Authorization": f"Bearer {home.service_token()}"}
    proxy = system_proxy(url)
    with (
        closing(_Answered(path, home.order_key())) as kept,
        httpx.Client(base_url=url, headers=headers, verify=trust, trust_env=False, proxy=proxy, timeout=60) as web,
    ):
        yield _Asker(web, kept, bundle.epoch, public_key=str(bundle.profile["public_key"]), tell=tell, sleep=sleep)
        kept.forget()


class _Answered:
    """Pseudonyms that were answered, by a keyed hash of what was asked; written batch by batch."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key.encode("ascii")
        self._file = sqlite3.connect(path)
        path.chmod(0o600)
        self._file.execute("CREATE TABLE IF NOT EXISTS answered (tag BLOB PRIMARY KEY, s TEXT) WITHOUT ROWID")

    def find(self, messages: Sequence[bytes]) -> dict[bytes, str]:
        """Those that are known already."""
        read = self._file.execute
        rows = ((one, read("SELECT s FROM answered WHERE tag = ?", (self._tag(one),)).fetchone()) for one in messages)
        return {one: row[0] for one, row in rows if row}

    def add(self, answers: dict[bytes, str]) -> None:
        """Keep a batch, on disk before the next one is asked for."""
        with self._file:
            self._file.executemany(
                "INSERT OR REPLACE INTO answered VALUES (?, ?)", [(self._tag(m), s) for m, s in answers.items()]
            )

    def forget(self) -> None:
        """Delete all of it."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _tag(self, message: bytes) -> bytes:
        return hmac.digest(self._key, b"khlang-asked-v1\0" + message, hashlib.sha256)[:16]


class _Asker:
    """Pseudonyms of a column; the same as ``pseudonym.seal_column`` gives under the other profile."""

    def __init__(
        self,
        web: httpx.Client,
        kept: _Answered,
        epoch: str,
        *,
        public_key: str,
        tell: Tell,
        sleep: Callable[[float], object],
    ) -> None:
        self._web, self._kept, self._epoch, self._public_key = web, kept, epoch, public_key
        self._tell, self._sleep = tell, sleep
        self._done = 0

    def __call__(self, values: pl.Series, type_: str, simulation: bool) -> pl.DataFrame:
        """Columns ``s`` and ``reason``, exactly one null a row."""
        read = identifiers.normalise_column(values, type=type_, simulation=simulation)
        wanted = read["id"].drop_nulls().unique(maintain_order=True).to_list()
        messages = [oprf.message(one, type_) for one in wanted]
        known = self._kept.find(messages)
        missing = [one for one in messages if one not in known]
        for start in range(0, len(missing), oprf.BATCH):
            batch = missing[start : start + oprf.BATCH]
            known |= (fresh := self._batch(batch))
            self._kept.add(fresh)
            self._done += len(batch)
            self._tell("ถามผู้ดูแลกุญแจ / asking the key authority", self._done, None)
        pairs = pl.DataFrame(
            {"id": wanted, "s": [known[one] for one in messages]}, schema=dict.fromkeys(("id", "s"), pl.String)
        )
        return read.join(pairs, on="id", how="left", maintain_order="left").select("s", "reason")

    def _batch(self, messages: list[bytes]) -> dict[bytes, str]:
        blinded = oprf.blind(messages)
        outputs = blinded.finish(self._evaluated(blinded.wire), self._public_key)
        return {one: oprf.pseudonym(out, self._epoch) for one, out in zip(messages, outputs, strict=True)}

    def _evaluated(self, wire: bytes) -> bytes:
        why = ""
        for attempt in range(TRIES):
            try:
                answer = self._web.post(f"/v1/evaluate/{self._epoch}", content=wire)
            except httpx.TransportError as fault:
                if "CERTIFICATE_VERIFY_FAILED" in str(fault):
                    raise _impostor() from None
                why, wait = type(fault).__name__, 0.5 * 2**attempt
            else:
                if answer.status_code == httpx.codes.OK:
                    return answer.content
                why, wait = f"HTTP {answer.status_code}", _wait(answer, attempt)
            if attempt + 1 < TRIES:
                self._sleep(wait)
        raise ServiceError(
            f"บริการกุญแจไม่ตอบหลังลอง {TRIES} ครั้ง / The key authority's service did not answer in {TRIES} tries ({why}).",
            _AGAIN,
            code="VOPRF-SERVICE",
        )


def _wait(answer: httpx.Response, attempt: int) -> float:
    """Seconds until the next try.

    Raises:
        AccessError: The quota is used up, or this agency is not admitted.
        KhlangError: The service refused the batch.
    """
    told = answer.headers.get("retry-after", "")
    seconds = float(told) if told.isdigit() else 0.5 * 2**attempt
    quota = problems.code(answer) == "VOPRF-QUOTA"
    if (answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= 500) and seconds <= PATIENCE:
        return seconds
    if quota and told.isdigit():
        days = -(-int(told) // 86_400)
        raise AccessError(
            "ใช้โควตาของเดือนนี้ที่ผู้ดูแลกุญแจหมดแล้ว / This month's quota at the key authority is used up.",
            f"สั่งซ้ำในอีก {days} วัน หรือขอเพิ่มโควตา ที่ทำไปแล้วไม่ต้องทำใหม่ / "
            f"Run it again in {days} days, or ask for a larger quota; what is done is not done again.",
            code="VOPRF-QUOTA",
        )
    raise problems.refusal(answer, by="ผู้ดูแลกุญแจไม่รับ / The key authority refused")


def _impostor() -> SignatureError:
    return SignatureError(
        "ใบรับรองไม่ใช่ของบริการกุญแจในไฟล์ตั้งค่า ยังไม่ได้ถามอะไร / "
        "The server's certificate is not that of the bundle's key service; nothing was asked.",
        "แจ้งผู้ดูแลกุญแจ / Tell the key authority.",
        code="VOPRF-CA",
    )
