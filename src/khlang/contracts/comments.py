"""What a table and each of its columns mean, in one line of Thai and English: the comments that engines show."""

from khlang.contracts.model import Column, Table


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
