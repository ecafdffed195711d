"""All contracts together: which tables there are, of which layer, and which register each is linked to."""

from collections.abc import Iterator, Mapping
from typing import Any

from khlang.contracts.model import Column, Table
from khlang.errors import ContractError


class Contracts(Mapping[str, Table]):
    """All contracts by table name, in the order of their names."""

    def __init__(self, tables: Mapping[str, Table], *, source: Mapping[str, Any]) -> None:
        self._tables = dict(sorted(tables.items()))
        self.source = source

    def __getitem__(self, name: str) -> Table:
        try:
            return self._tables[name]
        except KeyError:
            raise ContractError(
                f"Table {name} has no contract.",
                f"Declare it in contracts/<domain>/{name}.yaml; there are: {', '.join(self._tables)}.",
                code="CONTRACT-NONE",
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def require(self, layer: str, name: str) -> Table:
        """The contract without which nothing may be written to this layer.

        Raises:
            ContractError: There is no contract of this name, or it is of another layer. Staging, accepted,
                quarantine and projects are forms of a contract's own table and take its contract.
        """
        table = self[name]
        if layer in {"accepted", "staging", "quarantine"} and table.layer == "curated":
            return table
        if layer == "projects" and table.layer in {"marts", "history", "links"}:
            return table
        if table.layer != layer:
            raise ContractError(
                f"Contract {name} is of layer {table.layer}, not {layer}.",
                f"Write it to {table.layer}, or declare a table for {layer} in contracts/.",
                code="CONTRACT-LAYER",
            )
        return table

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table."""
        return tuple(self._tables.values())

    @property
    def datasets(self) -> tuple[Table, ...]:
        """The tables that agencies send: layer curated."""
        return tuple(table for table in self.tables if table.layer == "curated")

    @property
    def marts(self) -> tuple[Table, ...]:
        """The tables that answer a question: layer marts."""
        return tuple(table for table in self.tables if table.layer == "marts")

    @property
    def histories(self) -> tuple[Table, ...]:
        """The tables of facts with the months they hold in and the time they became known: layer history, one input."""
        return tuple(table for table in self.tables if table.layer == "history" and table.inputs)

    @property
    def common(self) -> tuple[Table, ...]:
        """What belongs to no domain: layer common."""
        return tuple(table for table in self.tables if table.layer == "common")

    @property
    def served(self) -> tuple[tuple[str, Table], ...]:
        """Schema and table of all that Trino shows: a project's under its name, ops and common data under theirs."""
        mine = {"marts", "history", "links"}
        of_project = ((table.project, table) for table in self.tables if table.layer in mine and table.project)
        of_all = ((table.layer, table) for table in self.tables if table.layer in {"ops", "common"})
        return tuple(sorted((*of_project, *of_all), key=lambda shown: shown[1].name))

    def link(self, table: Table) -> tuple[Column, Table, Column] | None:
        """How a table is linked: its column, the register of that column's type, the register's column; or not at all.

        A person goes before a house: the types of a register are in that order in its contract.
        """
        for register in self.datasets:
            for kind in register.register_of:
                mine = next((column for column in table.identifiers if column.identifier == kind), None)
                if mine:
                    return mine, register, next(c for c in register.identifiers if c.identifier == kind)
        return None

    def by_agency(self, agency: str) -> tuple[Table, ...]:
        """The datasets that one agency sends."""
        return tuple(table for table in self.datasets if table.agency == agency)
