"""A preview as a table that lines up Thai text: headers, proposals and reasons, and no value."""

import io
import sys

from khlang.authoring.preview import Preview
from khlang.authoring.proposal import Guess


def table(seen: Preview) -> str:
    """The whole preview as text."""
    from rich.console import Console
    from rich.table import Table

    made = Table(show_lines=True)
    for heading in ("หัวตาราง / header", "ข้อเสนอ / proposed", "ชั้น / class", "เหตุผล / why", "ต้องตัดสินใจ / decide"):
        made.add_column(heading, overflow="fold")
    for one in seen.guesses:
        made.add_row(one.header, _what(one), _class(one), "\n".join(one.why), "\n".join(one.decide))
    out = io.StringIO()
    console = Console(file=out, width=160, force_terminal=sys.stdout.isatty(), highlight=False)
    console.print(f"{seen.file}: {seen.form}, {seen.rows:,} แถวที่อ่าน / rows looked at", markup=False)
    for finding in seen.findings:
        console.print(f"  {finding.code}: {finding.message}", markup=False)
    console.print(made)
    console.print(f"หน่วยข้อมูล / grain: {', '.join(seen.grain) or '–'} ({seen.grain_why})", markup=False)
    console.print(f"แถวล่าสุดตาม / latest by: {seen.latest or '–'}", markup=False)
    console.print("ทุกอย่างเป็นข้อเสนอ / all of this is proposed; nothing was decided.", markup=False)
    return out.getvalue()


def _what(one: Guess) -> str:
    if not one.carried:
        return "ไม่ส่งออก / stays"
    parts = [f"{one.name} {one.type}", "" if one.known else "ฟิลด์ใหม่ / new field"]
    parts += [f"identifier {one.identifier}" if one.identifier else "", f"codes {one.codes}" if one.codes else ""]
    parts += [f"only the {one.generalise}" if one.generalise else "", "" if one.required else "อาจว่าง / may be empty"]
    return "\n".join(filter(None, parts))


def _class(one: Guess) -> str:
    return one.personal if one.carried else "–"
