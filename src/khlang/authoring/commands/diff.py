"""``khlang contract diff``: what changed between two states of the contracts, and for whom it breaks."""

from pathlib import Path

import click

from khlang import settings
from khlang.authoring import project, texts
from khlang.authoring.compare import Change, changes
from khlang.authoring.effects import effects
from khlang.authoring.texts import Texts
from khlang.errors import ContractError, UsageError

EXAMPLES = """Examples:

\b
  khlang contract diff HEAD .
  khlang contract diff main drafts/library_loans
  khlang contract diff old/births.yaml contracts/health/births.yaml
"""


@click.command(epilog=EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.option("--allow-breaking", is_flag=True, help="Tell breaking changes without an exit code.")
def command(*, old: str, new: str, allow_breaking: bool) -> None:
    """Compare OLD and NEW: each a git revision, a checkout or draft, or the file of one contract."""
    root = settings.load().root
    before, after = (project.read(state(word, root), places=False) for word in (old, new))
    for one in (before, after):
        if one.unread:
            raise ContractError(one.unread[0].message, one.unread[0].remedy, code="LINT")
    left, right = before.tables(), after.tables()
    found = changes(left, right)
    for change in found:
        click.echo(shown(change))
    for effect in effects(found, left, right, after.texts):
        click.echo(f"{effect.kind:10} {effect.text}")
    fresh = {name for name in right if name in left and right[name].version > left[name].version}
    broken = [change for change in found if change.breaking and change.table not in fresh]
    click.echo(f"{len(found)} changes, {len(broken)} breaking without a new version.")
    if broken and not allow_breaking:
        raise ContractError(
            f"Breaking without a new version: {', '.join(sorted({change.table for change in broken}))}.",
            "Raise the major version and declare `previous`: docs/how-to/add-a-dataset.md.",
            code="CONTRACT-BREAKING",
        )


def shown(change: Change) -> str:
    """One line of one change."""
    place = f"{change.table}.{change.column}" if change.column else change.table
    return f"{'BREAKING' if change.breaking else 'compatible':10} {place}: {change.what} ({change.why})"


def state(word: str, root: Path) -> Texts:
    """The contracts that a word means: a file laid over the checkout, a checkout, a draft over it, or a revision.

    Raises:
        UsageError: It is none of these.
    """
    path = Path(word)
    if path.is_file():
        return _with_file(path, root)
    if path.is_dir():
        draft = texts.draft_of(path, root)
        if draft is None or (
            (draft / "contracts" / "fields.yaml").exists() and (draft / "contracts" / "codes").exists()
        ):
            return texts.of_folder(draft or root)  # a checkout of its own
        return project.overlaid(texts.of_folder(root), draft)
    return texts.of_revision(root, word)


def _with_file(path: Path, root: Path) -> Texts:
    """One contract in place of the one of its table; fields and codes are the checkout's."""
    base = texts.of_folder(root)
    text = path.read_text(encoding="utf-8")
    alone = project.read(Texts(path.name, {f"contracts/x/{path.name}": text}), places=False)
    document = next((one.document for one in alone.contracts.values()), None)
    if not document or "domain" not in document or "id" not in document:
        raise UsageError(f"{path.name} is no contract.", "Name a contract's file, a folder, or a git revision.")
    name = f"contracts/{document['domain']}/{document['id']}.yaml"
    return Texts(path.name, {**base.files, name: text}, frozenset({name}))
