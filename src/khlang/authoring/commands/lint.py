"""``khlang contract lint``: every finding at once, of the project or of a draft laid over it."""

from pathlib import Path

import click

from khlang import settings
from khlang.authoring import project, texts
from khlang.authoring.commands import FILE, read_options, reading
from khlang.authoring.finding import Finding
from khlang.authoring.lint import lint, placed
from khlang.authoring.project import Project
from khlang.errors import ContractError, UsageError

EXAMPLES = """Examples:

\b
  khlang contract lint
  khlang contract lint contracts/health/births.yaml
  khlang contract lint drafts/library_loans --sample loans.xlsx
  khlang contract lint --against main
"""


@click.command(epilog=EXAMPLES)
@click.argument("paths", nargs=-1, type=FILE)
@click.option("--sample", type=FILE, help="An extract: is the grain unique in it?")
@click.option("--against", help="Git revision that breaking changes are looked for since; HEAD where there is one.")
@reading
def command(
    *,
    paths: tuple[Path, ...],
    sample: Path | None,
    against: str | None,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> None:
    """Judge all contracts, or only those in PATHS: a contract's file, a folder of a domain, or a draft."""
    root = settings.load().root
    drafts = {texts.draft_of(path, root) for path in paths} - {None}
    if len(drafts) > 1:
        raise UsageError("The paths lie in several drafts.", "Judge one draft at a time.")
    draft = next(iter(drafts), None)
    mine = project.read(project.overlaid(texts.of_folder(root), draft))
    only = asked(mine, paths, draft or root)
    click.echo(f"{len(only) or len(mine.contracts)} contracts …", err=True)
    found = lint(mine, only=only, before=_before(root, against))
    if sample is not None:
        from khlang.authoring import grain

        if len(only) != 1 or found:
            click.echo("--sample waits until one contract is named and nothing else is found.", err=True)
        else:
            told = grain.check(mine, next(iter(only)), sample, read_options(sheet, encoding, delimiter))
            found = [placed(mine, one) for one in told]
    tell(found, len(only) or len(mine.contracts))


def tell(found: list[Finding], judged: int) -> None:
    """Print every finding, or that there is none.

    Raises:
        ContractError: There are findings.
    """
    for finding in found:
        click.echo(finding.shown())
    if found:
        raise ContractError(
            f"{len(found)} findings in {len({each.file for each in found})} files.",
            "Mend each as it says, and run lint again.",
            code="LINT",
        )
    click.echo(f"{judged} contracts agree.")


def asked(mine: Project, paths: tuple[Path, ...], root: Path) -> frozenset[str]:
    """Paths below ``contracts/`` that are named; of a whole draft what it brings.

    Raises:
        UsageError: A path holds no contract.
    """
    only: set[str] = set()
    for path in paths:
        below = path.resolve()
        base = (root / "contracts").resolve()
        if below == root.resolve():
            only |= {one.removeprefix("contracts/") for one in mine.texts.fresh if one.startswith("contracts/")}
            continue
        inside = below.relative_to(base).as_posix() if below.is_relative_to(base) else "?"
        hit = {one for one in mine.contracts if one == inside or one.startswith(f"{inside}/") or inside == "."}
        if not hit:
            raise UsageError(f"{path.name} is no contract.", "Name a file or folder below contracts/, or a draft.")
        only |= hit
    return frozenset(one for one in only if one in mine.contracts)


def _before(root: Path, against: str | None) -> Project | None:
    try:
        return project.read(texts.of_revision(root, against or "HEAD"), places=False)
    except UsageError:
        if against:
            raise
        return None  # no git checkout: there is no before
