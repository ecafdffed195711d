"""An office's files in the contract's columns, chunk by chunk: headers mapped, blank rows gone, the rest dropped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from khlang.agency.reading import headers, sources
from khlang.agency.reading.headers import Header
from khlang.agency.reading.model import DatabaseQuery, Dropped, Finding, Part, ReadOptions
from khlang.contracts import Contracts, Table
from khlang.errors import InputError


@dataclass(frozen=True)
class Extract:
    """Everything that is known before the rows are read; ``chunks`` reads them, each time anew.

    ``files``: names as shown; ``form``: how they were read; ``headers``: column of the contract → header in the
    file; ``dropped``: headers that stay here; ``findings``: what the official should know or answer.
    """

    files: tuple[str, ...]
    form: str
    headers: dict[str, str]
    dropped: tuple[Dropped, ...]
    findings: tuple[Finding, ...]
    _parts: tuple[Part, ...] = field(repr=False)
    _header: Header = field(repr=False)
    _at: dict[str, int] = field(repr=False)
    _linked: dict[str, int] = field(repr=False, default_factory=dict)

    @property
    def keyed(self) -> bool:
        """Whether comparison keys are made of its rows: the contract has a second route, and the file its fields."""
        return bool(self._linked)

    def chunks(self) -> Iterator[pl.DataFrame]:
        """The contract's columns as text (trimmed, empty is null), ``source_file`` and ``source_row``.

        Where the contract has a second route, the fields of its keys as ``link.<field>`` too.

        At most 250,000 rows each; rows without any value are left out, and so is the header where it is repeated.

        Raises:
            InputError: A row cannot be read; or there is none at all.
        """
        rows = 0
        for number, part in enumerate(self._parts):
            for first, frame in part.frames(self._header.skip if part.titled else 0, len(self._header.cells)):
                chunk = self._chunk(frame, first, number)
                rows += chunk.height
                if chunk.height:
                    yield chunk
        if not rows:
            raise empty(", ".join(self.files[:3]))

    def _chunk(self, frame: pl.DataFrame, first: int, file: int) -> pl.DataFrame:
        names = list(self._at)
        cells = [pl.col(str(i)).str.strip_chars().alias(name) for name, i in self._at.items()]
        cells += [pl.col(str(i)).alias(f"link.{name}") for name, i in self._linked.items()]
        chosen = frame.select(
            *cells,
            pl.lit(file, pl.UInt16).alias("source_file"),
            pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias("source_row"),
        ).with_columns(pl.when(pl.col(names) != "").then(pl.col(names)))
        blank = pl.all_horizontal(pl.col(names).is_null())
        again = pl.all_horizontal(pl.col(name).eq_missing(self.headers[name]) for name in names)
        return chosen.filter(~blank & ~again)


def open_extract(
    files: Sequence[Path | DatabaseQuery], table: Table, contracts: Contracts, *, options: ReadOptions | None = None
) -> Extract:
    """Look at files, folders, zips or a query as one extract of a dataset; no row of data is kept.

    Args:
        files: One or several of the same shape.
        table: The contract.
        contracts: All contracts of the bundle, to tell when the file is of another dataset.
        options: What the official chose.

    Raises:
        InputError: They cannot be read, lack a column, name one twice, differ in their headers, or are empty.
    """
    chosen = options or ReadOptions()
    parts = [part for file in files for part in sources.parts(file, table, chosen)]
    if not parts:
        raise empty(", ".join(_name(file) for file in files))
    read = [headers.found(part.head(), table, chosen.mapping) for part in parts]
    if not any(read[0].cells):
        raise empty(parts[0].name)
    at = headers.mapped(parts[0].name, read[0].cells, table, contracts, chosen.mapping)
    for part, one in zip(parts, read, strict=True):
        _same(part, one, parts[0], read[0])
        if len(parts) > 1:
            part.release()
    linked = headers.linked(parts[0].name, read[0].cells, table)
    columns = {i: read[0].cells[i] for i in (*at.values(), *linked.values())}
    findings = [finding for part in parts for finding in part.findings(columns, read[0].skip)]
    findings += _header_findings(parts[0], read[0], chosen)
    return Extract(
        files=tuple(part.name for part in parts),
        form="; ".join(dict.fromkeys(part.form for part in parts)),
        headers={name: read[0].cells[i] for name, i in at.items()},
        dropped=headers.dropped(read[0].cells, list(at.values()), list(linked.values())),
        findings=tuple(findings),
        _parts=tuple(parts),
        _header=read[0],
        _at=at,
        _linked=linked,
    )


def empty(file: str) -> InputError:
    """The refusal of a file without rows."""
    return InputError(
        f"{file}: ไม่มีแถวข้อมูล / there is no row of data.",
        "ตรวจว่าส่งออกข้อมูลครบ / See that the export is whole.",
        code="SEAL-EMPTY",
    )


def _same(part: Part, header: Header, first: Part, wanted: Header) -> None:
    if header.cells != wanted.cells or (part.titled and first.titled and header.skip != wanted.skip):
        raise InputError(
            f"{part.name}: หัวตารางไม่เหมือนกับ {first.name} / the header differs from that of {first.name}.",
            "ทุกไฟล์ต้องมีหัวตารางเดียวกัน ลำดับเดียวกัน / All files need the same header in the same order.",
            code="SEAL-PARTS",
        )


def _header_findings(part: Part, header: Header, options: ReadOptions) -> list[Finding]:
    found: list[Finding] = []
    if part.titled and header.skip > header.rows:
        rows = header.skip - header.rows
        found.append(
            Finding("SEAL-TITLES", f"ข้าม {rows} แถวเหนือหัวตาราง / {rows} rows above the header skipped", part.name)
        )
    if header.rows > 1:
        found.append(Finding("SEAL-HEADER-ROWS", "หัวตารางมีสองแถว / the header takes two rows", part.name))
    if options.mapping:
        pairs = ", ".join(f"{header} → {name}" for header, name in options.mapping.items())
        found.append(Finding("SEAL-MAPPING", f"ใช้การจับคู่ที่บันทึกไว้ / saved mapping used: {pairs}", part.name))
    return found


def _name(file: Path | DatabaseQuery) -> str:
    return file.name
