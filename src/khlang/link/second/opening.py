"""Opens the sealed link file of one submission, in memory only, and destroys its keys when the job is done with it.

Land never opens it: it is encrypted to the linkage job's own identity of the month. What it must hold is known
beforehand: the contract's columns, keys of the linkage key's epoch, and the authority's canaries.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from khlang import comparison, lake, manifest, private, store
from khlang.contracts.second_route import SecondRoute
from khlang.errors import CanaryError, IntegrityError, SealingKeyError, SetupError
from khlang.landing import envelope, headers, ledger, registry
from khlang.landing.refusal import refusal
from khlang.manifest import Link, Manifest
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINKED = "linked"  # the receipt of a link file that was used, and whose keys are destroyed
_AGAIN = "ติดตั้งกุญแจเชื่อมโยงที่ถูก ปิดผนึกใหม่ แล้วส่ง / Install the right linkage key, seal again, then send."


@dataclass(frozen=True)
class Opened:
    """A submission and its keys: ``row_number`` and one column a key. Lives as long as the job."""

    place: lake.Submission
    route: SecondRoute
    keys: pl.DataFrame


def sent(s3: "S3Client", place: lake.Submission, stem: str) -> Manifest | None:
    """The manifest of a submission that has a link file; None where it has none."""
    data = store.get(s3, lake.LANDING, place.landing_key(f"{stem}.json"))
    made = manifest.parse(data) if data else None
    return made if made and manifest.link_parts(made) else None


def done(s3: "S3Client", place: lake.Submission) -> bool:
    """Whether a job is done with a submission's link file: its receipt says so, for the role may not list headers."""
    return ledger.read(s3, place, LINKED) is not None


def opened(s3: "S3Client", settings: Settings, made: Manifest, place: lake.Submission, route: SecondRoute) -> Opened:
    """Open, verify, take the canaries out.

    Raises:
        SetupError: The month's linkage identity is not here.
        IntegrityError: A part is damaged, or holds other columns or rows than it says.
        SealingKeyError: A value is no comparison key of the epoch.
        CanaryError: The canaries are not those of the right key, or of the right normaliser.
    """
    if "link" not in made:
        raise SetupError("The submission has no link file.", "Link datasets whose contract has a second route.")
    path = settings.secrets / "link" / f"{place.period}.identity"
    identity = private.read_text(path, "The month's linkage identity", "Was it destroyed at the window's end?")
    frames = []
    for part in made["link"]["parts"]:
        data = envelope.inner(part, headers.whole(s3, place, part["name"]), identity)
        frames.append(_read(data, part["name"], part["rows"], route))
    keys = pl.concat(frames)
    check(keys, made["link"], route, expected=registry.link_canaries(
        settings, place.agency, made["link"]["epoch"], place.dataset))  # fmt: skip
    return Opened(place, route, keys.filter(pl.col("row_number") > 0))


def check(keys: pl.DataFrame, link: Link, route: SecondRoute, *, expected: "list[dict[str, str | None]]") -> None:
    """Hold opened keys against their epoch and the canaries.

    Raises:
        SealingKeyError: A value is no comparison key of the epoch.
        CanaryError: The canaries differ.
    """
    names = [key.name for key in route.keys]
    wrong = keys.select(
        pl.sum_horizontal((~pl.col(names).str.contains(comparison.pattern(link["epoch"]))).sum())
    ).item()
    if wrong:
        raise refusal(
            SealingKeyError,
            "LINK-FORM",
            th=f"ไฟล์เชื่อมโยงมีค่าที่ไม่ใช่กุญแจเปรียบเทียบของรุ่น {link['epoch']}: {wrong} ค่า",
            en=f"The link file holds {wrong} values that are no comparison keys of epoch {link['epoch']}.",
            remedy=_AGAIN,
        )
    met = {tuple(row) for row in keys.filter(pl.col("row_number") == 0).select(names).rows()}
    if met != {tuple(one[name] for name in names) for one in expected}:
        raise refusal(
            CanaryError,
            "LINK-CANARY",
            th="บุคคลทดสอบ (canary) ในไฟล์เชื่อมโยงไม่ตรง: กุญแจเชื่อมโยงหรือการจัดรูปชื่อไม่ถูกต้อง",
            en="The canaries of the link file differ: linkage key or normalisation of names are not the right ones.",
            remedy=_AGAIN,
        )


def destroy(s3: "S3Client", made: Manifest, place: lake.Submission) -> int:
    """Say that a link file is done with, and destroy its keys: nobody opens it again, whoever has the identity.

    Repeated it does no harm: a job that was cut off between the two is finished by the next one.
    """
    names = [part["name"] for part in manifest.link_parts(made)]
    ledger.write_decision(s3, place, LINKED, {**place.named, "verdict": "linked", "files": len(names)})
    for name in names:
        s3.delete_object(Bucket=lake.HEADERS, Key=place.landing_key(name))
    return len(names)


def _read(data: bytes, name: str, rows: int, route: SecondRoute) -> pl.DataFrame:
    wanted = {column: pl.Int64() if column == "row_number" else pl.String() for column in route.columns}
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError):
        frame = pl.DataFrame()
    if dict(frame.schema) != wanted or frame.height != rows:
        raise refusal(
            IntegrityError,
            "LINK-COLUMNS",
            th=f"ไฟล์เชื่อมโยง {name} ไม่ตรงกับข้อตกลงข้อมูล",
            en=f"Link file {name} does not hold the rows and columns that contract and manifest say.",
            remedy=_AGAIN,
        )
    return frame
