"""The parties meet: the authority is founded, the pool makes its months, four agencies are set up and enrolled.

What is there already stays, so a second run changes nothing.
"""

import json

from khlang import contracts as contracts_
from khlang.agency import home
from khlang.keys import authority as authority_
from khlang.keys import bundle
from khlang.landing import keeper, registry
from khlang.settings import Settings
from khlang.stack import secrets, tls


def enrol(settings: Settings, *, start: str, months: int) -> list[str]:
    """Make what the parties need of each other.

    Args:
        settings: The installation.
        start: First month, ``YYYY-MM``.
        months: How many.

    Returns:
        The agencies, in order.
    """
    secrets.ensure(settings)
    tls.ensure(settings)
    tables = contracts_.load(settings.contracts)
    authority = authority_.start(settings.authority, simulation=True)
    recipients = keeper.init(settings, start=start, months=months)
    bundle.publish(authority, settings.registry, tables)
    agencies = sorted({table.agency for table in tables.datasets})
    for agency in agencies:
        made = bundle.make(
            authority,
            agency=agency,
            contracts=tables,
            recipients=recipients,
            gateway_url=settings.gateway_url,
            gateway_ca=settings.trino_ca.read_text(encoding="ascii"),
            receipt_key=(settings.registry / "receipt.pub").read_text(encoding="ascii").strip(),
            link_recipients=registry.link_recipients(settings),
        )
        here = home.start(
            settings.agency(agency),
            bundle=json.dumps(made, ensure_ascii=False),
            sealing_key=authority.source_secret().hex(),
            link_key=authority.link_secret().hex() if any(t.second_route for t in tables.by_agency(agency)) else None,
        )
        _enrol_one(settings, here)
    return agencies


def _enrol_one(settings: Settings, here: home.Home) -> None:
    """Enrol an agency whose key or token the pool does not know; its old token holds otherwise."""
    asked = here.enrolment()
    known = registry.agencies(settings).get(asked["agency"])
    if known and (known.public_key, known.token_sha256) == (asked["public_key"], asked["token_sha256"]):
        return
    keeper.enrol(
        settings,
        agency=asked["agency"],
        public_key=asked["public_key"],
        token_file=here.path / "gateway.token",
        simulation=asked["simulation"],
    )
