"""An office's own headers, mapped to a contract's columns once and kept: one small file for each dataset."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from khlang import private
from khlang.agency.reading import headers, sources
from khlang.agency.reading.model import DatabaseQuery, ReadOptions
from khlang.contracts import Column, Table, folded
from khlang.errors import InputError


def path(home: Path, dataset: str) -> Path:
    """Where the mapping of a dataset lies under the agency's folder."""
    return home / "mappings" / f"{dataset}.json"


def load(home: Path, dataset: str) -> dict[str, str] | None:
    """The saved mapping, header → column; None where there is none.

    Raises:
        InputError: The file is not of that form.
    """
    file = path(home, dataset)
    if not file.exists():
        return None
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        kept = None
    if not isinstance(kept, dict) or not all(isinstance(name, str) for name in kept.values()):
        raise InputError(
            f"{file.name}: การจับคู่คอลัมน์ที่บันทึกไว้เสียหาย / the saved mapping is damaged.",
            f"จับคู่ใหม่ / Map again: khlang agency map FILE --dataset {dataset}",
            code="SEAL-MAPPING",
        )
    return kept


def save(home: Path, dataset: str, mapping: Mapping[str, str]) -> Path:
    """Keep a mapping."""
    text = json.dumps(dict(mapping), ensure_ascii=False, indent=1) + "\n"
    return private.write(path(home, dataset), text)


def look(source: Path | DatabaseQuery, table: Table, options: ReadOptions) -> tuple[list[str], list[Column]]:
    """The headers of a file that no column claims, and the columns that no header names.

    Raises:
        InputError: The file cannot be opened.
    """
    part = sources.parts(source, table, options)[0]
    cells = headers.found(part.head(), table, options.mapping).cells
    known = headers.names(table, options.mapping)
    taken = {known[folded(cell)] for cell in cells if folded(cell) in known}
    free = [headers.printable(cell, i) for i, cell in enumerate(cells) if cell and folded(cell) not in known]
    return free, [column for column in table.columns if column.name not in taken]


def checked(pairs: Sequence[str], present: Sequence[str], table: Table) -> dict[str, str]:
    """``header=column`` pairs as a mapping.

    Raises:
        InputError: A pair has no ``=``, its header does not stand in the file, or its column not in the contract.
    """
    names = {column.name for column in table.columns}
    have = {folded(header): header for header in present}
    mapping: dict[str, str] = {}
    for pair in pairs:
        header, _, name = pair.rpartition("=")
        if folded(header) not in have or name.strip() not in names:
            raise InputError(
                f"--set {pair}: ไม่มีหัวตารางหรือคอลัมน์นั้น / there is no such header or column.",
                f"หัวตาราง / headers: {', '.join(present)}; คอลัมน์ / columns: {', '.join(sorted(names))}.",
                code="SEAL-MAPPING",
            )
        mapping[have[folded(header)]] = name.strip()
    if len(set(mapping.values())) < len(mapping):
        raise InputError(
            "คอลัมน์เดียวถูกจับคู่กับหลายหัวตาราง / one column is mapped to several headers.",
            "ให้แต่ละคอลัมน์มีหัวตารางเดียว / Give each column one header.",
            code="SEAL-MAPPING",
        )
    return mapping
