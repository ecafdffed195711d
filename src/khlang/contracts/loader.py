"""Reads ``contracts/`` into tables, or says which file, column and key is wrong.

The way from plain documents to tables is one function, ``build``: the pool gives it the files' documents, the
agency what its signed bundle carries. So the two cannot read a contract differently.
"""

import csv
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml

from khlang import settings
from khlang.contracts import check, read
from khlang.contracts.collection import Contracts
from khlang.contracts.model import Table
from khlang.errors import ContractError

#: A file as it was when it was looked at: its path, when it was written last (ns), its bytes.
Seen = tuple[Path, int, int]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path | None = None, *, expectations: Path | None = None) -> Contracts:
    """Read all contracts of a folder, and the expectations beside it; once, as long as no file there changes.

    Args:
        path: The folder; without it the one of the settings.
        expectations: The folder of what a contract cannot say; without it the sibling ``expectations``.

    Raises:
        ContractError: A file is missing or malformed, or the contracts do not agree.
    """
    folder = path or settings.load().contracts
    extra = expectations or folder.parent / "expectations"
    if not (folder / "fields.yaml").exists():
        raise ContractError(
            f"There is no field dictionary {folder.name}/fields.yaml.", "Set KHLANG_ROOT to the checkout."
        )
    kinds = ((folder, "fields.yaml"), (folder, "*/*.yaml"), (folder / "codes", "*.csv"), (extra, "*/*.yaml"))
    return _read(folder, extra, tuple(tuple(map(_seen, sorted(where.glob(kind)))) for where, kind in kinds))


def _seen(path: Path) -> Seen:
    told = path.stat()
    return path, told.st_mtime_ns, told.st_size


@lru_cache(maxsize=2)  # 130 files take a third of a second to parse, and a process asks for them dozens of times
def _read(folder: Path, extra: Path, files: tuple[tuple[Seen, ...], ...]) -> Contracts:
    (fields,), declared, codes, more = files
    return build(
        {
            "fields": _document(fields[0], folder),
            "codes": {file.stem: read_codes(file) for file, *_ in codes},
            "contracts": {file.relative_to(folder).as_posix(): _document(file, folder) for file, *_ in declared},
            "expectations": {file.relative_to(extra).as_posix(): _document(file, extra) for file, *_ in more},
        }
    )


def build(source: Mapping[str, Any]) -> Contracts:
    """Make contracts of plain documents: ``fields``, ``codes``, ``contracts``, ``expectations``.

    Raises:
        ContractError: Something is missing, unknown or contradictory; the message names file, column and key.
    """
    documents, extra = source["contracts"], source.get("expectations", {})
    tables: dict[str, Table] = {}
    for path, document in documents.items():
        table = read.table(path, document, source["fields"], source["codes"], extra.get(path, {}))
        if table.name in tables:
            raise ContractError(
                f"contracts/{path}: table {table.name} is declared twice, also in contracts/{tables[table.name].path}.",
                "Keep one of the two files.",
            )
        tables[table.name] = table
    for path in extra:
        if path not in documents:
            raise ContractError(
                f"expectations/{path} has no contract.", f"Write contracts/{path}, or remove the expectations."
            )
    check.agree(tables)
    return Contracts(tables, source=source)


def read_codes(path: Path) -> list[dict[str, str]]:
    """Rows of a code list (``code``, ``name_th``, ``name_en`` and more); ``#`` lines are its source notes.

    Raises:
        ContractError: The file has no column ``code``, or a code stands there twice.
    """
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    codes = [row.get("code", "") for row in rows]
    if not rows or "" in codes or len(set(codes)) != len(codes):
        raise ContractError(
            f"Code list codes/{path.name} has no rows, an empty code, or a code twice.",
            "Give each row one code of its own, in a column named code.",
        )
    return rows


def _document(path: Path, folder: Path) -> dict[str, Any]:
    name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (the C safe loader)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        raise ContractError(f"{name}, line {line}: not YAML.", "Mend the indentation or the quotes there.") from None
    if not isinstance(document, dict):
        raise ContractError(f"{name} holds no mapping.", "Copy a contract that works and edit it.")
    return cast("dict[str, Any]", document)
