"""The end of a re-identification, at the only place that knows people: a sealed row's number becomes a row of a file.

The row map was made while sealing and never left this machine. Nothing is told to anybody: what was found is shown to
the official who opened the answer, and goes no further by this program.
"""

from dataclasses import dataclass
from typing import Any

from khlang import reidentification as papers
from khlang.agency.home import Home
from khlang.errors import ContractError, IntegrityError, SetupError
from khlang.reidentification import Pointer


@dataclass(frozen=True)
class Row:
    """Where a person stands in the office's own files: ``told`` is the answer's clear part."""

    told: dict[str, Any]
    pointer: Pointer
    file: str
    row: int


def found(home: Home, answer: bytes) -> Row:
    """Open an answer and look its row up in the row map.

    Raises:
        ContractError: The bundle names no key of the keepers (REID-BUNDLE).
        SignatureError: The answer was not made by enough keepers.
        IntegrityError: It is another agency's, or damaged (REID-OPEN).
        SetupError: The row map of that submission is not here any more (REID-ROWMAP).
    """
    keepers = home.bundle().reidentification
    if keepers is None:
        raise ContractError(
            "ไฟล์ตั้งค่านี้ไม่มีกุญแจของผู้ถือกุญแจร่วม / The bundle names no key of the keepers of re-identification.",
            "ขอไฟล์ตั้งค่าชุดใหม่จากผู้ดูแลกุญแจ / Ask the key authority for a new bundle.",
            code="REID-BUNDLE",
        )
    told = papers.read(answer, "answer", keepers["answer_key"])
    pointer = Pointer.opened(str(told["sealed"]), papers.identity_of(home.signing_key()))
    if (pointer.request, pointer.agency) != (told["request"], home.bundle().agency):
        raise IntegrityError(
            "คำตอบนี้ไม่ใช่ของหน่วยงานนี้ / This answer is not of this agency.",
            "ส่งคืนผู้ดูแลกุญแจ / Give it back to the key authority.",
            code="REID-OPEN",
        )
    return _row(home, told, pointer)


def _row(home: Home, told: dict[str, Any], pointer: Pointer) -> Row:
    import polars as pl

    path = home.rowmap(pointer.dataset, pointer.period, pointer.submission)
    rows = (
        pl.scan_parquet(path).filter(pl.col("row_number") == pointer.row_number).collect().to_dicts()
        if path.exists()
        else []
    )
    if not rows or rows[0]["source_row"] is None:
        raise SetupError(
            f"ไม่พบผังแถวของ {pointer.dataset} งวด {pointer.period} / The row map of {pointer.dataset} "
            f"{pointer.period}, submission {pointer.submission[:12]}, is not on this machine.",
            "กู้โฟลเดอร์ rowmap จากสำรอง หรือเปิดบนเครื่องที่ปิดผนึกชุดนั้น / "
            "Bring the folder rowmap back from its backup, or open this where that submission was sealed.",
            code="REID-ROWMAP",
        )
    return Row(told, pointer, str(rows[0]["source_file"]), int(rows[0]["source_row"]))
