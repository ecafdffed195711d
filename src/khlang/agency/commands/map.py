"""``khlang agency map``: headers that the contract does not know, mapped once and kept."""

from pathlib import Path

import click

from khlang.agency.commands import home_option
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions, mapping
from khlang.contracts import Column

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency map มกราคม.xlsx --dataset vehicles
  khlang agency map export.csv --dataset vehicles --set "เลขบัตร=pid" --set "จังหวัด=province_code"
"""


@click.command(name="map", epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--dataset", required=True, help="Name of the contract.")
@click.option("--set", "pairs", multiple=True, metavar="HEADER=COLUMN", help="Instead of being asked; repeatable.")
@click.option("--sheet", help="Of a workbook with several.")
@click.option("--forget", is_flag=True, help="Begin without what was saved before.")
@home_option
def map_(*, file: Path, dataset: str, pairs: tuple[str, ...], sheet: str | None, forget: bool, home: Path) -> None:
    """Say which header of a file is which column; kept for every month / จับคู่หัวตาราง."""
    table = Home(home).bundle().table(dataset)
    kept = {} if forget else mapping.load(home, dataset) or {}
    free, missing = mapping.look(file, table, ReadOptions(sheet=sheet, mapping=kept))
    chosen = mapping.checked(pairs or _asked(missing, free), [*free, *kept], table)
    names = set(chosen.values())
    merged = {header: name for header, name in kept.items() if name not in names} | chosen
    saved = mapping.save(home, dataset, merged)
    for header, name in merged.items():
        click.echo(f"{header} → {name} ({table.column(name).meaning_th})")
    click.echo(f"บันทึกไว้ที่ / kept in {saved}")


def _asked(missing: list[Column], free: list[str]) -> list[str]:
    if not missing:
        click.echo("ครบทุกคอลัมน์แล้ว / Every column is found.")
    pairs: list[str] = []
    for column in missing:
        left = [header for header in free if header not in {pair.rpartition("=")[0] for pair in pairs}]
        for number, header in enumerate(left, start=1):
            click.echo(f"  {number}. {header}")
        called = next(iter(column.aliases), column.name)
        number = click.prompt(
            f"คอลัมน์ใดคือ {called} ({column.name}) / which is it? 0 = ไม่มี / none", type=click.IntRange(0, len(left))
        )
        if number:
            pairs.append(f"{left[number - 1]}={column.name}")
    return pairs
