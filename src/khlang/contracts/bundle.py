"""The part of the contracts that one agency's signed bundle carries: plain JSON, no code."""

from collections.abc import Mapping
from typing import Any

from khlang.contracts.collection import Contracts
from khlang.contracts.loader import build
from khlang.contracts.model import CURATED_TAIL
from khlang.errors import ContractError


def profile_contracts(contracts: Contracts, agency: str) -> dict[str, Any]:
    """The contracts of an agency's datasets, the field and code entries they use; nothing of other agencies.

    Raises:
        ContractError: No dataset belongs to the agency.
    """
    tables = contracts.by_agency(agency)
    if not tables:
        raise ContractError(f"No contract names the agency {agency}.", "Give it as tenant of a contract.")
    columns = [column for table in tables for column in table.columns]
    names = {column.name for column in columns} | set(CURATED_TAIL)
    lists = {column.codes for column in columns if column.codes}
    source = contracts.source
    return {
        "fields": {name: meaning for name, meaning in source["fields"].items() if name in names},
        "codes": {name: rows for name, rows in source["codes"].items() if name in lists},
        "contracts": {table.path: source["contracts"][table.path] for table in tables},
    }


def from_dict(document: Mapping[str, Any]) -> Contracts:
    """Contracts from what ``profile_contracts`` made, read by the same code as the files.

    Raises:
        ContractError: The document is not of that form.
    """
    missing = sorted({"fields", "codes", "contracts"} - set(document))
    if missing:
        raise ContractError(f"The bundle's contracts lack {', '.join(missing)}.", "Fetch the bundle again.")
    return build(document)
