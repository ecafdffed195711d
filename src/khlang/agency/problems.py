"""What the gateway answers when it refuses, as this product's errors."""

from typing import Any

import httpx

from khlang import errors
from khlang.errors import KhlangError

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


def refusal(answer: httpx.Response, *, by: str = "เกตเวย์ไม่รับ / The gateway refused") -> KhlangError:
    """The error that a refusing answer stands for: by its problem code, else by its status."""
    problem = _problem(answer)
    name = str(problem.get("code") or f"HTTP-{answer.status_code}")
    by_code = next((kind for known, kind in _BY_CODE.items() if name == known or name.startswith(f"{known}-")), None)
    kind = by_code or _BY_STATUS.get(answer.status_code, errors.InputError)
    message = str(problem.get("message") or f"HTTP {answer.status_code}")
    remedy = str(problem.get("remedy") or _REMEDIES.get(answer.status_code, _AGAIN))
    return kind(f"{by}: {message}", remedy, code=name)


def code(answer: httpx.Response) -> str:
    """The problem's code, empty where there is none."""
    return str(_problem(answer).get("code") or "")


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    return problem if isinstance(problem, dict) else {}
