"""The gateway as an agency sees it: one HTTPS client, bounded retries, and its refusals as this product's errors."""

import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import tenacity

from khlang.agency import problems
from khlang.agency.home import Home
from khlang.agency.network import Pace, system_proxy
from khlang.errors import ServiceError, SignatureError

TRIES = 6  # in a row without one more byte at the gateway
_WAIT = tenacity.wait_exponential_jitter(multiplier=0.5, max=30, jitter=1)  # seconds; jitter keeps offices apart


class _LaterError(Exception):
    """What may go better in a moment: no connection, a cut one, a gateway that is busy or starting."""


class _StoppedError(Exception):
    """Another part of the same submission failed, or the official pressed Ctrl-C."""


class Gateway:
    """Calls of one agency; use as a ``with`` statement.

    Args:
        home: The agency's folder.
        proxy: ``http://host:port`` of the office's proxy; without it, what the environment or the system says.
        limit: Bytes a second that a body may take; 0 for no limit.
        transport: In place of the network, for tests.
        sleep: In place of waiting, for tests.
    """

    def __init__(
        self,
        home: Home,
        *,
        proxy: str | None = None,
        limit: int = 0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        bundle = home.bundle()
        # Only the bundle's certificate is trusted, also behind a proxy: it passes the connection on, unopened.
        trust = ssl.create_default_context(cadata=bundle.gateway_ca) if bundle.gateway_ca else True
        self._stop = threading.Event()
        self._sleep, self._pace = sleep or self._stop.wait, Pace(limit)
        self._client = httpx.Client(
            base_url=bundle.gateway_url,
            headers={"Authorization": f"Bearer {home.token()}"},
            verify=trust,
            trust_env=False,
            proxy=proxy or system_proxy(bundle.gateway_url),
            timeout=httpx.Timeout(120, connect=10),
            transport=transport,
        )

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._client.close()

    def stop(self) -> None:
        """End what other threads are sending; what has arrived stays at the gateway."""
        self._stop.set()

    def look(self, prefix: str) -> dict[str, Any]:
        """What the gateway has of a submission: ``state``, ``parts``, ``receipt``, ``decisions``; {} if nothing."""
        answer = self._call("GET", f"/v1/submissions/{prefix}", accept=(200, 404))
        found: dict[str, Any] = {} if answer.status_code == 404 else answer.json()
        return found

    def put_part(
        self,
        prefix: str,
        file: Path,
        sha256: str,
        *,
        tell: Callable[[int], None] = lambda sent: None,  # noqa: ARG005
    ) -> None:
        """Send one part from where the gateway has come to; repeating it is harmless.

        Args:
            prefix: ``<dataset>/<period>/<submission>``.
            file: The part.
            sha256: Of its bytes, hex.
            tell: Told how many of its bytes have gone, as they go.

        Raises:
            ServiceError: The gateway took no further byte in :data:`TRIES` tries.
        """
        while not self._retried(lambda: self._rest(prefix, file, sha256, tell)):
            pass

    def put_manifest(self, prefix: str, data: bytes, signature: str) -> dict[str, Any]:
        """Send the manifest, last; gives the receipt, the same one when repeated."""
        document = {"manifest": data.decode("utf-8"), "signature": signature}
        receipt: dict[str, Any] = self._call("PUT", f"/v1/submissions/{prefix}/manifest", json=document).json()
        return receipt

    def receipt(self, prefix: str) -> dict[str, Any]:
        """What the pool says of a submission by now, signed by it."""
        signed: dict[str, Any] = self._call("GET", f"/v1/submissions/{prefix}/receipt").json()
        return signed

    def withdraw(self, prefix: str, request: bytes, signature: str) -> dict[str, Any]:
        """Ask the pool to stop the use of a submission; gives its signed receipt."""
        document = {"request": request.decode("utf-8"), "signature": signature}
        signed: dict[str, Any] = self._call("PUT", f"/v1/submissions/{prefix}/withdrawal", json=document).json()
        return signed

    def _rest(self, prefix: str, file: Path, sha256: str, tell: Callable[[int], None]) -> bool:
        """Send what lacks of a part; False when it was cut after some more had arrived: try anew at once."""
        path = f"/v1/submissions/{prefix}/parts/{file.name}"
        size, stated = file.stat().st_size, {"X-Content-SHA256": sha256}

        def come_to() -> int | None:
            there = self._call("GET", path, headers=stated).json()
            return None if there["stored"] else min(int(there["received"]), size)

        start = come_to()
        if start is None:
            tell(size)
            return True
        headers = stated | {"Upload-Offset": str(start), "Content-Length": str(size - start)}
        try:
            self._once("PUT", path, content=self._body(file, start, tell), headers=headers)
        except _LaterError:
            now = come_to()
            if now is not None and now <= start:
                raise
            return now is None
        return True

    def _body(self, file: Path, start: int, tell: Callable[[int], None]) -> Iterator[bytes]:
        come_to = start
        tell(come_to)
        with file.open("rb") as part:
            part.seek(start)
            while chunk := part.read(self._pace.chunk):
                if self._stop.is_set():
                    raise _StoppedError
                yield chunk
                come_to += len(chunk)
                tell(come_to)
                if pause := self._pace.wait(len(chunk)):
                    self._sleep(pause)

    def _call(self, method: str, path: str, *, accept: tuple[int, ...] = (200, 201), **given: Any) -> httpx.Response:
        answer: httpx.Response = self._retried(lambda: self._once(method, path, accept=accept, **given))
        return answer

    def _wait(self, seconds: float) -> None:
        self._sleep(seconds)

    def _retried(self, call: Callable[[], Any]) -> Any:
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=_WAIT,
            retry=tenacity.retry_if_exception_type(_LaterError),
            sleep=self._wait,
            reraise=True,
        )
        try:
            return retrying(call)
        except _LaterError as reason:
            raise ServiceError(
                f"ติดต่อเกตเวย์ไม่ได้หลังลอง {TRIES} ครั้ง / The gateway did not answer in {TRIES} tries ({reason}).",
                "สั่งส่งซ้ำภายหลัง จะส่งต่อจากเดิม / Send again later: it goes on where it stopped.",
                code="GATEWAY",
            ) from None

    def _once(self, method: str, path: str, *, accept: tuple[int, ...] = (200, 201), **given: Any) -> httpx.Response:
        if self._stop.is_set():
            raise _StoppedError
        try:
            answer = self._client.request(method, path, **given)
        except httpx.TransportError as fault:
            if "CERTIFICATE_VERIFY_FAILED" in str(fault):
                raise _impostor() from None
            raise _LaterError(type(fault).__name__) from None
        if answer.status_code in accept:
            return answer
        if answer.status_code in {408, 429} or answer.status_code >= 500 or problems.code(answer) == "PART-OFFSET":
            raise _LaterError(f"HTTP {answer.status_code}")
        raise problems.refusal(answer)


def _impostor() -> SignatureError:
    return SignatureError(
        "ใบรับรองของเซิร์ฟเวอร์ไม่ใช่ของเกตเวย์ในไฟล์ตั้งค่า ยังไม่ได้ส่งข้อมูลใด / "
        "The server's certificate is not the gateway's of the bundle; nothing was sent.",
        "ถามฝ่ายเครือข่ายว่ามีการตรวจ TLS ระหว่างทางหรือไม่ แล้วขอไฟล์ตั้งค่าชุดใหม่ / "
        "Ask your network team whether something opens TLS on the way; else ask for a new bundle.",
        code="GATEWAY-CA",
    )
