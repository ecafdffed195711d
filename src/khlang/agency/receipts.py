"""Receipts as the office reads them: verified offline, in its language, with the rows of its own file."""

import json
import locale
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from khlang import manifest, private, receipt
from khlang.agency import papers, sending
from khlang.agency.home import Home
from khlang.agency.papers import Page, Rows
from khlang.errors import InputError
from khlang.web.language import Language

_LARGEST = 4 << 20


def language() -> Language:
    """Thai where the locale of this computer is Thai, else English."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    said = next((name for name in names if name), None) or locale.getlocale()[0] or ""
    return "th" if said.lower().startswith(("th", "thai")) else "en"


def find(home: Home, submission: str) -> Path:
    """The sealed folder of a submission by its id, or the beginning of it, or its path.

    Raises:
        InputError: There is none, or more than one.
    """
    path = Path(submission)
    if (path / "manifest.json").is_file():
        return path
    found = [folder for folder in home.submissions() if folder.name.startswith(submission)] if submission else []
    if len(found) != 1:
        raise InputError(
            f"พบชุดส่งที่ขึ้นต้นด้วยรหัสนี้ {len(found)} ชุด / {len(found)} submissions begin with this id.",
            "ดูรหัสด้วย / See the ids: khlang agency status --offline",
            code="SUBMISSION",
        )
    return found[0]


def page(home: Home, said: dict[str, Any], *, lang: Language, verified: bool) -> Page:
    """A receipt's page; what lies here of the same submission is added to it."""
    folder = home.sealed(said["dataset"], said["period"]) / said["submission"]
    made = folder / "manifest.json"
    papers_of = dict(manifest.parse(made.read_bytes())) if made.exists() else None
    return papers.page(said, lang=lang, verified=verified, manifest=papers_of, rows=rows(home, said, lang))


def rows(home: Home, said: dict[str, Any], lang: Language) -> Rows:
    """The office's file and row for every sealed row that a receipt names; empty where the row map is gone."""
    path = home.rowmap(said["dataset"], said["period"], said["submission"])
    wanted = papers.named_rows(said)
    if not wanted or not path.exists():
        return {}
    import polars as pl

    found = pl.scan_parquet(path).filter(pl.col("row_number").is_in(sorted(wanted))).collect()
    word = "แถว" if lang == "th" else "row"
    return {
        row["row_number"]: f"{row['source_file']} {word} {row['source_row']}"
        for row in found.iter_rows(named=True)
        if row["source_row"] is not None
    }


def read(path: Path) -> dict[str, Any]:
    """A receipt file as it was handed over: by itself, or in the folder or zip that came back from the pool.

    Raises:
        InputError: There is none.
    """
    text = ""
    if path.is_dir():
        found = sorted(path.rglob(sending.RECEIPT))
        text = found[0].read_text(encoding="utf-8") if found else ""
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = [one for one in archive.infolist() if Path(one.filename).name == sending.RECEIPT]
            text = archive.read(names[0]).decode("utf-8") if names and names[0].file_size < _LARGEST else ""
    elif path.is_file() and path.stat().st_size < _LARGEST:
        text = path.read_text(encoding="utf-8")
    try:
        signed = json.loads(text)
    except ValueError:
        signed = None
    if not isinstance(signed, dict):
        raise InputError(
            "ไม่พบใบรับในไฟล์หรือโฟลเดอร์นี้ / There is no receipt in this file or folder.",
            "เลือก receipt.json ที่คลังส่งกลับมา / Choose the receipt.json that the pool gave back.",
            code="RECEIPT-FILE",
        )
    return signed


def verified(home: Home, signed: dict[str, Any]) -> dict[str, Any]:
    """What a receipt says, its signature held against the pool's key in the bundle; without any connection.

    Raises:
        SignatureError: It does not hold, or the bundle names no receipt key.
        IntegrityError: It is no receipt.
    """
    return receipt.verify(signed, key=home.bundle().receipt_key)


def write(path: Path, content: bytes) -> None:
    """Write what was printed, whole or not at all; not private: it holds no value.

    Raises:
        SetupError: The disk is full.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        private.replace(Path(name), path)
    except OSError as fault:
        if private.full(fault):
            raise private.no_room(path.parent) from None
        raise
    finally:
        Path(name).unlink(missing_ok=True)
