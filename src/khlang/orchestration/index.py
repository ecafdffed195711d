"""``python -m khlang.orchestration.index [--check]``: writes ``dags/index.json`` from the contracts.

Airflow's environment knows neither this package nor YAML, and parses its DAG files again and again: so what they loop
over is derived here once and committed; a stale copy fails the build.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from khlang import contracts as contracts_
from khlang import settings
from khlang.contracts import Contracts

FILE = "dags/index.json"


def index(contracts: Contracts) -> dict[str, Any]:
    """What the DAG files loop over, in order of name.

    Datasets, histories with their inputs, what is served to projects, datasets with a second route, and for each domain
    that has marts its inputs (common data and links apart) and marts.
    """
    domains: dict[str, dict[str, set[str]]] = {}
    for mart in contracts.marts:
        lists = domains.setdefault(mart.domain, {"inputs": set(), "common": set(), "links": set(), "marts": set()})
        lists["marts"].add(mart.name)
        for name in mart.inputs:
            layer = contracts[name].layer
            lists[layer if layer in {"common", "links"} else "inputs"].add(name)
    return {
        "datasets": [
            {"name": table.name, "version": table.version, "agency": table.agency, "domain": table.domain}
            for table in contracts.datasets
        ],
        "history": {
            "inputs": sorted({name for table in contracts.histories for name in table.inputs}),
            "tables": [table.name for table in contracts.histories],
        },
        "served": sorted(table.name for _, table in contracts.served if table.project),
        "second": sorted(table.name for table in contracts.datasets if table.second_route),
        "domains": {
            domain: {kind: sorted(names) for kind, names in lists.items()} for domain, lists in sorted(domains.items())
        },
    }


def text(contracts: Contracts) -> str:
    """The file's content."""
    return json.dumps(index(contracts), indent=1, sort_keys=True) + "\n"


def differences(there: dict[str, Any], made: dict[str, Any]) -> list[str]:
    """What is missing where, one line each; empty when both agree."""
    lines = []
    for key in sorted(there.keys() | made.keys()):
        if there.get(key) == made.get(key):
            continue
        if isinstance(made.get(key), dict) and isinstance(there.get(key), dict):
            lines += [f"{key}: {line}" for line in differences(there[key], made[key])]
        else:
            lines.append(f"{key}: the file has {there.get(key)}, the contracts give {made.get(key)}")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Write the index, or with ``--check`` only compare it; exit code 1 when it is stale."""
    parser = argparse.ArgumentParser(prog="python -m khlang.orchestration.index", description=__doc__)
    parser.add_argument("--check", action="store_true", help="Change nothing; fail when the file is stale.")
    check = parser.parse_args(arguments).check
    here = settings.load()
    path: Path = here.root / FILE
    contracts = contracts_.load(here.contracts)
    if not check:
        path.write_text(text(contracts), encoding="utf-8")
        return 0
    there = path.read_text(encoding="utf-8") if path.exists() else "{}"
    if there == text(contracts):
        return 0
    lines = differences(json.loads(there), index(contracts)) or ["its formatting differs"]
    sys.stderr.write("\n".join([f"{FILE} is stale:", *lines, "Run: python -m khlang.orchestration.index"]) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
