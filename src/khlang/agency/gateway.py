"""The gateway as an agency sees it: one HTTPS client, bounded retries, and its refusals as this product's errors."""

import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from khlang import errors
from khlang.agency.home import Home
from khlang.errors import KhlangError, ServiceError

TRIES = 6  # waits of 0.5, 1, 2, 4 and 8 seconds between them
_CHUNK = 1024 * 1024
_BY_STATUS: dict[int, type[KhlangError]] = {
    401: errors.AccessError,
    403: errors.AccessError,
    409: errors.SequenceError,
    413: errors.IntegrityError,
    422: errors.IntegrityError,
}
_BY_CODE = {kind.default_code: kind for kind in KhlangError.__subclasses__()} | {
    "MANIFEST-SCHEMA": errors.ContractError,
    "MANIFEST-CANONICAL": errors.ContractError,
    "TOKEN": errors.AccessError,
}
_AGAIN = "แก้ไขแล้วปิดผนึกและส่งใหม่ / Mend it, seal and send again."
_REMEDIES = {
    401: "ตรวจว่าหน่วยงานขึ้นทะเบียนแล้ว / See that this agency is enrolled with its present token.",
    403: "ตรวจว่าหน่วยงานมีสิทธิส่งชุดข้อมูลนี้ / See that this agency may send this dataset.",
    409: "ส่งเนื้อหาเดิมซ้ำหลังฉบับใหม่ต้องใช้ --supersedes / An earlier content needs --supersedes.",
}


class Gateway:
    """Calls of one agency; use as a ``with`` statement."""

    def __init__(
        self, home: Home, *, transport: httpx.BaseTransport | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        bundle = home.bundle()
        # Only the bundle's certificate is trusted; proxies and certificates of the environment are not looked at.
        trust = ssl.create_default_context(cadata=bundle.gateway_ca) if bundle.gateway_ca else True
        self._sleep = sleep
        self._client = httpx.Client(
            base_url=bundle.gateway_url,
            headers={"Authorization": f"Bearer {home.token()}"},
            verify=trust,
            trust_env=False,
            timeout=httpx.Timeout(120, connect=10),
            transport=transport,
        )

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def look(self, prefix: str) -> dict[str, Any]:
        """What the gateway has of a submission: ``state``, ``parts``, ``receipt``, ``decisions``; {} if nothing."""
        answer = self._call("GET", f"/v1/submissions/{prefix}", accept=(200, 404))
        found: dict[str, Any] = {} if answer.status_code == 404 else answer.json()
        return found

    def put_part(self, prefix: str, file: Path, sha256: str) -> None:
        """Send one part; repeating it is harmless."""

        def body() -> Iterator[bytes]:
            with file.open("rb") as part:
                while chunk := part.read(_CHUNK):
                    yield chunk

        headers = {"X-Content-SHA256": sha256, "Content-Length": str(file.stat().st_size)}
        self._call("PUT", f"/v1/submissions/{prefix}/parts/{file.name}", body=body, headers=headers)

    def put_manifest(self, prefix: str, data: bytes, signature: str) -> dict[str, Any]:
        """Send the manifest, last; gives the receipt, the same one when repeated."""
        document = {"manifest": data.decode("utf-8"), "signature": signature}
        receipt: dict[str, Any] = self._call("PUT", f"/v1/submissions/{prefix}/manifest", json=document).json()
        return receipt

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Callable[[], Iterator[bytes]] | None = None,
        accept: tuple[int, ...] = (200, 201),
        **given: Any,
    ) -> httpx.Response:
        for tried in range(1, TRIES + 1):
            try:
                answer = self._client.request(method, path, content=body() if body else None, **given)
            except httpx.TransportError as fault:
                reason = type(fault).__name__
            else:
                if answer.status_code in accept:
                    return answer
                if answer.status_code not in {408, 429} and answer.status_code < 500:
                    raise refusal(answer)
                reason = f"HTTP {answer.status_code}"
            if tried < TRIES:
                self._sleep(0.5 * 2 ** (tried - 1))
        raise ServiceError(
            f"ติดต่อเกตเวย์ไม่ได้หลังลอง {TRIES} ครั้ง / The gateway did not answer in {TRIES} tries ({reason}).",
            "สั่งส่งซ้ำภายหลัง จะส่งต่อจากเดิม / Send again later: it goes on where it stopped.",
            code="GATEWAY",
        )


def refusal(answer: httpx.Response) -> KhlangError:
    """The error that a refusing answer stands for: by its problem code, else by its status."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    code = str(problem.get("code") or f"HTTP-{answer.status_code}")
    by_code = next((kind for name, kind in _BY_CODE.items() if code == name or code.startswith(f"{name}-")), None)
    kind = by_code or _BY_STATUS.get(answer.status_code, errors.InputError)
    message = str(problem.get("message") or f"HTTP {answer.status_code}")
    remedy = str(problem.get("remedy") or _REMEDIES.get(answer.status_code, _AGAIN))
    return kind(f"เกตเวย์ไม่รับ / The gateway refused: {message}", remedy, code=code)
