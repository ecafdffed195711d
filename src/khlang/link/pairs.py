"""Which datasets are linked to which: each to its register, and as the marts join them."""

from collections.abc import Mapping
from dataclasses import dataclass

from khlang.contracts import Contracts

PROVINCE, AMPHOE, BORN, SEX = "province_code", "amphoe_code", "birth_year", "sex_code"
PERSON = "th-cid"


@dataclass(frozen=True)
class Pair:
    """Records of ``source`` that are looked for in ``target``.

    Attributes:
        source: A dataset.
        target: Another one, or the same: of a register its own records without a usable identifier are told.
        kind: The identifier type they meet by.
        register: The register of that type. Where it is the target it is not asked who a record is about (age, sex):
            it would know of the linked ones only.
    """

    source: str
    target: str
    kind: str
    register: str

    @property
    def to_register(self) -> bool:
        """Whether the target is the register."""
        return self.target == self.register


@dataclass(frozen=True)
class Side:
    """What a dataset tells of whoever it is about: by which column and type, and its own words of the person.

    ``province``, ``born`` and ``sex`` are Spark SQL, or None where the dataset does not say.
    """

    dataset: str
    column: str
    kind: str
    province: str | None
    born: str | None
    sex: str | None


#: ``(dataset, identifier type)`` → its side.
Sides = Mapping[tuple[str, str], Side]


def sides(contracts: Contracts) -> Sides:
    """Every dataset that links, by the type it links by; a register by each type it is one of."""
    found = {}
    for table in contracts.datasets:
        link = contracts.link(table)
        for kind in dict.fromkeys((*((str(link[0].identifier),) if link else ()), *table.register_of)):
            names = {column.name for column in table.columns}
            held = next(column.name for column in table.identifiers if column.identifier == kind)
            province = PROVINCE if PROVINCE in names else f"left({AMPHOE}, 2)" if AMPHOE in names else None
            born, sex = (name if kind == PERSON and name in names else None for name in (BORN, SEX))
            found[table.name, kind] = Side(table.name, held, kind, province, born, sex)
    return found


def pairs(contracts: Contracts) -> tuple[Pair, ...]:
    """Each dataset with its register, then what marts join by one identifier; each pair once, in one order."""
    known, registers = sides(contracts), _registers(contracts)
    linked = {
        (table.name, link[1].name, str(link[0].identifier))
        for table in contracts.datasets
        if (link := contracts.link(table))
    }
    joined = {
        (join.source, join.target, kind)
        for mart in contracts.marts
        for join in mart.joins
        for kind in registers
        if _by(known, kind, join.source, join.key) and _by(known, kind, join.target, join.key)
    }
    return tuple(Pair(*each, registers[each[2]]) for each in (*sorted(linked), *sorted(joined - linked)))


def _by(known: Sides, kind: str, dataset: str, key: tuple[str, ...]) -> bool:
    side = known.get((dataset, kind))
    return side is not None and key == (side.column,)


def _registers(contracts: Contracts) -> dict[str, str]:
    return {kind: table.name for table in contracts.datasets for kind in table.register_of}
