"""The signed profile bundle of one agency, and what the authority publishes to the pool."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from khlang import identifiers, private, signatures
from khlang.contracts import Contracts, Table, profile_contracts
from khlang.keys import canaries, linkage, shares
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
    receipt_key: str | None = None,
    valid: tuple[date | None, date | None] = (None, None),
    service: Mapping[str, str] | None = None,
    link_recipients: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Everything an agency needs to seal and send, but the key.

    Args:
        authority: Whose profile and signature it bears.
        agency: Its id in the contracts.
        contracts: All contracts; the bundle carries the agency's own.
        recipients: Month → age public key, as the pool publishes them.
        gateway_url: HTTPS address that it sends to.
        gateway_ca: PEM of the certificate that it trusts for it.
        receipt_key: Verify key (hex) of the pool's receipts, where it signs them.
        valid: First and last day on which the bundle is good for sealing; None is open.
        service: ``url`` and ``ca_pem`` of the authority's own service, where the profile needs one.
        link_recipients: Month → age public key of the linkage job, where a contract has a second route.

    Returns:
        ``bundle`` (canonical JSON text), ``signature`` and ``authority`` (verify key), both hex.

    Raises:
        ContractError: No contract names the agency.
    """
    tables = contracts.by_agency(agency)
    first, last = (day.isoformat() if day else None for day in valid)
    payload: dict[str, Any] = {
        "bundle_version": VERSION,
        "agency": agency,
        "valid": {"from": first, "until": last},
        "profile": authority.profile(),
        "epoch": authority.dates().as_dict(),
        "contracts": profile_contracts(contracts, agency),
        "recipients": dict(recipients),
        "gateway": {"url": gateway_url, "ca_pem": gateway_ca},
        "receipt_key": receipt_key,
        "service": dict(service) if service else None,
        "canaries": canaries.of(authority, agency, tables),
        "bridge": _bridge(authority, agency, tables),
    }
    if link := linkage.section(authority, agency, tables, link_recipients or {}):
        payload["link"] = link
    if keepers := shares.published(authority.folder):
        payload["reidentification"] = {"answer_key": keepers["answer_key"]}
    data = signatures.canonical(payload)
    signature = signatures.sign(data, authority.signing_key())
    return {"bundle": data.decode("utf-8"), "signature": signature, "authority": authority.public_key()}


def publish(authority: Authority, registry: Path, contracts: Contracts) -> None:
    """Write what the pool needs to verify: verify key, profiles and dates of epochs, the canaries it must meet."""
    private.write(registry / "authority.pub", authority.public_key() + "\n", mode=0o644)
    private.write(registry / "profile.json", _text(authority.profile()), mode=0o644)
    epochs = {one.name: authority.at(one.name) for one in authority.epochs()}
    said = {name: {"profile": at.profile(), **at.dates().as_dict()} for name, at in epochs.items()}
    if any(table.second_route for table in contracts.datasets):
        for name, at in epochs.items():
            said[name]["link_kcv"] = linkage.check_value(at)
    agencies = sorted({table.agency for table in contracts.datasets})
    for name, at in epochs.items():
        for agency in agencies:
            tables = contracts.by_agency(agency)
            expected = canaries.expected(at, canaries.of(at, agency, tables), tables)
            private.write(registry / "canaries" / name / f"{agency}.json", _text(expected), mode=0o644)
            if keys := linkage.expected(at, agency, tables):
                private.write(registry / "links" / name / f"{agency}.json", _text(keys), mode=0o644)
            if previous := at.dates().previous:
                pairs = _pairs(authority.at(previous), at, agency, tables)
                private.write(registry / "bridges" / name / f"{agency}.json", json.dumps(pairs) + "\n", mode=0o644)
    if keepers := shares.published(authority.folder):
        private.write(registry / "reidentification.json", _text(keepers), mode=0o644)
    # Last: an epoch that is listed has its canaries.
    private.write(registry / "epochs.json", _text(said), mode=0o644)


def _bridge(authority: Authority, agency: str, tables: tuple[Table, ...]) -> dict[str, Any] | None:
    """What a bridge from the epoch before needs: its profile, and canaries that must stand in the bridge."""
    previous = authority.dates().previous
    if previous is None:
        return None
    old = authority.at(previous)
    return {"profile": old.profile(), "forms": _forms(old, agency, tables)}


def _forms(old: Authority, agency: str, tables: tuple[Table, ...]) -> dict[str, list[str]]:
    """Identifier type → the old epoch's canaries of it, in their dirty forms."""
    kept = canaries.of(old, agency, tables)
    forms: dict[str, list[str]] = {}
    for table in tables:
        for column in table.identifiers:
            forms.setdefault(str(column.identifier), []).extend(kept[table.name][column.name])
    return forms


def _pairs(old: Authority, new: Authority, agency: str, tables: tuple[Table, ...]) -> list[list[str]]:
    """The same canaries sealed under both epochs: only who has both keys, and the right ones, can send them."""
    pairs = []
    for type_, forms in sorted(_forms(old, agency, tables).items()):
        for form in forms:
            identifier = identifiers.normalise(form, type=type_, simulation=True)[0] or ""
            pairs.append([old.seal(identifier, type_), new.seal(identifier, type_)])
    return pairs


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
