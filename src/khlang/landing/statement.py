"""The pool's receipts: its key, and what it says, signed, of one submission by the ledger."""

import contextlib
import secrets
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from khlang import lake, private, receipt, signatures
from khlang.errors import UsageError
from khlang.landing import ledger
from khlang.landing.ledger import Decision
from khlang.landing.refusal import refusal
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ORDER = ("received", "landed-refused", "landed", "curated", ledger.WITHDRAWAL, ledger.WITHDRAWN)


def ensure_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that receipts are signed with (0600), made on first use; its public half is in the registry."""
    path = settings.secrets / "receipt.key"
    if not path.exists():
        # The gateway may start while the pool is founded: whoever is first makes it, and both go on with that one.
        made = private.folder(settings.secrets) / f".receipt.key.{secrets.token_hex(8)}"
        private.write(made, Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(made)
        made.unlink()
    text = private.read_text(path, "The pool's receipt key", "Run `khlang pool init`.")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    public, published = signatures.public_hex(key) + "\n", settings.registry / "receipt.pub"
    if not published.exists() or published.read_text(encoding="ascii") != public:
        half = published.with_name(f".receipt.pub.{secrets.token_hex(8)}")
        private.write(half, public, mode=0o644).replace(published)
    return key


def told(s3: "S3Client", place: lake.Submission) -> list[Decision]:
    """Everything the ledger has of a submission, each with its ``stage``, in the order of the hops."""
    names = ledger.stages(s3, place.prefix + "/").get(place, [])
    return [{"stage": name, **(ledger.read(s3, place, name) or {})} for name in sorted(names, key=_order)]


def make(s3: "S3Client", place: lake.Submission, key: Ed25519PrivateKey) -> receipt.Signed:
    """What the pool says of a submission by now, signed.

    Raises:
        UsageError: It never was received.
    """
    steps = told(s3, place)
    if not steps:
        raise refusal(
            UsageError,
            "RECEIPT-NONE",
            th="คลังยังไม่เคยได้รับชุดส่งนี้",
            en="The pool has not received this submission.",
            remedy="ส่งก่อน / Send it first: khlang agency send",
        )
    received = [step for step in steps if step["stage"].startswith("received")]
    others: list[Any] = [step for step in steps if not step["stage"].startswith("received")]
    last = {name: value for name, value in (received or [{}])[-1].items() if name != "stage"}
    return receipt.sign(receipt.build(place.named, state=state(steps), received=last, steps=others), key)


def state(steps: list[Decision], *, parts: bool = False) -> str:
    """The last thing that became of a submission.

    Args:
        steps: From :func:`told`.
        parts: Whether parts of it are there.
    """
    stages = {str(step["stage"]) for step in steps}
    if stages & {ledger.WITHDRAWAL, ledger.WITHDRAWN}:
        return "withdrawn"
    for kind in ("curated-", "landed-0", "landed-refused-"):
        found = [step for step in steps if str(step["stage"]).startswith(kind)]
        if found:
            return str(max(found, key=lambda step: str(step["stage"]))["verdict"])
    if stages:
        return "received"
    return "partial" if parts else "unknown"


def _order(stage: str) -> tuple[int, str]:
    found = [number for number, name in enumerate(_ORDER) if stage.startswith(name)]
    return (max(found) if found else len(_ORDER), stage)
