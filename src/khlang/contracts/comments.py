"""What a table and each of its columns mean, in one line of Thai and English: the comments that engines show."""

from khlang.contracts.model import Column, Table
from khlang.contracts.versions import Previous


def table_comment(table: Table) -> str:
    """A table's title, what one row is, and whether it holds personal data."""
    personal = any(column.personal != "none" for column in table.columns if column.identifier)
    rows = "ข้อมูลแฝงรายหน่วย ใช้ในโครงการเท่านั้น · pseudonymised rows, inside the project only"
    parts = [table.title_th, table.title_en, f"หนึ่งแถวคือ{table.grain_th}", rows if personal else ""]
    return " · ".join(part for part in parts if part)


def column_comment(column: Column) -> str:
    """A column's meaning, with its unit or code list."""
    kind = f"[{column.unit}]" if column.unit else f"[รหัส · codes: {column.codes}]" if column.codes else ""
    return " · ".join(part for part in (column.meaning_th, column.meaning_en, kind) if part)


def earlier_comments(table: Table, previous: Previous) -> dict[str, str]:
    """What an earlier version and each of its columns mean; the version's own words under the empty name.

    A column that is the same today has today's meaning; of any other it is told how it comes of today's.
    """
    until = previous.until.isoformat()
    told = {"": f"{table_comment(table)} · รุ่นก่อน ให้บริการถึง {until} · earlier version, served until {until}"}
    today = {column.name: column_comment(column) for column in table.stored}
    for name, expression in previous.columns.items():
        reckoned = f"คิดจากรุ่นปัจจุบัน · reckoned from today's version: {expression}"
        told[name] = today.get(expression.strip().strip('"'), reckoned)
    return told
