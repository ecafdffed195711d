"""Bridges: the reserved dataset of pairs (old pseudonym, new pseudonym), landed through the same checks as any other.

It has no contract. Its two columns hold pseudonyms of an epoch and of the one before; the authority's canaries, sealed
under both, prove that its maker has both keys. Pairs that lead into an epoch whose key leaked are never taken: such an
epoch has ended. What waits of an epoch that replaces a leaked one is held until the pool was rotated.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from khlang import lake, manifest, store
from khlang.errors import CanaryError, ContractError, IntegrityError, KhlangError, SealingKeyError
from khlang.landing import headers, ledger, registry
from khlang.landing.envelope import AGAIN, BUNDLE
from khlang.landing.refusal import refusal
from khlang.landing.registry import Epoch
from khlang.landing.waiting import Request
from khlang.manifest import BRIDGE, Manifest, Part
from khlang.settings import Settings

if TYPE_CHECKING:
    import polars as pl
    from mypy_boto3_s3 import S3Client

_REMEDY = "ติดตั้งไฟล์ตั้งค่ารุ่นปัจจุบัน แล้วทำ khlang agency bridge ใหม่ / With the current bundle: khlang agency bridge."


@dataclass
class Pairs:
    """One bridge on its way in: the epochs that it joins, the canaries that it must hold and those it held so far."""

    old: Epoch
    new: Epoch
    expected: frozenset[tuple[str, str]]
    met: set[tuple[str, str]] = field(default_factory=set)
    rows: int = 0

    @classmethod
    def of(cls, settings: Settings, made: Manifest, epochs: Mapping[str, Epoch]) -> "Pairs":
        """What a bridge is held against.

        Raises:
            SealingKeyError: Its epoch follows no other.
            ContractError: It wants to take another's place: bridges stand side by side.
        """
        new = epochs[made["profile"]["epoch"]]
        if new.previous is None:
            raise refusal(
                SealingKeyError,
                "BRIDGE-NONE",
                th=f"กุญแจรุ่น {new.name} ไม่มีรุ่นก่อนหน้าให้เชื่อม",
                en=f"Epoch {new.name} follows no other: there is nothing to bridge.",
                remedy=_REMEDY,
            )
        if made["supersedes"] is not None:
            raise refusal(
                ContractError,
                "BRIDGE-SUPERSEDES",
                th="ชุดเชื่อมรหัสไม่แทนชุดอื่น",
                en="A bridge takes no other's place: each one counts.",
                remedy="ส่งโดยไม่ใส่ --supersedes / Send without --supersedes.",
            )
        return cls(epochs[new.previous], new, frozenset(registry.bridge_pairs(settings, made["agency"], new.name)))

    def take_out(self, part: Part, opened: bytes) -> "pl.DataFrame":
        """The pairs of a part that are no canaries; the others are noted.

        Raises:
            IntegrityError: It is no Parquet of two columns of text, or has other rows than the manifest says.
            SealingKeyError: A pseudonym is of another epoch, or none.
        """
        import polars as pl

        try:
            frame = pl.read_parquet(io.BytesIO(opened))
        except (pl.exceptions.PolarsError, OSError):
            frame = pl.DataFrame()
        if dict(frame.schema) != dict.fromkeys(manifest.BRIDGE_COLUMNS, pl.String()) or frame.height != part["rows"]:
            raise refusal(
                IntegrityError,
                "BRIDGE-FORM",
                th=f"ไฟล์ส่วน {part['name']} ไม่ใช่คู่รหัสตามจำนวนที่แจ้ง",
                en=f"Part {part['name']} does not hold the pairs that the manifest says.",
                remedy=AGAIN,
            )
        self._of_their_epochs(frame)
        olds, news = ([pair[side] for pair in self.expected] for side in (0, 1))
        is_canary = pl.col("s_old").is_in(olds) | pl.col("s_new").is_in(news)
        found = frame.filter(is_canary)
        self.rows += found.height
        self.met |= {(old, new) for old, new in found.rows()}
        return frame.filter(~is_canary)

    def check(self, made: Manifest) -> None:
        """Exactly the expected canaries were met.

        Raises:
            CanaryError: They differ; the message says on which side.
        """
        if self.met == self.expected and self.rows == made["canary_rows"]:
            return
        whole = [{pair[side] for pair in self.met} == {pair[side] for pair in self.expected} for side in (0, 1)]
        wrong = [epoch.name for epoch, right in zip((self.old, self.new), whole, strict=True) if not right]
        raise refusal(
            CanaryError,
            "BRIDGE-CANARY",
            th=f"แถวทดสอบ (canary) ของชุดเชื่อมรหัสไม่ตรง: {', '.join(wrong) or 'คู่'}",
            en=f"The canaries of the bridge differ: {', '.join(wrong) or 'how they are paired'}.",
            remedy=BUNDLE,
        )

    def _of_their_epochs(self, frame: "pl.DataFrame") -> None:
        import polars as pl

        sides = {"s_old": self.old, "s_new": self.new}
        bad = frame.select((~pl.col(name).str.contains(one.pattern)).fill_null(value=True).sum()
                           for name, one in sides.items()).row(0, named=True)  # fmt: skip
        if any(bad.values()):
            told = ", ".join(f"{sides[name].name} ({count})" for name, count in bad.items() if count)
            raise refusal(
                SealingKeyError,
                "BRIDGE-EPOCH",
                th=f"มีรหัสที่ไม่ใช่ของรุ่นที่จะเชื่อม (จำนวนคู่): {told}",
                en=f"Pairs hold what is no pseudonym of its epoch (pairs): {told}.",
                remedy=_REMEDY,
            )


def held(s3: "S3Client", settings: Settings, request: Request) -> bool:
    """Whether a submission waits for the pool's rotation: its epoch replaces a leaked one, and nobody has rotated yet.

    Nothing of such an epoch may be promoted before: the rotation could not tell its persons from those of the leaked
    one. Bridges are not held, for the rotation needs them; nor is anything else, ever.
    """
    waiting = registry.unrotated(settings)
    if not waiting or request.submission.dataset == BRIDGE:
        return False
    data = store.get(s3, lake.LANDING, request.manifest_key) or b""
    try:
        return str(json.loads(data)["profile"]["epoch"]) in waiting
    except (ValueError, KeyError, TypeError):
        return False  # no manifest: it is decided on, and refused


def delete_done(settings: Settings, s3: "S3Client", *, today: date) -> int:
    """Delete opened bridges, and the keys of sealed ones, that were applied and whose old epoch has ended.

    Who has the old key could read the new pseudonyms off them. How many there were. Takes the role ``land``.
    """
    try:
        epochs = registry.epochs(settings)
    except KhlangError:
        return 0
    count = 0
    for place, names in sorted(ledger.stages(s3).items()):
        applied = any(name.startswith("curated-") for name in names)
        if place.dataset != BRIDGE or not applied:
            continue
        landed = next(name for name in names if name.startswith("landed-") and name[7:].isdigit())
        new = epochs.get(str((ledger.read(s3, place, landed) or {}).get("epoch")))
        old = epochs.get(new.previous) if new and new.previous else None
        if old and old.ends and old.ends < today.isoformat():
            folder = place.accepted.removeprefix(f"s3://{lake.LAKE}/") + "/"
            count += 1 if store.delete_prefix(s3, lake.LAKE, folder) + headers.destroy(s3, place) else 0
    return count
