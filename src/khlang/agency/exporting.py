"""A sealed submission on a stick, for an office whose network does not reach the gateway: the same files, no more."""

import shutil
import zipfile
from pathlib import Path

from khlang import manifest, private
from khlang.agency import sending
from khlang.agency.home import Home
from khlang.errors import InputError

NOTE = """ข้อมูลแฝง (ยังเป็นข้อมูลส่วนบุคคล) ที่เข้ารหัสแล้ว ส่งให้คลังกลาง: khlang admin import
เมื่อได้ receipt.json กลับมา: khlang agency receipt --import โฟลเดอร์นี้

Pseudonymised data, still personal data, encrypted. At the pool: khlang admin import.
When receipt.json has come back: khlang agency receipt --import THIS-FOLDER
"""


def export(home: Home, folder: Path, to: Path, *, supersedes: str | None = None, as_zip: bool = False) -> Path:
    """Copy a sealed folder to a stick, whole or not at all.

    Args:
        home: The agency's folder.
        folder: A sealed folder.
        to: The stick, or a folder on it.
        supersedes: The accepted submission that this earlier content shall replace.
        as_zip: One file instead of a folder.

    Returns:
        What was written.

    Raises:
        InputError: It is no sealed folder, or the stick is full.
        IntegrityError: A file is not as it was sealed.
    """
    made = sending.signed(home, folder, supersedes)[2]
    for part in manifest.files(made):
        sending.whole(folder, part)
    name = f"khlang-{made['agency']}-{made['dataset']}-{made['period']}-{made['submission'][:12]}"
    files = [
        folder / file for file in (*(part["name"] for part in manifest.files(made)), *manifest.file_names(supersedes))
    ]
    target = to / (f"{name}.zip" if as_zip else name)
    half = to / f".{target.name}.part"
    try:
        to.mkdir(parents=True, exist_ok=True)
        _zip(half, files) if as_zip else _folder(half, files)
        if target.is_dir():
            shutil.rmtree(target)
        private.replace(half, target)
    except OSError as fault:
        raise InputError(
            f"เขียนลงแฟลชไดรฟ์ไม่ได้ / Cannot write to the stick ({fault.strerror}).",
            "ตรวจพื้นที่ว่างและการป้องกันการเขียน / See that it has room and is not write-protected.",
            code="EXPORT",
        ) from None
    finally:
        shutil.rmtree(half, ignore_errors=True)
        if half.is_file():
            half.unlink()
    return target


def _folder(path: Path, files: list[Path]) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    for file in files:
        shutil.copyfile(file, path / file.name)
    (path / "README.txt").write_text(NOTE, encoding="utf-8")


def _zip(path: Path, files: list[Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # ciphertext does not get smaller
        for file in files:
            archive.write(file, file.name)
        archive.writestr("README.txt", NOTE)
