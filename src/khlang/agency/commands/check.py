"""``khlang agency check``."""

import json
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from khlang import private
from khlang.agency.checking import check as check_
from khlang.agency.checking import page, telling
from khlang.agency.commands import home_option, json_option, reading_options
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions
from khlang.errors import GateRefusedError

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency check มกราคม.xlsx --dataset vehicles --period 2569-01
  khlang agency check export.csv --dataset vehicles --period 2026-01 --json
  khlang agency check parts.zip --dataset vehicles --period 2569-01 --html ผลตรวจ.html
"""


@click.command(epilog=EXAMPLES)
@reading_options
@click.option(
    "--html",
    "report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="หน้ารายงาน / Where the page goes; else in reports/ of the agency's folder.",
)
@home_option
@json_option
def check(
    *, files: tuple[Path, ...], dataset: str, period: str, sheet: str | None, encoding: str | None,
    delimiter: str | None, accept: tuple[str, ...], report: Path | None, home: Path, as_json: bool,
) -> None:  # fmt: skip
    """See what would leave and whether the pool would take it; nothing is sealed / ตรวจก่อนส่ง.

    จบด้วยรหัส 0 เมื่อคลังกลางจะรับ 30 เมื่อจะไม่รับ / Ends with 0 where the pool would accept it, 30 where it would refuse.
    """
    options = ReadOptions(sheet=sheet, encoding=encoding, delimiter=delimiter, accept=frozenset(accept))
    columns = (
        TextColumn("อ่านและตรวจ / reading"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        preview = check_(
            Home(home),
            files,
            dataset=dataset,
            period=period,
            options=options,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
    said = telling.document(preview)
    place = report or home / "reports" / f"check-{dataset}-{preview.period}.html"
    private.write(place, page.page(said, preview.table))
    if as_json:
        click.echo(json.dumps(said | {"html": str(place)}, ensure_ascii=False))
    else:
        _show(said, place)
    if not preview.accepted:
        raise GateRefusedError(
            "คลังกลางจะไม่รับไฟล์นี้ ไม่มีข้อมูลใดถูกส่ง / The pool would refuse this extract; nothing was sent.",
            f"แก้ตามรายการแล้วตรวจใหม่ / Mend what is listed and check again: {place.name}",
            code="CHECK-REFUSED",
        )


def _show(said: dict[str, Any], place: Path) -> None:
    console = Console()
    grid = Grid("ในไฟล์ / in the file", "วิธี / how", "ไม่มีรหัส / not sealed", box=box.SIMPLE)
    for one in said["columns"]:
        counts = [f"{telling.REASONS[name][0]} {told['count']:,}" for name, told in one["pid_reasons"].items()]
        counts += [f"ไม่พบปี {one['lost']:,}"] if one["lost"] else []
        grid.add_row(f"{one['header']} → {one['name']}", f"{one['how_th']} / {one['how_en']}", ", ".join(counts))
    for one in said["dropped"]:
        grid.add_row(one["header"], f"ไม่ส่งออก / dropped: {' / '.join(telling.WHY[one['why']])}", "")
    console.print(grid)
    for one in said["findings"]:
        console.print(f"{'✗' if one['needs_answer'] else '·'} {one['message']} ({one['code']})", markup=False)
    for one in said["free_text"]:
        words = " / ".join(telling.TEXTS[one["kind"]])
        console.print(f"{'✗' if one['does'] == 'refuse' else '!'} {one['column']}: {words}{_where(one)}", markup=False)
    for one in said["rules"]:
        if one["state"] != "passed":
            found, limit = (telling.figure(one[name], share=one["share"]) for name in ("observed", "limit"))
            mark = "✗" if one["state"] == "refused" else "!"
            text = f"{mark} {one['message_th']} / {one['message_en']}: {found} > {limit}{_where(one)}"
            console.print(text.replace(" > ", " < ") if one["observed"] < one["limit"] else text, markup=False)
    judged = len(said["rules"])
    console.print(f"ตรวจ {judged} กฎ / {judged} rules judged; ที่คลังกลางเท่านั้น / by the pool only: "
                  f"{', '.join(said['judged_by_the_pool_only'])}", soft_wrap=True)  # fmt: skip
    console.print(f"{said['form']}: {said['rows']:,} แถว / rows", soft_wrap=True)
    console.print(f"รายงาน / report: {place}", soft_wrap=True)


def _where(one: dict[str, Any]) -> str:
    listed = telling.places(one)
    return f" ({one['count']:,}; แถว / rows {listed})" if listed else f" ({one['count']:,})"
