"""``khlang outcomes``: the national outcomes that the served marts give, as the analyst."""

import click

from khlang import contracts
from khlang import settings as settings_module
from khlang.serve import client, outcomes
from khlang.serve.client import Answer
from khlang.serve.show import FORMATS, render

EXAMPLES = """Examples:

\b
  khlang outcomes
  khlang outcomes -f csv > outcomes.csv
  khlang outcomes --framework sdg -f json
"""
SHOWN = ("framework", "code", "name", "value", "unit", "period", "target", "target_words", "met", "state", "mart",
         "measured", "source")  # fmt: skip
SHORT = SHOWN[:11]  # what fits beside each other on a screen


@click.command(name="outcomes", epilog=EXAMPLES)
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--framework", type=click.Choice([*outcomes.FRAMEWORKS]), help="Only one of them.")
@click.option("--language", type=click.Choice(["th", "en"]), default="th", show_default=True)
def command(*, form: str, framework: str | None, language: str) -> None:
    """Show what the marts say of the 20-year strategy, the SDGs and rankings: indicator, target, value, source."""
    here = settings_module.load()
    wanted = [one for one in outcomes.load() if framework in (None, one.framework)]
    with client.connect(here, "analyst") as connection:
        rows = outcomes.ask(connection, contracts.load(here.contracts), wanted)
    names = SHORT if form == "table" else SHOWN
    cells = [tuple(_plain(row[name], language) for name in names) for row in rows]
    click.echo(render(Answer(names, ("varchar",) * len(names), tuple(cells)), form), nl=False)


def _plain(value: object, language: str) -> object:
    return value[language] if isinstance(value, dict) else value
