"""``khlang demo``: run the main job, print its answer, say where to look."""

from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from khlang import settings as settings_
from khlang.errors import PeriodError
from khlang.period import parse
from khlang.serve.told import Shown, Told

EXAMPLES = """Examples:

\b
  khlang demo
  khlang demo --people 200 --months 1       # a small one
  khlang demo --second                      # records without a usable citizen ID too
  khlang demo --people 100000 --months 12 --start 2026-01 --seed 11
"""


@click.command(epilog=EXAMPLES)
@click.option("--people", type=click.IntRange(100, 66_000_000), default=20_000, show_default=True)
@click.option("--months", type=click.IntRange(1, 120), default=3, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Same seed, same figures.")
@click.option("--domains", default="welfare", show_default=True, help="Domains, with what they need; or: all.")
@click.option("--history", is_flag=True, help="Build histories too: who lived where, as valid and as known.")
@click.option(
    "--second", is_flag=True, help="Extracts with names too: records without a usable CID are linked by them."
)
@click.option("--start", default="2026-01", show_default=True, help="First month, YYYY-MM.")
def demo(*, people: int, months: int, seed: int, domains: str, start: str, history: bool, second: bool) -> None:
    """Run the main job from extracts to an answer, on the real servers, and leave them up."""
    from khlang.demo.run import Plan, run
    from khlang.demo.steps import Steps

    here, console = settings_.load(), _console()
    named = tuple(name for name in map(str.strip, domains.split(",")) if name)
    plan = Plan(people, months, seed, parse(start), named, second)
    if plan.start != start:
        raise PeriodError("--start is no Gregorian month.", "Give it as YYYY-MM, such as 2026-01.")
    with Steps(here.var / "demo" / "timings.json", console) as steps:
        report, told = run(here, plan, steps, history=history)
    show(console, report, told)
    console.print(f"\nReport: {here.var / 'demo' / 'report.html'} (for a program: report.json; pictures: *.png)")
    if history:
        console.print("Histories: docs/how-to/history.md has the questions for `khlang sql`.", highlight=False)
    console.print("The servers stay up: `make status` shows them, `make down` stops them.", highlight=False)


def _console() -> Console:
    """The terminal, or wide enough for every table where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=160)


def show(console: Console, report: dict[str, Any], told: Sequence[Told]) -> None:
    """Print each domain's answer, the link rates, the marts and where to look."""
    for one in told:
        console.print(f"\n[bold]{one.question.th}[/]\n{one.question.en}", highlight=False)
        for table in one.tables:
            _grid(console, f"{table.title.th} · {table.title.en}", table)
    linked = {"dataset": "dataset", "period": "period", "rows_curated": "rows", "persons": "persons",
              "persons_linked": "in the house registry", "link_rate": "rate"}  # fmt: skip
    _print(console, "Link rates", report["link_rates"], linked)
    route = {"dataset": "dataset", "linked_dataset": "register", "weight_from": "weight from",
             "records": "records", "findable": "in the register", "linked": "linked",
             "precision": "precision", "recall": "recall", "f1": "F1"}  # fmt: skip
    if links := report["linkage"]["quality"]:
        _print(console, "Second route, months together, against the truth", links, route)
    marts = {"name": "mart", "domain": "domain", "rows": "rows", "equals_truth": "equals the observable truth"}
    _print(console, "Marts", report["marts"], marts)
    named = [
        {"indicator": f"{row['framework']} {row['code']}", "value": _figure(row), "unit": row["unit"]["en"],
         "mart": row["mart"], "measured": row["measured"]["en"]} for row in report["outcomes"]
    ]  # fmt: skip
    columns = {"indicator": "indicator", "value": "value", "unit": "unit", "mart": "mart", "measured": "measured"}
    _print(console, "National outcomes", named, columns)
    stages = [{"stage": name, "seconds": seconds} for name, seconds in report["stages"].items()]
    _print(console, "Where the time went", stages, {"stage": "stage", "seconds": "s"})
    places = {"name": "open", "at": "at", "user": "user", "password_file": "password in file"}
    _print(console, "Where to look", report["places"], places)


def _grid(console: Console, title: str, shown: Shown) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in shown.columns:
        table.add_column(column.words.en, justify="left" if column.kind == "text" else "right", overflow="fold")
    for cells in shown.cells:
        table.add_row(*cells)
    console.print()
    console.print(table)


def _print(console: Console, title: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name, heading in columns.items():
        number = any(isinstance(row[name], int | float) for row in rows)
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(row[name]) for name in columns))
    console.print()
    console.print(table)


def _figure(row: dict[str, Any]) -> str:
    """An outcome's value as text; one that may not be shown is no zero."""
    return {"withheld": "×", "shown": str(row["value"])}.get(row["state"], "–")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.4f}" if value <= 1 else f"{value:.1f}"
    return "×" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
