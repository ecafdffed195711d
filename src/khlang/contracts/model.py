"""What a contract says, as small frozen values. No engine, no file, no clock is known here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from khlang.contracts.joins import Join
from khlang.contracts.second_route import SecondRoute
from khlang.contracts.versions import Previous
from khlang.errors import ContractError

Layer = Literal["curated", "marts", "spine", "links", "quarantine", "history", "ops", "common", "projects"]
Personal = Literal["direct", "quasi", "sensitive", "none"]
Standard = Literal["text", "digits", "money", "date", "month", "code", "integer"]
Severity = Literal["critical", "warning"]
Radius = Literal["record", "extract", "stop"]
FreeText = Literal["refuse", "mask"]


@dataclass(frozen=True)
class Column:
    """One column: a name means one thing in the whole lake (``contracts/fields.yaml``).

    ``type`` is Spark DDL text; ``identifier`` the identifier's type or None; ``standard`` how curate reads its
    text; ``aliases`` the headers offices really use; ``values`` the codes of ``codes``; ``generalise`` what seal
    reduces it to (``year``); ``unit`` what a number counts; ``free_text`` that people write sentences there, and
    what becomes of identifiers and names that the scan finds in them before anything leaves.
    """

    name: str
    type: str
    nullable: bool
    meaning_th: str
    meaning_en: str
    personal: Personal
    standard: Standard
    identifier: str | None = None
    aliases: tuple[str, ...] = ()
    codes: str | None = None
    values: tuple[str, ...] = ()
    generalise: str | None = None
    unit: str | None = None
    free_text: FreeText | None = None

    @property
    def code_width(self) -> int:
        """Zero-padding of a code list whose codes are digits of one length (provinces: 2); 0 for any other."""
        lengths = {len(code) for code in self.values}
        return lengths.pop() if len(lengths) == 1 and all(code.isdigit() for code in self.values) else 0

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header this column may bear in an extract: its own name, then its aliases."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Quality:
    """One declared quality rule: a code of the vocabulary, its arguments, and why the limit is what it is."""

    code: str
    column: str | None
    arguments: Mapping[str, Any]
    severity: Severity
    reason: str
    source: Literal["contract", "expectations", "layer"] = "contract"


@dataclass(frozen=True)
class Role:
    """Who may do what with a table: ``analyst`` may ``select``."""

    role: str
    access: str


@dataclass(frozen=True)
class Schedule:
    """When an extract is due: its frequency, and the day of the following month."""

    frequency: str
    due_day: int


CURATED_TAIL = ("row_number", "period")  # of every curated table, after its contract's columns


@dataclass(frozen=True)
class Table:
    """One table and everything that is declared of it; see the module's page in ``docs/reference``.

    ``two_people``: a submission is signed only when another person than its preparer approved it. ``register_of``:
    types of identifier that should all stand here; link rates are shares of it. ``months``: how many months of its
    inputs a mart looks at. ``month_column``: of a history, which column of its input says of which month a row speaks.
    ``joins``: how a mart's inputs meet. ``source``: of common data, its file or folder below ``contracts/``.
    ``previous``: earlier versions that are served beside this one until a declared day.
    ``second_route``: how its records without a usable CID are found all the same.
    """

    name: str
    version: int
    version_text: str
    layer: Layer
    domain: str
    agency: str
    owner_th: str
    title_th: str
    title_en: str
    description_th: str
    description_en: str
    grain_th: str
    columns: tuple[Column, ...]
    tail: tuple[Column, ...]
    grain: tuple[str, ...]
    dedupe_by: str | None
    partition: str | None
    roles: tuple[Role, ...]
    inputs: tuple[str, ...]
    schedule: Schedule | None
    project: str | None
    licence: str
    legal_basis: str
    agreement: str
    letter: str
    retention_days: int
    two_people: bool = False
    register_of: tuple[str, ...] = ()
    second_route: SecondRoute | None = None
    months: int = 1
    joins: tuple[Join, ...] = ()
    month_column: str | None = None
    source: str = ""
    previous: tuple[Previous, ...] = ()
    catalogue: Mapping[str, Any] = field(default_factory=dict)
    quality: tuple[Quality, ...] = ()
    path: str = ""

    @property
    def stored(self) -> tuple[Column, ...]:
        """Columns as the table is written: the contract's, then what the layer adds."""
        return self.columns + self.tail

    @property
    def versioned(self) -> str:
        """``<name>_v<N>``, as it is stored; the view is called ``name``."""
        return f"{self.name}_v{self.version}"

    @property
    def identifiers(self) -> tuple[Column, ...]:
        """The columns that hold a pseudonym of an identifier, in order."""
        return tuple(column for column in self.columns if column.identifier)

    @property
    def person(self) -> Column:
        """The column that the second route finds a pid for, the first of citizens' IDs; ContractError without one."""
        found = [column for column in self.identifiers if column.identifier == "th-cid"]
        if not found:
            raise ContractError(f"Contract {self.name} has no column of a person.", "Take secondRoute out of it.")
        return found[0]

    def column(self, name: str) -> Column:
        """The column of this name.

        Raises:
            ContractError: The table has no such column.
        """
        for column in self.stored:
            if column.name == name:
                return column
        raise ContractError(
            f"Contract {self.name} {self.version_text} has no column {name}.",
            f"Declare it in contracts/{self.path}, or mend the name.",
        )
