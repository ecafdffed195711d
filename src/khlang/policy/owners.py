"""Whose data a project asks for: every agency that sends what its marts are made of must consent."""

from collections.abc import Iterable

from khlang.contracts import Contracts, Table


def sources(contracts: Contracts, names: Iterable[str]) -> tuple[Table, ...]:
    """The datasets of agencies that these tables are made of, through marts and histories, by name."""
    found: dict[str, Table] = {}
    waiting = list(names)
    while waiting:
        table = contracts[waiting.pop()]
        if table.layer == "curated":
            found[table.name] = table
        waiting += [name for name in table.inputs if name not in found]
    return tuple(found[name] for name in sorted(found))


def agencies(contracts: Contracts, names: Iterable[str]) -> tuple[str, ...]:
    """The agencies whose consent is needed, in order."""
    return tuple(sorted({table.agency for table in sources(contracts, names)}))


def four_eyes(contracts: Contracts, names: Iterable[str]) -> bool:
    """Whether two people must approve: a contract of a dataset asks for two people."""
    return any(table.two_people for table in sources(contracts, names))
