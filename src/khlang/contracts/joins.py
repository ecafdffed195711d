"""Declared joins of a mart: which inputs meet on which key, how often, and what share of them is expected to meet.

A join is measured on the inputs of the mart's own period: over the distinct keys of ``from`` that are not empty, how
many stand in ``to``. A side of ``1`` holds each key once, or the mart counts somebody twice; what is ``n`` the mart
groups before or after it joins. ``province_code`` of a table that has only ``amphoe_code`` is its first two digits.
A key of no column is a join by nearness, in which there is nothing to match.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from khlang.errors import ContractError

if TYPE_CHECKING:
    from khlang.contracts.model import Table

Cardinality = Literal["1:1", "1:n", "n:1", "n:n"]
PROVINCE, AMPHOE = "province_code", "amphoe_code"
_WORDS = ("from", "to", "key", "cardinality", "matched", "least", "reason")


@dataclass(frozen=True)
class Join:
    """One declared join.

    Attributes:
        source: The input whose keys are looked for (``from``).
        target: The input in which they are looked for (``to``).
        key: Columns of both; none for a join by nearness.
        cardinality: How often a key stands in ``source`` and in ``target``.
        low: The least share of keys that is found, as usual.
        high: The largest one.
        least: From how many keys on the band is judged: a share of few is chance.
        reason: Why the band lies where it does.
    """

    source: str
    target: str
    key: tuple[str, ...]
    cardinality: Cardinality
    low: float
    high: float
    least: int
    reason: str

    @property
    def name(self) -> str:
        """What it is called in rules, metrics and ``mart_joins``."""
        return f"{self.source}-{self.target}" + "".join(f"-{column}" for column in self.key)

    @property
    def single(self) -> tuple[bool, bool]:
        """Whether each side holds a key once: ``source``, ``target``."""
        mine, _, theirs = self.cardinality.partition(":")
        return mine == "1", theirs == "1"


def read(where: str, declared: Any) -> tuple[Join, ...]:
    """The value of ``joins`` of a contract's customProperties.

    Raises:
        ContractError: A word is missing, unknown, or no such thing; the message names the join.
    """
    if not isinstance(declared, list | tuple) or not all(isinstance(each, Mapping) for each in declared):
        raise ContractError(f"{where}: joins is no list of mappings.", "Write one mapping a join; other marts show it.")
    return tuple(_join(f"{where}, join {number}", each) for number, each in enumerate(declared, start=1))


def agree(table: "Table", tables: Mapping[str, "Table"]) -> None:
    """Hold a table's joins against its inputs.

    Raises:
        ContractError: A join of a table that is no mart, of what is no input, on no column of both, or declared twice.
    """
    names = [join.name for join in table.joins]
    for join in table.joins:
        place = f"contracts/{table.path}, join {join.name}"
        if table.layer != "marts":
            raise ContractError(f"{place}: layer {table.layer} joins nothing.", "Declare joins in a mart's contract.")
        for side in (join.source, join.target):
            if side not in table.inputs:
                raise ContractError(f"{place}: {side} is no input of {table.name}.", "Mend the name, or add the input.")
            for column in join.key:
                known = {each.name for each in tables[side].stored} if side in tables else {column}
                if column not in known and not (column == PROVINCE and AMPHOE in known):
                    raise ContractError(f"{place}: {side} has no column {column}.", "Name a column that both have.")
        if names.count(join.name) > 1:
            raise ContractError(f"{place} is declared twice.", "Keep one of the two.")


def _join(place: str, said: Mapping[str, Any]) -> Join:
    missing = sorted(set(_WORDS) - {"matched", "least"} - set(said))
    if missing or set(said) - set(_WORDS):
        unknown = sorted(set(said) - set(_WORDS))
        raise ContractError(f"{place}: missing {missing}, unknown {unknown}.", f"A join has: {', '.join(_WORDS)}.")
    key = said["key"]
    if not isinstance(key, list) or len(set(map(str, key))) != len(key):
        raise ContractError(f"{place}: key is no list of columns, or has one twice.", "Write key: [pid].")
    if said["cardinality"] not in get_args(Cardinality):
        raise ContractError(
            f"{place}: cardinality is unknown.", f"Use one of: {', '.join(get_args(Cardinality))}, in quotes."
        )
    if bool(key) != ("matched" in said) or bool(key) != ("least" in said):
        raise ContractError(
            f"{place}: a key needs matched and least, and a join by nearness has neither.",
            "Write matched: [0.9, 1], least: 200; or leave both out where key is [].",
        )
    low, high, least = _band(place, said) if key else (0.0, 1.0, 0)
    return Join(
        str(said["from"]), str(said["to"]), tuple(map(str, key)), said["cardinality"], low, high, least,
        str(said["reason"]).strip(),
    )  # fmt: skip


def _band(place: str, said: Mapping[str, Any]) -> tuple[float, float, int]:
    band, least = said["matched"], said["least"]
    numbers = isinstance(band, list) and len(band) == 2 and all(type(each) in {int, float} for each in band)
    if not numbers or not 0 <= band[0] <= band[1] <= 1 or band == [0, 1]:
        raise ContractError(
            f"{place}: matched is no band of shares.", "Write matched: [lowest, highest], within 0 to 1 and narrower."
        )
    if type(least) is not int or least < 1:
        raise ContractError(f"{place}: least is no number of keys.", "Write from how many keys on the band holds.")
    return float(band[0]), float(band[1]), least
