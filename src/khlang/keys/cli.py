"""``khlang keys``: what the key authority does. Only check values are ever printed."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from khlang import contracts as contracts_
from khlang import period, private, requested, settings
from khlang.errors import SetupError, UsageError
from khlang.keys import admission, linkage, reidentify_cli, rotation
from khlang.keys import authority as authority_
from khlang.keys import bundle as bundle_
from khlang.keys.authority import PROFILES, Authority
from khlang.settings import Settings

VALID_DAYS = 400
_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, dir_okay=False, exists=True)
_DAY = click.DateTime(["%Y-%m-%d"])


EXAMPLES = """Examples:

\b
  khlang keys init --real
  khlang keys publish
  khlang keys bundle --agency mof --out mof.bundle.json
  khlang keys export --out mof.key
"""


@click.group(epilog=EXAMPLES)
def keys() -> None:
    """The key authority: epochs, profile bundles, canaries, the VOPRF service, the keepers of re-identification."""


keys.add_command(reidentify_cli.split)
keys.add_command(reidentify_cli.reidentify)


@keys.command(epilog="\b\nExamples:\n  khlang keys init --real\n  khlang keys init --simulation --profile voprf-v1")
@click.option("--epoch", default="e01", show_default=True, help="Source epoch to begin with.")
@click.option("--profile", type=click.Choice(PROFILES), default=PROFILES[0], show_default=True)
@click.option("--simulation/--real", required=True, help="Whether the profile is for simulated people (class 9).")
def init(epoch: str, profile: str, simulation: bool) -> None:
    """Make the authority's folder, its source key and its signing key."""
    made = authority_.start(settings.load().authority, simulation=simulation, epoch=epoch, profile=profile)
    click.echo(f"Authority in {made.folder}: epoch {made.epoch}, {_check(made)}")
    click.echo(f"Verify key: {made.public_key()}")


@keys.command(
    epilog="\b\nExamples:\n  khlang keys rotate --starts 2027-01-01 --last-day 2027-03-03"
    "\n  khlang keys rotate --compromised"
)
@click.option("--starts", type=_DAY, help="First day of the new epoch; today by default.")
@click.option("--last-day", type=_DAY, help="Of the old epoch; 62 days after the start by default.")
@click.option("--compromised", is_flag=True, help="The old key leaked: it ends the day before, and pids are redrawn.")
@click.option("--profile", type=click.Choice(PROFILES), help="Of the new epoch; as before by default.")
@click.option("--epoch", help="Name of the new epoch; the next number by default.")
def rotate(
    *,
    starts: datetime | None,
    last_day: datetime | None,
    compromised: bool,
    profile: str | None,
    epoch: str | None,
) -> None:
    """Begin a new source epoch. Then: publish, a bundle and the key to every agency, a bridge from each of them."""
    made = rotation.rotate(
        authority_.open_(settings.load().authority),
        starts=starts.date() if starts else period.today(),
        last_day=last_day.date() if last_day else None,
        compromised=compromised,
        profile=profile,
        name=epoch,
    )
    begun = made.dates()
    ended = made.at(str(begun.previous)).dates()
    click.echo(f"Epoch {made.epoch} begins on {begun.starts}, {_check(made)}")
    click.echo(f"Epoch {ended.name} ends on {ended.ends}{' (compromised)' if ended.compromised else ''}.")
    click.echo(
        "Next: khlang keys publish, khlang keys bundle and export; each agency: khlang agency init, then bridge."
    )


@keys.command(
    epilog="\b\nExamples:\n  khlang keys bundle --agency mof --out mof.bundle.json"
    "\n  khlang keys bundle --agency mof --out mof.json --gateway-url https://pool.example.go.th --gateway-ca pool.pem"
    "\n  khlang keys bundle --agency mof --out mof.json --service-url https://keys.example.go.th --service-ca ca.pem"
)
@click.option("--agency", required=True, help="Its id in the contracts.")
@click.option("--out", required=True, type=_FILE, help="File to write.")
@click.option("--valid-days", type=click.IntRange(1, 3650), default=VALID_DAYS, show_default=True)
@click.option("--gateway-url", help="HTTPS address the agency sends to; this installation's own by default.")
@click.option("--gateway-ca", type=_THERE, help="PEM that it trusts for that address, and nothing else; without it, "
              "what its system trusts.")  # fmt: skip
