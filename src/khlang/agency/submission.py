"""``khlang agency seal``: one extract file becomes one sealed folder, whole or not at all."""

import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from khlang import manifest, private
from khlang import period as period_
from khlang.agency import extract as extract_
from khlang.agency import parts, sealing
from khlang.agency.extract import Extract
from khlang.agency.home import Home
from khlang.contracts import Table
from khlang.manifest import Manifest, Part


@dataclass(frozen=True)
class Submission:
    """A sealed folder and what there is to say of it."""

    folder: Path
    manifest: Manifest
    table: Table
    extract: Extract
    lost_years: dict[str, int]
    reused: bool


def _silent(step: str) -> None:
    del step


def seal(
    home: Home,
    file: Path,
    *,
    dataset: str,
    period: str,
    sheet: str | None = None,
    letter: str | None = None,
    say: Callable[[str], None] = _silent,
) -> Submission:
    """Seal one file; the same content sealed again is the same folder.

    Args:
        home: The agency's folder.
        file: CSV, TSV or Excel.
        dataset: Name of its contract.
        period: As typed, Buddhist or Gregorian.
        sheet: Of a workbook with several.
        letter: Reference of the covering letter, where it is not the contract's.
        say: Told each step as it begins.

    Raises:
        KhlangError: Anything that must be mended first; nothing was written then.
    """
    month = period_.parse(period)
    bundle = home.bundle()
    table = bundle.table(dataset)
    recipient = bundle.recipient(month)
    key = home.source_key()
    say("อ่านไฟล์ / reading")
    extract = extract_.load(file, table, bundle.contracts, sheet=sheet)
    say("ปิดผนึกเลขประจำตัว / sealing identifiers")
    with file.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").digest()
    context = "\0".join((bundle.profile_reference()["sha256"], table.name, table.version_text, month, sheet or ""))
    sealed = sealing.seal(extract, table, bundle, key=key, content=context.encode() + digest)
    say("เขียน Parquet / writing Parquet")
    inner = parts.inner(sealed.rows)
    content = hashlib.sha256("".join(part.sha256 for part in inner).encode("ascii")).hexdigest()
    identity = manifest.submission_id(bundle.agency, table.name, month, content)
    folder = home.sealed(table.name, month) / identity
    if (folder / "manifest.sig").exists():
        made = manifest.parse((folder / "manifest.json").read_bytes())
        return Submission(folder, made, table, extract, sealed.lost_years, reused=True)
    say("เข้ารหัส / encrypting")
    with _Making(folder) as making:
        written = _encrypted(making.path, inner, recipient)
        made = manifest.build(
            agency=bundle.agency,
            dataset=table.name,
            period=month,
            contract={"id": table.name, "version": table.version_text},
            profile=bundle.profile_reference(),
            rows=sealed.data_rows,
            canary_rows=sealed.canary_rows,
            pid_reasons=sealed.pid_reasons,
            parts=written,
            tool_version=f"khlang {importlib.metadata.version('khlang')}",
            papers=_papers(home, table, letter),
        )
        sign(home, made, making.path)
        rowmap = home.rowmap(table.name, month, identity)
        private.folder(rowmap.parent)
        sealed.rowmap.write_parquet(making.path / "rowmap", compression="zstd")
        (making.path / "rowmap").replace(rowmap)
        making.keep()
    return Submission(folder, made, table, extract, sealed.lost_years, reused=False)


def sign(home: Home, made: Manifest, folder: Path) -> tuple[bytes, str]:
    """Write a manifest and its signature into a folder; gives the bytes and the signature."""
    data = manifest.canonical(made)
    signature = manifest.sign(data, home.signing_key())
    json_name, sig_name = manifest.file_names(made["supersedes"])
    private.write(folder / json_name, data)
    private.write(folder / sig_name, signature + "\n")
    return data, signature


class _Making:
    """A hidden folder that becomes the real one when kept, and is gone otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder.parent / f".{folder.name}.{os.getpid()}"

    def __enter__(self) -> "_Making":
        shutil.rmtree(self.path, ignore_errors=True)
        private.folder(self.path)
        return self

    def keep(self) -> None:
        self.path.rename(self.folder)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def _encrypted(folder: Path, inner: list[parts.Inner], recipient: str) -> list[Part]:
    def one(numbered: tuple[int, parts.Inner]) -> Part:
        number, part = numbered
        data = parts.encrypt(part.data, recipient)
        outer = hashlib.sha256(data).hexdigest()
        name = manifest.part_name(number, outer)
        private.write(folder / name, data)
        return {"name": name, "rows": part.rows, "bytes": len(data), "sha256": outer, "inner_sha256": part.sha256}

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, enumerate(inner, start=1)))


def _papers(home: Home, table: Table, letter: str | None) -> dict[str, str | int]:
    config = home.config()
    return {
        "agreement": table.agreement,
        "letter": letter if letter is not None else table.letter,
        "legal_basis": table.legal_basis,
        "retention_days": table.retention_days,
        "preparer": config["preparer"],
        "approver": config["approver"],
    }
