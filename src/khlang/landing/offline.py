"""Submissions that come on a stick: the gateway's checks, writes and receipts, without its connection."""

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from khlang import lake, manifest
from khlang.errors import AccessError, InputError, IntegrityError
from khlang.landing import checks, registry
from khlang.landing.desk import Desk
from khlang.manifest import MAX_PART_BYTES, Manifest
from khlang.settings import Settings

RECEIPT = "receipt.json"
_SMALL = 8 << 20


@dataclass(frozen=True)
class Taken:
    """One submission that was taken, and where its receipt was written."""

    place: lake.Submission
    state: str
    receipt: Path


@dataclass(frozen=True)
class _Stick:
    """A folder or zip that holds one submission; names are looked up, never taken as paths."""

    path: Path
    archive: zipfile.ZipFile | None = None

    def names(self) -> list[str]:
        """Files at its top."""
        if self.archive:
            return [name for name in self.archive.namelist() if "/" not in name and "\\" not in name]
        return [file.name for file in self.path.iterdir() if file.is_file()]

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One file, seekable.

        Raises:
            InputError: It is not there, or larger than a part may be.
        """
        if name not in self.names():
            raise InputError(
                f"{self.path.name}: {name} is missing.", "Export the submission again.", code="IMPORT-FILE"
            )
        size = self.archive.getinfo(name).file_size if self.archive else (self.path / name).stat().st_size
        if size > MAX_PART_BYTES:
            raise InputError(f"{self.path.name}: {name} is too large.", "Seal it again.", code="IMPORT-FILE")
        with self.archive.open(name) if self.archive else (self.path / name).open("rb") as file:
            yield cast("BinaryIO", file)

    def text(self, name: str) -> str:
        """A small file as text.

        Raises:
            InputError: It is not there, or no text.
        """
        with self.open(name) as file:
            data = file.read(_SMALL)
        try:
            return data.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise InputError(f"{self.path.name}: {name} is no text.", "Export again.", code="IMPORT-FILE") from None

    def keep(self, signed: dict[str, str]) -> Path:
        """Put the receipt in the folder, or beside the zip."""
        where = self.path.with_suffix("") if self.archive else self.path
        where.mkdir(exist_ok=True)
        (where / RECEIPT).write_text(json.dumps(signed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return where / RECEIPT


def take(settings: Settings, path: Path) -> list[Taken]:
    """Take every submission of a folder or zip; taken again, it is the same one with a newer receipt.

    Raises:
        InputError: There is none, or a file of one is missing.
        KhlangError: One does not hold; those before it were taken.
    """
    desk = Desk(settings)
    try:
        with contextlib.ExitStack() as stack:
            sticks = _sticks(path, stack)
            if not sticks:
                raise InputError(
                    f"There is no sealed submission in {path.name}.",
                    "khlang agency export writes one.",
                    code="IMPORT-NONE",
                )
            return [_one(settings, desk, stick) for stick in sticks]
    finally:
        desk.close()


def _sticks(path: Path, stack: contextlib.ExitStack) -> list[_Stick]:
    if path.is_file():
        try:
            return [_Stick(path, stack.enter_context(zipfile.ZipFile(path)))]
        except zipfile.BadZipFile:
            raise InputError(f"{path.name} is no zip.", "Export the submission again.", code="IMPORT-FILE") from None
    if (path / "manifest.sig").exists():
        return [_Stick(path)]
    folders = [_Stick(one) for one in sorted(path.iterdir()) if one.is_dir() and any(one.glob("manifest*.sig"))]
    zips = [one for one in sorted(path.glob("khlang-*.zip")) if zipfile.is_zipfile(one)]
    return folders + [_Stick(one, stack.enter_context(zipfile.ZipFile(one))) for one in zips]


def _one(settings: Settings, desk: Desk, stick: _Stick) -> Taken:
    stem = min(
        (name[:-4] for name in stick.names() if name.startswith("manifest") and name.endswith(".sig")), default=""
    )
    text, signature = stick.text(f"{stem or 'manifest'}.json"), stick.text(f"{stem or 'manifest'}.sig")
    made = manifest.parse(text.encode("utf-8"))
    agency = registry.agencies(settings).get(made["agency"])
    if agency is None:
        raise AccessError(f"The agency {made['agency']} is not enrolled.", "Enrol it first: khlang pool enrol.")
    place = checks.address(agency, made["dataset"], made["period"], made["submission"])
    registry.require_open(settings, place.period)
    checks.signed(agency, place, text, signature)  # before a byte of it is written
    _parts(desk, stick, place, made)
    desk.complete(agency, place, text, signature)
    signed = desk.receipt(place)
    return Taken(place, str(json.loads(signed["receipt"])["state"]), stick.keep(signed))


def _parts(desk: Desk, stick: _Stick, place: lake.Submission, made: Manifest) -> None:
    for part in manifest.files(made):
        if desk.has(place.landing_key(part["name"]), part["sha256"]):
            continue
        checks.part(part["name"], part["sha256"])
        with stick.open(part["name"]) as file:
            checks.same_bytes(part["sha256"], hashlib.file_digest(file, "sha256").hexdigest())  # type: ignore[arg-type]
            file.seek(0)
            size = file.seek(0, 2)
            if size != part["bytes"]:
                raise IntegrityError(
                    f"Part {part['name']} has another size than its manifest says.", "Export it again."
                )
            desk.take_part(place, part["name"], file, sha256=part["sha256"], size=size)
