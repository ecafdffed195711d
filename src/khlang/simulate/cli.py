"""``khlang simulate``: extracts of a synthetic population, and the truth beside them."""

import time
from pathlib import Path

import click
from rich.console import Console

from khlang.errors import PeriodError, UsageError
from khlang.simulate import months as calendar

EXAMPLES = """\b
Examples:
  khlang simulate --people 20000 --months 3 --seed 7 --out var/outside
  khlang simulate --people 1000000 --months 1 --out /data/big
  khlang simulate --domains welfare --agencies sso,dopa --out var/outside
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--people",
    type=click.IntRange(100, 66_000_000),
    default=20_000,
    show_default=True,
    help="Persons in the first month.",
)
@click.option("--months", type=click.IntRange(1, 120), default=3, show_default=True, help="How many months.")
@click.option("--start", default="2026-01", show_default=True, help="First month, YYYY-MM (Gregorian).")
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Same seed, same content.")
@click.option("--domains", default="welfare", show_default=True, help="Domains, with what they need; or: all.")
@click.option("--agencies", default="", help="Write extracts of these only, such as sso,dopa.")
@click.option("--names", is_flag=True, help="With names and birth dates, for the second route of linkage.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Gets agencies/ and truth/."
)
def simulate(
    *, people: int, months: int, start: str, seed: int, domains: str, agencies: str, names: bool, out: Path
) -> None:
    """Make a synthetic population and each agency's extracts of it.

    Nobody in it exists: all citizen IDs are of class 9, which is never issued. The truth (what the marts must show,
    and what they cannot) is written to truth/ and is never sent.
    """
    from khlang.simulate.domain import chosen
    from khlang.simulate.run import Plan
    from khlang.simulate.run import simulate as run_plan

    try:
        first = calendar.parse_period(start)
    except ValueError:
        raise PeriodError("--start is no month.", "Give it as YYYY-MM, Gregorian, such as 2026-01.") from None
    named, only = _names(domains), _names(agencies)
    senders = sorted({extract.agency for domain in chosen(named) for extract in domain.extracts})
    if unknown := sorted(set(only) - set(senders)):
        raise UsageError(f"--agencies names an unknown agency: {', '.join(unknown)}.", f"Choose: {', '.join(senders)}.")
    console = Console(stderr=True)
    began = time.monotonic()
    with console.status("simulate") as status:

        def report(step: str) -> None:
            console.log(f"{time.monotonic() - began:6.1f} s  {step}", highlight=False)
            status.update(f"simulate: {step}")

        plan = Plan(people, months, first, seed, out / "agencies", out / "truth", named, only, names=names)
        files = run_plan(plan, report)
    console.print(f"{len(files)} extracts of {people:,} persons in {time.monotonic() - began:.1f} s under {out}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in map(str.strip, text.split(",")) if name)
