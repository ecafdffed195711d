"""``khlang contract new``: the draft of a contract, proposed from a file, in a folder of its own."""

from pathlib import Path

import click

from khlang import domains, settings
from khlang.authoring import draft, show
from khlang.authoring.across import alike
from khlang.authoring.checks import NAME
from khlang.authoring.commands import FILE, read_options, reading
from khlang.authoring.preview import preview
from khlang.contracts import Contracts, load
from khlang.errors import UsageError

EXAMPLES = """Examples:

\b
  khlang contract new loans.xlsx --domain health --table clinic_loans --agency moph
  khlang contract new loans.csv --new-domain --domain culture --table library_loans --agency ncl --folder /tmp/drafts
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=FILE)
@click.option("--domain", required=True, help="Folder below contracts/.")
@click.option("--new-domain", is_flag=True, help="The domain is not there yet.")
@click.option("--table", required=True, help="Name of the table: small Latin letters, digits and _.")
@click.option("--agency", required=True, help="Id of the agency that sends it, such as moph.")
@click.option("--owner", default="", help="Its name in Thai; an agency that is known has one.")
@click.option("--title", "title_th", default="", help="Title in Thai.")
@click.option("--title-en", default="", help="Title in English.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("drafts"), show_default=True)
@reading
def command(
    *,
    file: Path,
    domain: str,
    new_domain: bool,
    table: str,
    agency: str,
    owner: str,
    title_th: str,
    title_en: str,
    folder: Path,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> None:
    """Write a draft contract of FILE into FOLDER/TABLE: every guess is marked there for a decision."""
    tables = load(settings.load().contracts)
    wish = draft.Wish(table, domain, agency, owner, title_th, title_en)
    require_names(wish, tables, founds=new_domain)
    place = folder / table
    if place.exists():
        raise UsageError(f"There is a draft {place} already.", "Go on with it, or remove it, or name another --folder.")
    seen = preview(file, tables, options=read_options(sheet, encoding, delimiter))
    for name, text in draft.files(seen, wish, tables).items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path}")
    click.echo(show.table(seen))
    click.echo(f"ต่อไป / next: decide what is marked there, then `khlang contract lint {place} --sample {file}`")


def require_names(wish: draft.Wish, tables: Contracts, *, founds: bool) -> None:
    """Names that can stand beside those that are there.

    Raises:
        UsageError: A table or domain of that name is there, or is not and should be; or a name is not of the form.
    """
    for name in (wish.table, wish.domain, wish.agency):
        if not NAME.fullmatch(name):
            raise UsageError(f"{name} is no name.", "Use small Latin letters, digits and _, such as library_loans.")
    if wish.table in tables:
        raise UsageError(
            f"There is a table {wish.table} already, in contracts/{tables[wish.table].path}.", "Take another name."
        )
    there = {table.domain for table in tables.tables} | set(domains.names())
    if founds and (near := sorted(name for name in there if alike(name, wish.domain))):
        raise UsageError(
            f"The domain {wish.domain} is named like {near[0]}, which is there already.",
            f"Leave --new-domain out and write --domain {near[0]}, or take a name of its own.",
            code="DOMAIN-OLD",
        )
    if not founds and wish.domain not in there:
        raise UsageError(
            f"There is no domain {wish.domain}.", f"Use one of {', '.join(sorted(there))}, or add --new-domain.",
            code="DOMAIN-UNKNOWN",
        )  # fmt: skip
