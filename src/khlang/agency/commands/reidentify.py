"""``khlang agency reidentify``."""

import json
from pathlib import Path

import click

from khlang import reidentification as papers
from khlang.agency import due, reidentifying
from khlang.agency.commands import home_option, json_option
from khlang.agency.home import Home

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency reidentify 3f2a91c07b5d8e64.answer
"""


@click.command(epilog=EXAMPLES)
@click.argument("answer", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@home_option
@json_option
def reidentify(*, answer: Path, home: Path, as_json: bool) -> None:
    """Open the keepers' answer: which row of this office's own file it is about / เปิดคำตอบของผู้ถือกุญแจร่วม."""
    row = reidentifying.found(Home(home), answer.read_bytes())
    facts, pointer = papers.facts(row.told), row.pointer
    if as_json:
        told = {**facts, "period": pointer.period, "file": row.file, "row": row.row, "column": pointer.column}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo("\n".join(papers.shown(row.told)))
    click.echo(f"งวด / period {due.shown(pointer.period)}: {row.file} แถว / row {row.row}, {pointer.column}")
    click.echo("เปิดไฟล์ของหน่วยงานดูแถวนี้ ใช้ตามเหตุผลข้างต้นเท่านั้น / Look at this row in your own file; for that purpose only.")
