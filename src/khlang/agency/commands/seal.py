"""``khlang agency seal``."""

import json
import os
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from khlang.agency import show, submission
from khlang.agency.commands import home_option, json_option, reading_options
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions
from khlang.agency.reading import database as database_
from khlang.errors import UsageError

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency seal มกราคม.xlsx --dataset vehicles --period 2569-01
  khlang agency seal export.csv --dataset vehicles --period 2026-01 --letter "กค 0000/2569"
  khlang agency seal parts.zip --dataset vehicles --period 2569-01 --sheet ข้อมูล
  khlang agency seal a.csv b.csv --dataset vehicles --period 2569-02 --accept SAME-AS-LAST-MONTH
  khlang agency seal --query vehicles.sql --database office.dsn --dataset vehicles --period 2569-01
"""


class _Speed(ProgressColumn):
    """Rows, and megabytes of the office's files a second."""

    def render(self, task: Task) -> Text:
        """Where the task stands."""
        bytes_a_row = task.fields.get("bytes_a_row") or 0
        speed = f", {task.speed * bytes_a_row / 1e6:,.0f} MB/s" if task.speed and bytes_a_row else ""
        return Text(f"{int(task.completed):,} แถว/rows{speed}")


@click.command(epilog=EXAMPLES)
@partial(reading_options, files=False)
@click.option(
    "--query", type=click.Path(path_type=Path), metavar="FILE.sql", help="แทนไฟล์ / A SELECT in place of files."
)
@click.option(
    "--database",
    metavar="NAME|FILE",
    help=f"ตัวแปรหรือไฟล์ของสายเชื่อมต่อ / Variable or file of the connection string; else {database_.VARIABLE}, or asked.",
)
@click.option("--letter", help="เลขหนังสือนำส่ง / Reference of the covering letter.")
@home_option
@json_option
def seal(
    *,
    files: tuple[Path, ...],
    query: Path | None,
    database: str | None,
    dataset: str,
    period: str,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    letter: str | None,
    accept: tuple[str, ...],
    home: Path,
    as_json: bool,
) -> None:
    """Seal an extract; nothing leaves this machine yet / ปิดผนึกไฟล์.

    ไฟล์ โฟลเดอร์ หรือ zip เดียวหรือหลายไฟล์ / One or several files, folders or zips of one shape.
    """
    if bool(files) == (query is not None):
        raise UsageError(
            "ระบุไฟล์ หรือ --query อย่างใดอย่างหนึ่ง / Give files, or --query: one of the two.",
            "ดูตัวอย่าง / See: khlang agency seal --help",
        )
    sources: list[submission.Source] = list(files)
    if query is not None:
        sources.append(database_.from_file(query, database, environ=os.environ, prompt=_unseen))
    options = ReadOptions(sheet=sheet, encoding=encoding, delimiter=delimiter, accept=frozenset(accept))
    console = Console(stderr=as_json)
    size = sum(path.stat().st_size for path in files if path.is_file())
    columns = (TextColumn("{task.description}"), BarColumn(), _Speed(), TimeRemainingColumn(elapsed_when_finished=True))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, rows: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total, bytes_a_row=size / total if total else 0)
            progress.update(tasks[step], completed=rows)

        made = submission.seal(
            Home(home), sources, dataset=dataset, period=period, options=options, letter=letter, tell=tell
        )
    if as_json:
        click.echo(json.dumps(show.document(made), ensure_ascii=False))
    else:
        show.summary(console, made)


def _unseen(what: str) -> str:
    return str(click.prompt(what, hide_input=True, err=True))
