"""What a workbook says of itself beside its values: hidden sheets, rows and columns, filters, cells without a value.

The readers of values pass over all of this. The XML of an .xlsx is searched as bytes, in pieces of whole rows, so a
full sheet costs little more than unpacking it.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath
from typing import IO
from xml.etree import ElementTree as ET

_PIECE = 4 * 1024 * 1024
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HIDDEN_ROW = re.compile(rb'<row\b[^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb"<col\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(min|max|hidden)="([^"]*)"')
_ERROR = re.compile(rb'<c\b([^>]*\bt="e"[^>]*)>')
# A formula that nobody computed: no value behind it, or an empty one that is not said to be text.
_NO_VALUE = re.compile(rb"<c\b([^>]*)><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:</c>|<v\s*/>|<v></v>)")
_CELL = re.compile(rb'\br="([A-Z]+)(\d+)"')


@dataclass
class About:
    """Of one sheet: numbers of hidden rows, indexes of hidden columns, cells as (column index, row)."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    filtered: bool = False
    errors: list[tuple[int, int]] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)


def sheets(source: Path | bytes) -> dict[str, tuple[str, bool]]:
    """Name of each sheet of an .xlsx → its member in the zip, and whether it is hidden.

    Raises:
        KeyError: It is no .xlsx.
        ValueError: Its XML is broken.
    """
    with _opened(source) as book:
        targets = {
            str(one.get("Id")): normpath(join("xl", str(one.get("Target")))).removeprefix("/")
            for one in _xml(book, "xl/_rels/workbook.xml.rels")
        }
        return {
            str(one.get("name")): (
                targets[str(one.get(_RELATION))],
                one.get("state") in {"hidden", "veryHidden"},
            )
            for one in _xml(book, "xl/workbook.xml").iter()
            if one.tag.endswith("}sheet")
        }


def about(source: Path | bytes, member: str) -> About:
    """Search one sheet."""
    found = About()
    with _opened(source) as book:
        with book.open(member) as stream:
            for piece in _pieces(stream):
                _search(piece, found)
        folder, _, file = member.rpartition("/")
        found.filtered |= any(_table_filtered(book, one) for one in _tables(book, f"{folder}/_rels/{file}.rels"))
    return found


def _search(piece: bytes, found: About) -> None:
    if b"hidden=" in piece:
        found.hidden_rows += [int(number) for number in _HIDDEN_ROW.findall(piece)]
        for column in _COLUMN.findall(piece):
            says = dict(_ATTRIBUTE.findall(column))
            if says.get(b"hidden") in {b"1", b"true"}:
                found.hidden_columns |= set(range(int(says[b"min"]) - 1, int(says[b"max"])))
    if b"<filterColumn" in piece:
        found.filtered = True
    if b't="e"' in piece:
        found.errors += map(_place, _ERROR.findall(piece))
    if b"<f" in piece:
        found.formulas += [_place(cell) for cell in _NO_VALUE.findall(piece) if b't="str"' not in cell]


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    left = b""
    while more := stream.read(_PIECE):
        data = left + more
        end = data.rfind(b"</row>") + 6
        if end > 5:
            yield data[:end]
            left = data[end:]
        else:
            left = data
    yield left


def _place(cell: bytes) -> tuple[int, int]:
    match = _CELL.search(cell)
    if match is None:
        return -1, 0
    index = 0
    for letter in match[1]:
        index = index * 26 + letter - 64
    return index - 1, int(match[2])


def _tables(book: zipfile.ZipFile, relations: str) -> list[str]:
    if relations not in book.namelist():
        return []
    base = normpath(join(relations, "../.."))
    return [
        normpath(join(base, str(one.get("Target")))).removeprefix("/")
        for one in _xml(book, relations)
        if str(one.get("Type")).endswith("/table")
    ]


def _table_filtered(book: zipfile.ZipFile, member: str) -> bool:
    return member in book.namelist() and b"<filterColumn" in book.read(member)


def _opened(source: Path | bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)


def _xml(book: zipfile.ZipFile, member: str) -> ET.Element:
    data = book.read(member)
    if b"<!" in data:  # no workbook declares entities; what does is a bomb
        raise ValueError(member)
    try:
        return ET.fromstring(data)  # noqa: S314 (no entities)
    except ET.ParseError as fault:
        raise ValueError(member) from fault