@click.option("--service-url", help="Address of the VOPRF service, where the profile is voprf-v1.")
@click.option("--service-ca", type=_THERE, help="PEM of the certificate to trust for it.")
def bundle(
    *,
    agency: str,
    out: Path,
    valid_days: int,
    gateway_url: str | None,
    gateway_ca: Path | None,
    service_url: str | None,
    service_ca: Path | None,
) -> None:
    """Write the signed bundle of one agency; the key is not in it."""
    here = settings.load()
    url, trusted = _gateway(here, gateway_url, gateway_ca)
    registry, links = here.registry / "recipients.json", here.registry / "link-recipients.json"
    if not registry.exists():
        raise SetupError("The pool has published no recipients.", "Ask its keeper to run: khlang pool init")
    receipt = here.registry / "receipt.pub"
    today = period.today()
    pem = service_ca.read_text(encoding="ascii") if service_ca else ""
    made = bundle_.make(
        authority_.open_(here.authority),
        agency=agency,
        contracts=contracts_.load(here.contracts),
        recipients=json.loads(registry.read_text(encoding="utf-8")),
        gateway_url=url,
        gateway_ca=trusted,
        receipt_key=receipt.read_text(encoding="ascii").strip() if receipt.exists() else None,
        valid=(today, today + timedelta(days=valid_days)),
        service={"url": service_url, "ca_pem": pem} if service_url else None,
        link_recipients=json.loads(links.read_text(encoding="utf-8")) if links.exists() else None,
    )
    private.write(out, json.dumps(made, ensure_ascii=False) + "\n")
    click.echo(f"Bundle of {agency} written to {out}; good until {today + timedelta(days=valid_days)}; sends to {url}")


def _gateway(here: Settings, url: str | None, ca: Path | None) -> tuple[str, str]:
    """The address an agency sends to and the PEM it trusts there: what was said, else this installation's own.

    Raises:
        UsageError: The address is no HTTPS address, or a certificate was named without one.
        SetupError: Neither was named, and the stack never was started here.
    """
    if url is None:
        if ca is not None:
            raise UsageError("--gateway-ca goes with --gateway-url.", "Say the address too.")
        own = here.var / "tls" / "ca.pem"
        remedy = "Start the stack: make up; or name the address: --gateway-url"
        return here.gateway_url, private.read_text(own, "The gateway has no certificate yet", remedy)
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise UsageError("--gateway-url is no HTTPS address.", "Such as: https://pool.example.go.th")
    return url.rstrip("/"), ca.read_text(encoding="ascii") if ca else ""


@keys.command(
    name="export",
    epilog="\b\nExamples:\n  khlang keys export --out sealing.key\n  khlang keys export --link --out link.key",
)
@click.option("--out", required=True, type=_FILE, help="File to write (0600).")
@click.option("--link", is_flag=True, help="The linkage key, for agencies whose contract has a second route.")
def export_key(*, out: Path, link: bool) -> None:
    """Write the sealing key (or the linkage key) to a file, to be handed over by a channel of its own."""
    made = authority_.open_(settings.load().authority)
    if link:
        private.write(out, made.link_secret().hex() + "\n")
        click.echo(f"Linkage key of epoch {made.epoch} written to {out}; check value {linkage.check_value(made)}")
        return
    if made.dates().profile != PROFILES[0]:
        raise SetupError(
            f"The key of epoch {made.epoch} never leaves: agencies ask the service.", "Run: khlang keys serve"
        )
    private.write(out, made.source_secret().hex() + "\n")
    click.echo(f"Sealing key of epoch {made.epoch} written to {out}; {_check(made)}")


@keys.command(epilog="\b\nExamples:\n  khlang keys publish")
def publish() -> None:
    """Publish profiles, epochs, verify key and expected canaries to the pool's registry."""
    here = settings.load()
    bundle_.publish(authority_.open_(here.authority), here.registry, contracts_.load(here.contracts))
    click.echo(f"Published to {here.registry}")


@keys.command(epilog="\b\nExamples:\n  khlang keys admit --request enrolment.json --elements 200000")
@click.option("--request", type=_THERE, required=True, help="The agency's enrolment.json.")
@click.option("--elements", type=click.IntRange(1), required=True, help="Identifiers it may have sealed in a month.")
def admit(request: Path, elements: int) -> None:
    """Admit an agency to the VOPRF service; twice the contract's expected identifiers leaves room to repeat."""
    asked = requested.read(request, "agency", "service_sha256")
    folder, agency = settings.load().authority, str(asked["agency"])
    admission.admit(folder, agency=agency, token_sha256=str(asked["service_sha256"]), elements=elements)
    click.echo(f"{agency} may have {elements} identifiers sealed in a month.")


@keys.command(epilog="\b\nExamples:\n  khlang keys dismiss --agency mof")
@click.option("--agency", required=True)
def dismiss(agency: str) -> None:
    """Take an agency's admission to the VOPRF service away."""
    admission.dismiss(settings.load().authority, agency)
    click.echo(f"{agency} may not ask the service any more.")


@keys.command(
    epilog="\b\nExamples:\n  khlang keys serve --host 0.0.0.0 --port 8700 --certificate keys.pem --key keys.key.pem"
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, required=True)
@click.option("--certificate", type=_THERE, required=True, help="PEM; its names must hold the bundle's address.")
@click.option("--key", type=_THERE, required=True, help="PEM of the certificate's key.")
def serve(host: str, port: int, certificate: Path, key: Path) -> None:
    """Run the VOPRF service of the current epoch, over TLS only."""
    import uvicorn

    from khlang.keys.service import create_app

    uvicorn.run(
        create_app(settings.load().authority),
        host=host,
        port=port,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def _check(made: Authority) -> str:
    return f"key check value {made.profile()['kcv']}"
