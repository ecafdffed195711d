"""Coverage-guided fuzzing of what outsiders hand the gateway: ``python -m tests.fuzz.documents [seconds]``.

Manifest, request to withdraw, receipt, the header of a part, the body that wraps a manifest, and the words of a path:
whatever bytes come, they are refused with an error of ours, or mean just those bytes.
"""

import contextlib
import io
import os
import sys
from pathlib import Path

import pydantic
from tests.fuzz import looked_at

from khlang import manifest, receipt, signatures
from khlang.errors import KhlangError
from khlang.landing import checks, headers, routes
from khlang.landing.registry import Agency

AGENCY = Agency("mof", "0" * 64, "0" * 64, ("welfare_registrants",))
PART = {"name": "part-0001-00000000.age", "rows": 1, "bytes": 9, "sha256": "0" * 64, "inner_sha256": "1" * 64}
PLACE = {"agency": "mof", "dataset": "welfare_registrants", "period": "2026-01", "submission": "ab" * 16}


def check_refused_or_meant(data: bytes) -> None:
    """Raise where a parser breaks, or takes bytes for something that would be written otherwise."""
    try:
        if signatures.canonical(manifest.parse(data)) != data:
            raise AssertionError("a manifest that is not canonical was taken")
    except KhlangError:
        pass
    try:
        asked = receipt.read_withdrawal(data)
        if receipt.withdrawal(asked, asked["reason"]) != data:
            raise AssertionError("a request that is not of its form was taken")
    except KhlangError:
        pass
    try:
        header = headers.split(io.BytesIO(data), "part")
        if not data.startswith(header) or not header.endswith(b"\n"):
            raise AssertionError("a header that is not the beginning of the part was taken")
    except KhlangError:
        pass
    for model in (routes.SignedManifest, routes.SignedRequest):
        with contextlib.suppress(pydantic.ValidationError):
            model.model_validate_json(data)
    check_words(data.decode("utf-8", "replace"))


def check_words(text: str) -> None:
    """The same for what stands in a path or a header, and for a receipt that somebody hands an agency."""
    pieces = ([*text.split("\n"), "", "", ""])[:3]
    try:
        place = checks.address(AGENCY, *pieces)
        if place.prefix.count("/") != 3 or ".." in place.prefix:
            raise AssertionError("a path leads elsewhere")
    except KhlangError:
        pass
    try:
        if not pieces[0].endswith(f"-{checks.part(pieces[0], pieces[1])[:8]}.age"):
            raise AssertionError("a part's name is not its hash's")
    except KhlangError:
        pass
    for key in (None, "0" * 64):
        try:
            receipt.verify({"receipt": text, "signature": pieces[1], "key": "0" * 64}, key=key)
        except KhlangError:
            continue
        raise AssertionError("a receipt without a signature was taken")


def beginnings() -> list[bytes]:
    """Documents of the right form, which the fuzzer changes."""
    made = manifest.build(
        agency="mof", dataset="welfare_registrants", period="2026-01", contract={"id": "x", "version": "1.0.0"},
        profile={"id": "hmac-v1", "sha256": "0" * 64, "epoch": "e01", "kcv": "0" * 16}, rows=1, canary_rows=0,
        pid_reasons={}, parts=[PART], tool_version="khlang 0", papers={  # type: ignore[list-item]
            "agreement": "a", "letter": "", "legal_basis": "b", "retention_days": 1, "preparer": "c", "approver": "d"},
    )  # fmt: skip
    asked = receipt.withdrawal(PLACE, "ผิดงวด")
    told = receipt.build(PLACE, state="received", received={"rows": 1}, steps=[])
    age = headers.MAGIC + b"-> X25519 x\ny\n--- " + b"A" * 43 + b"\nbody"
    words = f"{PLACE['dataset']}\n{PLACE['period']}\n{PLACE['submission']}".encode()
    return [signatures.canonical(made), asked, told, age, words, b'{"manifest":"{}","signature":"0"}']


def main() -> None:
    """Fuzz for some seconds."""
    import atheris

    looked_at.instrument((manifest, receipt, checks, headers))
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    # The fuzzer ends the process itself: a folder that is taken away afterwards would stay.
    folder = Path(os.environ.get("KHLANG_VAR", "var")) / "fuzz" / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(beginnings()):
        (folder / str(number)).write_bytes(data)
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=20", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *options, str(folder)], check_refused_or_meant)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
