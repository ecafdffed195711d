"""``khlang keys``: what the key authority does. Only check values are ever printed."""

import json
from pathlib import Path

import click

from khlang import contracts as contracts_
from khlang import private, settings
from khlang.errors import SetupError
from khlang.keys import authority as authority_
from khlang.keys import bundle as bundle_


@click.group()
def keys() -> None:
    """The key authority: epochs, profile bundles, canaries."""


@keys.command()
@click.option("--epoch", default="e01", show_default=True, help="Source epoch to begin with.")
@click.option("--simulation/--real", required=True, help="Whether the profile is for simulated people (class 9).")
def init(epoch: str, simulation: bool) -> None:
    """Make the authority's folder, its source key and its signing key."""
    made = authority_.start(settings.load().authority, simulation=simulation, epoch=epoch)
    click.echo(f"Authority in {made.folder}: epoch {made.epoch}, key check value {made.profile()['kcv']}")
    click.echo(f"Verify key: {made.public_key()}")


@keys.command()
@click.option("--agency", required=True, help="Its id in the contracts.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def bundle(agency: str, out: Path) -> None:
    """Write the signed bundle of one agency; the key is not in it."""
    here = settings.load()
    registry = here.registry / "recipients.json"
    if not registry.exists():
        raise SetupError("The pool has published no recipients.", "Ask its keeper to run: khlang pool init")
    ca = here.var / "tls" / "ca.pem"
    made = bundle_.make(
        authority_.open_(here.authority),
        agency=agency,
        contracts=contracts_.load(here.contracts),
        recipients=json.loads(registry.read_text(encoding="utf-8")),
        gateway_url=here.gateway_url,
        gateway_ca=private.read_text(ca, "The gateway has no certificate yet", "Start the stack: make up"),
    )
    private.write(out, json.dumps(made, ensure_ascii=False) + "\n")
    click.echo(f"Bundle of {agency} written to {out}")


@keys.command(name="export")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write (0600).")
def export_key(out: Path) -> None:
    """Write the sealing key to a file, to be handed over by a channel of its own."""
    made = authority_.open_(settings.load().authority)
    private.write(out, made.source_secret().hex() + "\n")
    click.echo(f"Sealing key of epoch {made.epoch} written to {out}; key check value {made.profile()['kcv']}")


@keys.command()
def publish() -> None:
    """Publish profile, verify key and expected canaries to the pool's registry."""
    here = settings.load()
    bundle_.publish(authority_.open_(here.authority), here.registry, contracts_.load(here.contracts))
    click.echo(f"Published to {here.registry}")
