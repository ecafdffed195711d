"""What an office's files hold, as hashes: is it sealed already, is it last month's, in what order do rows go out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khlang import private
from khlang.agency.home import Home
from khlang.agency.reading import DatabaseQuery, ReadOptions

_SAMPLE = 1024 * 1024
_TEXT = {".csv", ".tsv", ".txt", ".jsonl", ".ndjson"}


@dataclass(frozen=True)
class Content:
    """``files``: hash of all files in order, without their names; ``size``: their bytes; ``rows``: a first estimate."""

    files: bytes
    size: int
    rows: int | None
    lasting: bool

    def order(self, *context: str) -> bytes:
        """What decides the order of rows, with the key: the files and the rules under which they are sealed."""
        return "\0".join(context).encode() + self.files


def of(files: Sequence[Path | DatabaseQuery]) -> Content:
    """Hash files and folders. A query has no bytes of its own: its text stands for it, and it is asked every time."""
    hashed = hashlib.sha256()
    size, estimates = 0, [0]
    paths: list[Path] = []
    for file in files:
        if isinstance(file, DatabaseQuery):
            hashed.update(hashlib.sha256(b"query\0" + file.query.encode()).digest())
        else:
            paths += sorted(path for path in file.rglob("*") if path.is_file()) if file.is_dir() else [file]
    for path in paths:
        with path.open("rb") as source:
            hashed.update(hashlib.file_digest(source, "sha256").digest())
            size += source.tell()
        estimates.append(_rows(path))
    known = len(paths) == len(files) and all(estimates[1:])
    return Content(hashed.digest(), size, sum(estimates) if known else None, len(paths) >= len(files))


def options_text(options: ReadOptions) -> str:
    """The chosen options as text: other options are another extract."""
    chosen = [options.sheet, options.encoding, options.delimiter, sorted((options.mapping or {}).items())]
    return json.dumps(chosen, ensure_ascii=False)


def remember(home: Home, facts: dict[str, Any]) -> None:
    """Keep beside the row map what a submission was made of."""
    path = home.rowmap(facts["dataset"], facts["period"], facts["submission"]).with_suffix(".json")
    private.write(path, json.dumps(facts, ensure_ascii=False) + "\n")


def remembered(home: Home, dataset: str) -> list[dict[str, Any]]:
    """What every submission of a dataset was made of, by period; of those whose sealed folder is still there."""
    found: list[dict[str, Any]] = []
    for path in sorted((home.path / "rowmap" / dataset).glob("*/*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        if (home.sealed(dataset, facts["period"]) / facts["submission"] / "manifest.json").exists():
            found.append(facts)
    return found


def _rows(path: Path) -> int:
    if path.suffix.lower() not in _TEXT:
        return 0
    with path.open("rb") as source:
        start = source.read(_SAMPLE)
    lines = start.count(b"\n")
    return lines * path.stat().st_size // len(start) if lines else 0
