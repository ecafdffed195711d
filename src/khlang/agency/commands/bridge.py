"""``khlang agency bridge``."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from khlang.agency import bridging
from khlang.agency.bridging import Bridge
from khlang.agency.commands import home_option, json_option
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency bridge ทะเบียน.csv --dataset vehicles --period 2569-07
  khlang agency bridge มกราคม.xlsx กุมภาพันธ์.xlsx --dataset vehicles --period 2569-07
  khlang agency send        # แล้วส่ง / then send it
"""


@click.command(epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--dataset", required=True, help="ชุดข้อมูลของไฟล์ / Name of the files' contract.")
@click.option("--period", required=True, help="งวดที่ใช้กุญแจเข้ารหัส / The month whose key it is encrypted to.")
@click.option("--sheet", help="Of a workbook with several.")
@click.option("--accept", multiple=True, metavar="CODE", help="ตอบว่าถูกต้อง / Say yes to a finding; repeatable.")
@home_option
@json_option
def bridge(
    *,
    files: tuple[Path, ...],
    dataset: str,
    period: str,
    sheet: str | None,
    accept: tuple[str, ...],
    home: Path,
    as_json: bool,
) -> None:
    """Pair old and new pseudonyms after the key was changed, so that links are kept / เชื่อมรหัสแฝงรุ่นเดิมกับรุ่นใหม่.

    ใช้ไฟล์ที่หน่วยงานยังเก็บอยู่ ทุกคนที่เคยส่ง / Give it the extracts that the office still holds, of everybody it sent.
    """
    options = ReadOptions(sheet=sheet, accept=frozenset(accept))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, rows: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=rows)

        made = bridging.make(Home(home), files, dataset=dataset, period=period, options=options, tell=tell)
    click.echo(json.dumps(document(made), ensure_ascii=False) if as_json else "\n".join(report(made)))


def document(made: Bridge) -> dict[str, object]:
    """The report for a program."""
    facts = {name: made.manifest[name] for name in ("submission", "period", "rows", "canary_rows")}
    counts = {"identifiers": made.identifiers, "unread": made.unread}
    return facts | counts | {"folder": str(made.folder), "old": made.old, "new": made.new, "pending": made.pending}


def report(made: Bridge) -> list[str]:
    """The report for people: counts only."""
    lines = [f"เชื่อมรุ่น / bridge {made.old} → {made.new}: {made.manifest['rows']:,} คู่ / pairs"]
    lines += [f"  {type_}: {count:,}" for type_, count in made.identifiers.items()]
    for type_, reasons in made.unread.items():
        told = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())
        lines.append(f"  {type_} ไม่มีรหัส / have no pseudonym: {told}")
    lines.append("คู่รหัสยังเป็นข้อมูลส่วนบุคคล / The pairs are still personal data.")
    if made.reused:
        lines.append("ทำไว้แล้ว / It was made before.")
    if made.pending:
        lines.append(f"รอผู้อนุมัติ / waits for the approver: khlang agency approve {made.folder.name[:12]}")
    return [*lines, f"เก็บไว้ที่ / kept in {made.folder}", "ต่อไป / Next: khlang agency send"]
