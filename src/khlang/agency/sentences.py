"""Free text in what would leave: declared and scanned, or not declared and refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from khlang.agency import scan
from khlang.agency.counted import Counted
from khlang.agency.scan import columns
from khlang.contracts import Column, Table
from khlang.errors import InputError


@dataclass
class Seen:
    """What was seen in one column."""

    sentences: Counted = field(default_factory=Counted)
    filled: int = 0
    hits: dict[str, Counted] = field(default_factory=dict)


@dataclass(frozen=True)
class TextFinding:
    """One column with free text: ``undeclared`` and identifiers to be refused stop the extract, masked ones do not."""

    column: str
    kind: str
    counted: Counted
    does: Literal["refuse", "mask"]


class Sentences:
    """Feed it chunks as the office wrote them; then ask what was found."""

    def __init__(self, table: Table) -> None:
        self._declared = {column.name: column for column in table.columns if column.free_text}
        self._seen = {column.name: Seen() for column in table.columns if _may_hold(column)}

    def add(self, chunk: pl.DataFrame) -> None:
        """Look at one chunk."""
        for name, seen in self._seen.items():
            if name in self._declared:
                for kind, rows in scan.found(chunk[name]).items():
                    if rows.any():
                        seen.hits.setdefault(kind, Counted()).add(chunk.filter(rows))
            else:
                seen.filled += chunk.height - chunk[name].null_count()
                written = columns.sentences(chunk[name])
                if written.any():
                    seen.sentences.add(chunk.filter(written))

    def refuse(self, files: Sequence[str]) -> None:
        """Stop where something was found that may not leave.

        Raises:
            InputError: Naming column, count, file and first row; never what is written there.
        """
        for one in self.findings():
            if one.does == "refuse":
                file, row = one.counted.first[0]
                name = files[file] if file < len(files) else f"#{file + 1}"
                raise InputError(
                    f"{name} แถว {row}: คอลัมน์ {one.column} มีข้อความที่ออกไปไม่ได้ {one.counted.count} แถว / "
                    f"row {row}: column {one.column} holds text that may not leave ({one.kind}), "
                    f"{one.counted.count} rows.",
                    "นำออกแล้วปิดผนึกใหม่ ดูทุกแถวด้วย khlang agency check / Take it out; khlang agency check lists the rows.",
                    code="SEAL-FREE-TEXT",
                )

    def findings(self) -> tuple[TextFinding, ...]:
        """What was found, column by column."""
        told: list[TextFinding] = []
        for name, seen in self._seen.items():
            declared = self._declared.get(name)
            if declared is not None and declared.free_text is not None:
                told += [TextFinding(name, kind, hit, declared.free_text) for kind, hit in seen.hits.items()]
            elif scan.looks_free(seen.sentences.count, seen.filled):
                told.append(TextFinding(name, "undeclared", seen.sentences, "refuse"))
        return tuple(told)


def _may_hold(column: Column) -> bool:
    """Sealed and generalised columns leave no text; any other carries what was typed there."""
    return not column.identifier and not column.generalise
