"""The signed profile bundle of one agency, and what the authority publishes to the pool."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from khlang import manifest, private
from khlang.contracts import Contracts, profile_contracts
from khlang.keys import canaries
from khlang.keys.authority import Authority

VERSION = "1"


def make(
    authority: Authority,
    *,
    agency: str,
    contracts: Contracts,
    recipients: Mapping[str, str],
    gateway_url: str,
    gateway_ca: str,
) -> dict[str, str]:
    """Everything an agency needs to seal and send, but the key.

    Args:
        authority: Whose profile and signature it bears.
        agency: Its id in the contracts.
        contracts: All contracts; the bundle carries the agency's own.
        recipients: Month → age public key, as the pool publishes them.
        gateway_url: HTTPS address that it sends to.
        gateway_ca: PEM of the certificate that it trusts for it.

    Returns:
        ``bundle`` (canonical JSON text), ``signature`` and ``authority`` (verify key), both hex.

    Raises:
        ContractError: No contract names the agency.
    """
    payload: dict[str, Any] = {
        "bundle_version": VERSION,
        "agency": agency,
        "profile": authority.profile(),
        "contracts": profile_contracts(contracts, agency),
        "recipients": dict(recipients),
        "gateway": {"url": gateway_url, "ca_pem": gateway_ca},
        "canaries": canaries.of(authority, agency, contracts.by_agency(agency)),
    }
    data = manifest.canonical(payload)
    signature = manifest.sign(data, authority.signing_key())
    return {"bundle": data.decode("utf-8"), "signature": signature, "authority": authority.public_key()}


def publish(authority: Authority, registry: Path, contracts: Contracts) -> None:
    """Write what the pool needs to verify: the authority's public key, the profile, the canaries it must meet."""
    private.write(registry / "authority.pub", authority.public_key() + "\n", mode=0o644)
    private.write(registry / "profile.json", _text(authority.profile()), mode=0o644)
    for agency in sorted({table.agency for table in contracts.datasets}):
        tables = contracts.by_agency(agency)
        expected = canaries.expected(authority, canaries.of(authority, agency, tables), tables)
        private.write(registry / "canaries" / f"{agency}.json", _text(expected), mode=0o644)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
