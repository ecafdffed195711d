"""One module a command of ``khlang agency``; what they share is here."""

from pathlib import Path

import click

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KHLANG_AGENCY_HOME",
    default=lambda: Path.home() / ".khlang-agency",
    help="The agency's folder (KHLANG_AGENCY_HOME).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")
lang_option = click.option(
    "--lang", type=click.Choice(["th", "en"]), default=None, help="ไทยหรืออังกฤษ / Thai or English; else the locale's."
)
