"""What the gateway holds a request against, before anything is written. Pure but for reading receipts."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from khlang import lake, manifest, signatures
from khlang.errors import AccessError, IntegrityError, KhlangError, PeriodError, SequenceError, UsageError
from khlang.landing import waiting
from khlang.landing.refusal import refusal, require_place
from khlang.landing.registry import Agency
from khlang.manifest import Manifest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART = re.compile(r"(?:part|link)-[0-9]{4}-([0-9a-f]{8})\.age")
SHA256 = re.compile(r"[0-9a-f]{64}")


def address(agency: Agency, dataset: str, period: str, submission: str) -> lake.Submission:
    """The submission that a path names.

    Raises:
        AccessError: The dataset is not the agency's.
        PeriodError: The period is not of its form.
        UsageError: The submission is not of its form.
    """
    if dataset not in {*agency.datasets, manifest.BRIDGE}:
        raise refusal(
            AccessError,
            "DATASET",
            th="หน่วยงานนี้ไม่ได้รับสิทธิ์ส่งชุดข้อมูลนี้",
            en="This agency may not send this dataset.",
            remedy="ตรวจชื่อชุดข้อมูลในคำสั่ง / Check the dataset's name: it is one of " + ", ".join(agency.datasets) + ".",
        )
    if not re.fullmatch(r"2[01][0-9]{2}-(0[1-9]|1[0-2])", period):
        raise refusal(
            PeriodError,
            "PERIOD",
            th="งวดไม่อยู่ในรูป ปปปป-ดด (ค.ศ.)",
            en="The period is not of the form YYYY-MM.",
            remedy="ส่งด้วย khlang agency send / Send with khlang agency send.",
        )
    if not re.fullmatch(r"[0-9a-f]{32}", submission):
        raise _odd_path()
    return lake.Submission(agency.name, dataset, period, submission)


def part(name: str, claimed: str | None) -> str:
    """The hash that a part's sender states; its name begins with the same eight digits.

    Raises:
        UsageError: The name or the header ``X-Content-SHA256`` is not of its form, or they disagree.
    """
    match = PART.fullmatch(name)
    if match is None or claimed is None or not SHA256.fullmatch(claimed) or claimed[:8] != match[1]:
        raise _odd_path()
    return claimed


def same_bytes(stated: str, found: str) -> None:
    """The body that arrived is the body that was sent.

    Raises:
        IntegrityError: It is not.
    """
    if stated != found:
        raise refusal(
            IntegrityError,
            "PART-SHA256",
            th="ไฟล์ส่วนที่ได้รับไม่ตรงกับค่า SHA-256 ที่แจ้ง",
            en="The bytes that arrived do not have the SHA-256 that was stated.",
            remedy="ส่งซ้ำ / Send again: it resumes.",
        )


def signed(agency: Agency, place: lake.Submission, text: str, signature: str) -> Manifest:
    """A manifest that holds: canonical, by schema, signed by the agency's enrolled key, of this path.

    Raises:
        KhlangError: It does not.
    """
    made = manifest.parse(text.encode("utf-8"))
    signatures.verify(text.encode("utf-8"), signature, agency.public_key)
    require_place(made, place)
    return made


def complete(made: Manifest, place: lake.Submission, present: Mapping[str, tuple[str, int]]) -> None:
    """Every part of a manifest was acknowledged with its hash and size.

    Raises:
        IntegrityError: Some are missing or others; their names are told.
    """
    wrong = [
        part["name"]
        for part in manifest.files(made)
        if present.get(place.landing_key(part["name"])) != (part["sha256"], part["bytes"])
    ]
    if wrong:
        names = ", ".join(wrong[:5])
        raise refusal(
            IntegrityError,
            "PARTS-MISSING",
            th=f"ยังไม่ได้รับไฟล์ส่วนครบ: {names}",
            en=f"Parts are missing or differ from the manifest: {names}.",
            remedy="ส่งซ้ำ ระบบจะส่งต่อจากที่ค้าง / Send again: it resumes.",
        )


def order(s3: "S3Client", made: Manifest, place: lake.Submission) -> None:
    """An earlier content does not silently take the place of a later one.

    Raises:
        SequenceError: A later content counts and ``supersedes`` does not name it.
    """
    if place.dataset == manifest.BRIDGE:
        return  # bridges stand side by side, and none of them is earlier than another
    there = waiting.standing(s3, place.agency, place.dataset, place.period)
    current = there[-1].submission.id if there else None
    if made["supersedes"] is None:
        if current != place.id and any(request.submission.id == place.id for request in there):
            raise earlier(current)
        return
    same = manifest.file_names(made["supersedes"])[0].removesuffix(".json")
    if there and (there[-1].submission.id, there[-1].base) == (place.id, same):
        return
    if any((request.submission.id, request.base) == (place.id, same) for request in there):
        raise refusal(
            SequenceError,
            "SEQUENCE-RETURN",
            th="เนื้อหานี้เคยกลับมาแทนชุดเดียวกันนี้แล้วหนึ่งครั้ง",
            en="This content took the place of that same submission once before.",
            remedy="แจ้งคลังกลาง / Ask the pool.",
        )
    if made["supersedes"] != current:
        raise earlier(current)


def earlier(current: str | None) -> KhlangError:
    """The refusal of an earlier content, or of a ``supersedes`` that names another than the current one."""
    remedy = (
        f"ถ้าต้องการกลับไปใช้เนื้อหานี้ ให้ส่งด้วย --supersedes {current} / To go back to it, send with --supersedes {current}."
        if current
        else "ส่งโดยไม่ใส่ --supersedes / Send without --supersedes."
    )
    return refusal(
        SequenceError,
        "SEQUENCE",
        th="เนื้อหานี้ส่งมาก่อนแล้ว และมีชุดที่ใหม่กว่าใช้อยู่ หรือ --supersedes ไม่ได้ชี้ชุดที่ใช้อยู่",
        en="A later content counts for this period, and --supersedes does not name it.",
        remedy=remedy,
    )


def _odd_path() -> KhlangError:
    return refusal(
        UsageError,
        "REQUEST",
        th="คำขอไม่อยู่ในรูปที่กำหนด",
        en="The path or a header is not of its form.",
        remedy="ส่งด้วย khlang agency send / Send with khlang agency send.",
    )
