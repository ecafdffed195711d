"""``khlang pool rotate``, ``bridges`` and ``vacuum``: what the pool's keeper does when a key changes or rows go."""

import json

import click

from khlang import contracts, period, session, store
from khlang import settings as settings_
from khlang.curation import objects, rotate, rotation
from khlang.curation import vacuum as vacuum_
from khlang.curation.rotation import Kind
from khlang.errors import UsageError
from khlang.landing import bridges as bridges_

_FATES = {
    "bridged": "joined now",
    "standing": "joined before",
    "late": "came in under the new epoch before their bridge: they stay two persons",
    "conflict": "two bridges disagree: not used",
    "unknown": "never promoted here: nothing to join",
    "unlinkable": "persons, houses and plates of the spine without any bridge",
}
_PHASES = {"map": "map drawn", "spine": "spine", "alias": "aliases", "keys": "keys in use", "closed": "closed"}


@click.command(
    name="rotate",
    epilog="\b\nExamples:\n  khlang pool rotate\n  khlang pool rotate --epoch p03"
    "\n  khlang pool rotate --compromised e02",
)
@click.option("--epoch", help="Name of the new pool epoch; the next number by default.")
@click.option("--compromised", metavar="EPOCH", help="The source epoch that replaces a leaked one; see khlang keys.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON document.")
def rotate_(*, epoch: str | None, compromised: str | None, as_json: bool) -> None:
    """Give everybody another pid: a new pool key on top, or new pseudonyms after a source key leaked.

    Killed at any moment, it is run again with the same words and goes on. Nothing is curated meanwhile.
    """
    if epoch and compromised:
        raise UsageError("Give --epoch or --compromised, not both.", "See: khlang pool rotate --help")
    here = settings_.load()
    kind, name = _asked(here, epoch, compromised)
    click.echo(f"Rotation to {name} ({kind}) …")
    counts = rotate.rotate(here, session.spark(here, "rotate"), kind, name, say=_say)
    if kind == "compromised":
        gone = bridges_.delete_done(here, store.client(here, "land"), today=period.today())
        click.echo(f"{gone} bridges deleted: who has the old key could read the new pseudonyms off them.")
    click.echo(f"{counts['redrawn']} pids redrawn; {counts['unlinkable']} of them lead to nobody any more.")
    click.echo("Next: the marts are built and served again by their next run; projects get other pids.")
    if as_json:
        click.echo(json.dumps({"epoch": name, "counts": counts}))


@click.command(epilog="\b\nExamples:\n  khlang pool bridges\n  khlang pool bridges --json")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON document.")
def bridges(*, as_json: bool) -> None:
    """Apply what agencies sent to keep links through a new source epoch, and count who is joined and who is not."""
    here = settings_.load()
    counts = rotate.bridges(here, session.spark(here, "bridges"))
    for fate, meaning in _FATES.items():
        click.echo(f"{counts[fate]:>12,}  {meaning}")
    if as_json:
        click.echo(json.dumps({"counts": counts}))


@click.command(epilog="\b\nExamples:\n  khlang pool vacuum\n  khlang pool vacuum --hours 1")
@click.option("--hours", type=click.IntRange(0), default=vacuum_.WEEK_HOURS, show_default=True)
def vacuum(hours: int) -> None:
    """Delete the files of table versions older than this: they hold withdrawn and corrected rows, and older pids.

    Less than a week (168) only while nothing else runs: who reads an older version meanwhile fails.
    """
    here = settings_.load()
    tables = contracts.load(here.contracts)
    gone = vacuum_.vacuum(session.spark(here, "vacuum"), objects.bucket(here), tables, hours=hours)
    for folder, count in gone.items():
        click.echo(f"{count:>8,}  {folder}")
    click.echo(f"{sum(gone.values())} files deleted.")


def _asked(here: settings_.Settings, epoch: str | None, compromised: str | None) -> tuple[Kind, str]:
    """What is to be done; without a word, what was cut off, or the next pool epoch."""
    if compromised or epoch:
        return ("compromised", compromised) if compromised else ("pool", str(epoch))
    last = rotation.state(objects.bucket(here).objects)
    if last and last.open:
        return last.kind, last.name
    return "pool", rotate.following(here)


def _say(phase: str) -> None:
    click.echo(f"  {_PHASES.get(phase, phase)}")
