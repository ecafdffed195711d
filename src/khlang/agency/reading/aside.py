"""What a workbook holds beside its values, whatever its form: .xlsx, .xls or .ods, told apart by content."""

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from khlang.agency.reading import sheetxml
from khlang.agency.reading.sheetxml import About
from khlang.errors import InputError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that a locked .xlsx is one of
_ODS_OFF = re.compile(
    rb'<style:style\b[^>]*style:name="([^"]+)"[^>]*style:family="table"[^>]*>\s*'
    rb'<style:table-properties\b[^>]*table:display="false"'
)
_ODS_TABLE = re.compile(rb"<table:table\b([^>]*)>")
_ODS_NAME = re.compile(rb'table:(name|style-name)="([^"]*)"')
_ODS_HIDDEN = re.compile(rb'<table:table-row\b[^>]*table:visibility="(?:collapse|filter)"')


def kind(name: str, source: Path | bytes) -> str:
    """``xlsx``, ``xls`` or ``ods`` by content: the ending of a name may lie.

    Raises:
        InputError: It is none of them.
    """
    start = _bytes(source, 8)
    if start.startswith(_OLE) or start[:2] == b"\x09\x08":
        return "xls"
    if start.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as book:
                return "ods" if "content.xml" in book.namelist() else "xlsx"
        except (zipfile.BadZipFile, OSError):
            raise unreadable(name) from None
    if start.lstrip()[:1] == b"<" or b"\0" not in start:
        raise InputError(
            f"{name}: ไม่ใช่ไฟล์ Excel จริง แต่เป็นข้อความหรือเว็บ / this is text or a web page, no workbook.",
            "เปิดใน Excel แล้วบันทึกเป็น .xlsx / Open it in Excel and save it as .xlsx.",
            code="SEAL-WORKBOOK",
        )
    raise unreadable(name)


def readable(source: Path | bytes, form: str) -> Path | bytes:
    """The source as the reader of values wants it: by content where the ending of its name lies."""
    if isinstance(source, bytes) or source.suffix.lower().removeprefix(".") in {form, "xlsm"}:
        return source
    return source.read_bytes()


def refuse_locked(name: str, source: Path | bytes) -> None:
    """Refuse a workbook that has a password.

    Raises:
        InputError: It has one.
    """
    if _bytes(source, 8).startswith(_OLE):
        if _ENCRYPTED in _bytes(source, None):
            raise _locked(name)
        _xls(name, source)


def hidden_sheets(name: str, source: Path | bytes, form: str) -> set[str]:
    """The names of sheets that are hidden.

    Raises:
        InputError: The workbook has a password, or its inside is damaged.
    """
    try:
        if form == "xlsx":
            return {one for one, (_, hidden) in sheetxml.sheets(source).items() if hidden}
        if form == "ods":
            content = _content(source)
            off = set(_ODS_OFF.findall(content))
            tables = (dict(_ODS_NAME.findall(one)) for one in _ODS_TABLE.findall(content))
            return {html.unescape(one[b"name"].decode()) for one in tables if one.get(b"style-name") in off}
        book = _xls(name, source)
        return {book.sheet_names()[i] for i, shown in enumerate(book._sheet_visibility) if shown}  # noqa: SLF001
    except (KeyError, ValueError, zipfile.BadZipFile, OSError):
        raise unreadable(name) from None


def of(name: str, source: Path | bytes, form: str, sheet: str) -> About:
    """Look beside the values of one sheet.

    Raises:
        InputError: The workbook has a password, or its inside is damaged.
    """
    try:
        if form == "xlsx":
            return sheetxml.about(source, sheetxml.sheets(source)[sheet][0])
        if form == "ods":
            # Which row it is depends on repeats before it; that there are some is what must be asked.
            return About(hidden_rows=[10**9] * len(_ODS_HIDDEN.findall(_content(source))))
        return _about_xls(_xls(name, source).sheet_by_name(sheet))
    except (KeyError, ValueError, zipfile.BadZipFile, OSError):
        raise unreadable(name) from None


def unreadable(name: str) -> InputError:
    """The refusal of a workbook that does not open."""
    return InputError(
        f"{name}: เปิดไม่ได้ ไฟล์เสียหาย / cannot be opened: the workbook is damaged.",
        "เปิดใน Excel แล้วบันทึกใหม่ / Open it in Excel and save it again.",
        code="SEAL-WORKBOOK",
    )


def _locked(name: str) -> InputError:
    return InputError(
        f"{name}: มีรหัสผ่าน / the workbook has a password.",
        "เปิดใน Excel แล้วบันทึกใหม่โดยไม่ใส่รหัสผ่าน / Open it in Excel and save it again without a password.",
        code="SEAL-PASSWORD",
    )


def _xls(name: str, source: Path | bytes) -> Any:
    import xlrd

    try:
        return xlrd.open_workbook(
            file_contents=_bytes(source, None), formatting_info=True, on_demand=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as fault:
        raise (_locked(name) if "encrypted" in str(fault).lower() else unreadable(name)) from None


def _about_xls(sheet: Any) -> About:
    import xlrd

    return About(
        hidden_rows=sorted(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden),
        hidden_columns={column for column, info in sheet.colinfo_map.items() if info.hidden},
        errors=[
            (column, row + 1)
            for row in range(sheet.nrows)
            for column, kind_ in enumerate(sheet.row_types(row))
            if kind_ == xlrd.XL_CELL_ERROR
        ],
    )


def _content(source: Path | bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as book:
        return book.read("content.xml")


def _bytes(source: Path | bytes, count: int | None) -> bytes:
    if isinstance(source, bytes):
        return source[:count]
    with source.open("rb") as stream:
        return stream.read() if count is None else stream.read(count)
