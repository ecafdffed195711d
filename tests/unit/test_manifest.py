"""A manifest is what its parts make of it; one changed byte, field or signer is refused."""

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import manifest, period, signatures
from khlang.errors import ContractError, IntegrityError, KhlangError, PeriodError, SignatureError

INNER = hashlib.sha256(b"inner").hexdigest()
OUTER = hashlib.sha256(b"outer").hexdigest()
PAPERS = {
    "agreement": "MOU-1",
    "letter": "กค 0001/1",
    "legal_basis": "PDPA 24(4)",
    "retention_days": 90,
    "preparer": "preparer",
    "approver": "approver",
}


def _part(number: int = 1, rows: int = 5) -> manifest.Part:
    return {
        "name": manifest.part_name(number, OUTER),
        "rows": rows,
        "bytes": 100,
        "sha256": OUTER,
        "inner_sha256": INNER,
    }


def _built(**changes: Any) -> manifest.Manifest:
    given: dict[str, Any] = {
        "agency": "mof",
        "dataset": "welfare_registrants",
        "period": "2026-01",
        "contract": {"id": "welfare_registrants", "version": "1.0.0"},
        "profile": {"id": "hmac-v1", "sha256": "0" * 64, "epoch": "e01", "kcv": "c7153da8b5690f7c"},
        "rows": 3,
        "canary_rows": 2,
        "pid_reasons": {"pid": {"missing": 1}},
        "parts": [_part()],
        "tool_version": "khlang 0.1.0",
        "papers": PAPERS,
    }
    return manifest.build(**(given | changes))


def test_id_is_made_of_the_content() -> None:
    made = _built()
    content = hashlib.sha256(INNER.encode()).hexdigest()
    assert made["content_sha256"] == content
    expected = hashlib.sha256(b"mof\0welfare_registrants\x002026-01\0" + content.encode()).hexdigest()[:32]
    assert made["submission"] == expected
    assert made["parts"][0]["name"] == f"part-0001-{OUTER[:8]}.age"


def test_round_trip_is_canonical() -> None:
    data = signatures.canonical(_built())
    assert manifest.parse(data) == _built()
    assert b'"letter":"\xe0\xb8\x81\xe0\xb8\x84 0001/1"' in data


def _spoil(data: bytes, fault: str) -> bytes:
    made = json.loads(data)
    if fault == "space":
        return data.replace(b":", b": ", 1)
    if fault == "no json":
        return data[:-1]
    if fault == "unknown field":
        made["file_name"] = "x.xlsx"
    elif fault == "missing field":
        del made["rows"]
    elif fault == "period":
        made["period"] = "2569-01"
    elif fault == "agency":
        made["agency"] = "sso"
    elif fault == "rows":
        made["rows"] = 4
    elif fault == "inner":
        made["parts"][0]["inner_sha256"] = OUTER
    return signatures.canonical(made)


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("space", ContractError, "MANIFEST-CANONICAL"),
        ("no json", ContractError, "MANIFEST-CANONICAL"),
        ("unknown field", ContractError, "MANIFEST-SCHEMA"),
        ("missing field", ContractError, "MANIFEST-SCHEMA"),
        ("period", ContractError, "MANIFEST-SCHEMA"),
        ("agency", IntegrityError, "MANIFEST-ID"),
        ("inner", IntegrityError, "MANIFEST-ID"),
        ("rows", IntegrityError, "MANIFEST-ROWS"),
    ],
)
def test_spoilt_manifest_is_refused(fault: str, error: type[KhlangError], code: str) -> None:
    with pytest.raises(error) as caught:
        manifest.parse(_spoil(signatures.canonical(_built()), fault))
    assert caught.value.code == code
    assert caught.value.exit_code in {23, 25}


def test_part_over_the_limit_is_refused() -> None:
    with pytest.raises(ContractError, match=r"parts\[0\]\.bytes"):
        _built(parts=[_part() | {"bytes": manifest.MAX_PART_BYTES + 1}])


def test_signature() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    data = signatures.canonical(_built())
    signature = signatures.sign(data, key)
    signatures.verify(data, signature, signatures.public_hex(key))
    for bytes_, given, signer in [
        (data + b" ", signature, key),
        (data, signature[:-2], key),
        (data, "zz" * 64, key),
        (data, signature, other),
    ]:
        with pytest.raises(SignatureError, match="signature does not hold") as caught:
            signatures.verify(bytes_, given, signatures.public_hex(signer))
        assert caught.value.exit_code == 22


def test_names_of_a_content_that_comes_back() -> None:
    assert manifest.file_names(None) == ("manifest.json", "manifest.sig")
    assert manifest.file_names("ab" * 16) == ("manifest-abababababab.json", "manifest-abababababab.sig")


@pytest.mark.parametrize("typed", ["2569-01", "2026-01", "๒๕๖๙-๐๑", " 2026-01 "])
def test_period_as_typed(typed: str) -> None:
    assert period.parse(typed) == "2026-01"


@pytest.mark.parametrize("typed", ["2026-13", "2026-1", "69-01", "01-2569", "", "2026-01-01", "2300-01", "1999-12"])
def test_malformed_period(typed: str) -> None:
    with pytest.raises(PeriodError, match="YYYY-MM") as caught:
        period.parse(typed)
    assert caught.value.exit_code == 24


def test_month_before() -> None:
    assert (period.previous("2026-01"), period.previous("2026-10")) == ("2025-12", "2026-09")
