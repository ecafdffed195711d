"""``khlang project reidentify``: ask for the way back to one person, whom the pool itself never learns."""

import json
from pathlib import Path

import click

from khlang import private
from khlang import settings as settings_
from khlang.projects.options import said

EXAMPLES = """Examples:

\b
  khlang project reidentify poverty --dataset welfare_registrants --legal-basis "PDPA 24(2)" --by analyst-a --why "care"
  khlang project reidentify poverty --dataset vehicles --pid-file who --legal-basis "PDPA 24(2)" --by a --why care
"""


@click.command(epilog=EXAMPLES)
@click.argument("name")
@click.option("--dataset", required=True, help="In whose rows the person is looked for: its agency will know.")
@click.option("--legal-basis", required=True, help="Of this re-identification.")
@click.option("--pid-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Holds the one pid.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="<id>.question by default.")
@said
def reidentify(
    *, name: str, dataset: str, legal_basis: str, pid_file: Path | None, out: Path | None, by: str, why: str
) -> None:
    """Ask who ONE person of a project is; the keepers decide, and only the agency that sealed learns it."""
    from khlang.projects import reidentify as asking

    text = pid_file.read_text(encoding="utf-8") if pid_file else click.prompt("pid", hide_input=True)
    question = asking.ask(
        settings_.load(), name, asking.pid(text), dataset=dataset, legal_basis=legal_basis, by=by, why=why
    )
    written = private.write(out or Path(f"{json.loads(question)['request']}.question"), question)
    click.echo(f"{written}: for the key authority: khlang keys reidentify ask {written.name}")
