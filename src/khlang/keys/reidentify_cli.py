"""``khlang keys split`` and ``khlang keys reidentify``: the keepers of re-identification and what they decide."""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from khlang import private, settings
from khlang import reidentification as papers
from khlang.errors import InputError, UsageError
from khlang.keys import authority as authority_
from khlang.keys import reidentify as desk
from khlang.keys import shares
from khlang.keys.shares import Share

EXAMPLES = """Examples:

\b
  khlang keys split --keeper first --keeper second --keeper third --need 2 --out /media/stick
  khlang keys reidentify ask 3f2a91c07b5d8e64.question --enrolment mof.enrolment.json   # [authority]
  khlang keys reidentify share 3f2a91c07b5d8e64.request --share second.share --why "a child at risk"   # [each keeper]
  khlang keys reidentify answer 3f2a91c07b5d8e64 *.agreed --by first --out 3f2a91c07b5d8e64.answer  # [authority]
  khlang keys reidentify refuse 3f2a91c07b5d8e64 --by first --why "no legal basis"
  khlang keys reidentify list
"""
_THERE = click.Path(path_type=Path, dir_okay=False, exists=True)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EXAMPLES)
@click.option("--keeper", "keepers", multiple=True, required=True, help="A keeper's name; once for each.")
@click.option("--need", type=click.IntRange(shares.FEWEST), required=True, help="How many open it together.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where the shares go.")
@click.option("--anew", is_flag=True, help="Replace the key: a keeper left, or a share was lost.")
def split(*, keepers: tuple[str, ...], need: int, out: Path, anew: bool) -> None:
    """Make the re-identification key and split it among keepers; hand each file over, then delete it."""
    here = settings.load()
    made = authority_.open_(here.authority)
    if out.resolve().is_relative_to(here.var.resolve()):
        raise UsageError(
            "The shares must not lie together beside the key.", "Choose a stick: --out /media/…", code="REID-OUT"
        )
    given = shares.split(made.folder, keepers=keepers, need=need, verify_key=made.public_key(), anew=anew)
    for one in given:
        private.write(out / f"{one.keeper}.share", json.dumps(asdict(one), ensure_ascii=False, indent=1) + "\n")
        click.echo(f"{out / one.keeper}.share: {one.keeper}, check {one.check[:16]}")
    click.echo(f"{need} of {len(given)}. Next: khlang keys publish, and a new bundle for every agency.")


@click.group(epilog=EXAMPLES)
def reidentify() -> None:
    """Who one person of a project is: asked by the pool, opened by enough keepers, told to the agency alone."""


@reidentify.command(epilog=EXAMPLES)
@click.argument("question", type=_THERE)
@click.option("--enrolment", type=_THERE, required=True, help="The agency's enrolment.json, as it came from there.")
@click.option("--out", type=_FILE, help="The request for the keepers; <id>.request by default.")
def ask(question: Path, enrolment: Path, out: Path | None) -> None:
    """Take a pool's question into the book, and write the request that goes to every keeper."""
    here = settings.load()
    pool = private.read_text(
        here.registry / "receipt.pub", "The pool's receipt key is not here", "Ask the pool for it."
    )
    data = question.read_bytes()
    request = desk.ask(
        authority_.open_(here.authority), data, pool=pool, enrolment=_json(enrolment), at=_now()
    )  # fmt: skip
    told = json.loads(request)
    click.echo("\n".join(papers.shown(told)))
    written = private.write(out or Path(f"{told['request']}.request"), request)
    click.echo(f"{written}: {told['need']} keepers must agree. Next, each: khlang keys reidentify share {written.name}")


@reidentify.command(epilog=EXAMPLES)
@click.argument("request", type=_THERE)
@click.option("--share", "mine", type=_THERE, required=True, help="The keeper's own file.")
@click.option("--why", required=True, help="Why this keeper agrees, as it will stand in the book.")
@click.option("--yes", is_flag=True, help="Read already; do not ask.")
@click.option("--out", type=_FILE, help="<id>-<keeper>.agreed by default.")
def share(*, request: Path, mine: Path, why: str, yes: bool, out: Path | None) -> None:
    """Agree, on the keeper's own machine: the own share for this one request and nothing else."""
    given = _share(mine)
    agreed = desk.share(request.read_bytes(), given, why=why)
    told = json.loads(request.read_bytes())
    click.echo("\n".join(papers.shown(told)))
    if not yes:
        click.confirm("เห็นชอบ / Do you agree?", abort=True)
    written = private.write(out or Path(f"{told['request']}-{given.keeper}.agreed"), agreed)
    click.echo(f"{written}: give it to the key authority. It opens nothing after the answer.")


@reidentify.command(epilog=EXAMPLES)
@click.argument("request")
@click.argument("agreed", nargs=-1, required=True, type=_THERE)
@click.option("--by", required=True, help="Who gives this command.")
@click.option("--out", type=_FILE, help="<id>.answer by default.")
def answer(*, request: str, agreed: tuple[Path, ...], by: str, out: Path | None) -> None:
    """Open the pointer with enough keepers' shares and seal it to the agency, which alone can read it."""
    made = authority_.open_(settings.load().authority)
    told = desk.answer(made, request, [one.read_bytes() for one in agreed], by=by, at=_now())
    written = private.write(out or Path(f"{request}.answer"), told)
    click.echo(f"{written}: for {json.loads(told)['agency']}, which opens it: khlang agency reidentify {written.name}")


@reidentify.command(epilog=EXAMPLES)
@click.argument("request")
@click.option("--by", required=True, help="Who refuses.")
@click.option("--why", required=True, help="The reason, as it will stand in the book.")
def refuse(request: str, by: str, why: str) -> None:
    """Close a request without an answer."""
    desk.refuse(authority_.open_(settings.load().authority), request, by=by, why=why, at=_now())
    click.echo(f"{request}: refused")


@reidentify.command(name="list", epilog=EXAMPLES)
def list_() -> None:
    """Everything that was asked, and what became of it, from the book."""
    told = desk.events(authority_.open_(settings.load().authority).folder)
    for one in told:
        keepers = ", ".join(one.get("keepers", {}))
        ended = " · ".join(filter(None, (keepers, one.get("why"), one.get("code"))))
        click.echo(
            f"{one['taken_at']}  {one['action']}  {one['request']}  {one['project']} → {one['agency']} {one['dataset']}"
            f"  {one['purpose']} ({one['legal_basis']}; {one['by']})  {ended}".rstrip()
        )
    click.echo(f"{len(told)} lines; the chain holds. Open: {', '.join(desk.open_requests(told)) or 'none'}")


def _share(path: Path) -> Share:
    told = _json(path)
    if set(told) != set(Share.__dataclass_fields__):
        raise InputError(f"{path.name} is no share.", "Choose the file that split gave.", code="REID-PAPER")
    return Share(**told)


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise InputError(f"{path.name} is not readable.", "Choose another file.", code="REID-PAPER")
    return told


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
