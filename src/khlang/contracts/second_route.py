"""The second route of a contract: which headers feed which comparison key of a record whose CID cannot be used.

Declared in ``customProperties`` as ``secondRoute``. A key is made of at least three different fields: one field's
values are as frequent as everybody can read in a census, and a key of it alone would tell them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from khlang.errors import ContractError

Rows = Literal["unlinked", "all"]
FIELDS: Final = ("given_name", "family_name", "birth_date", "sex", "amphoe")
#: What a key may be made of → the field that it is read from.
PARTS: Final[dict[str, str]] = {
    "given": "given_name",
    "given_sound": "given_name",
    "family": "family_name",
    "family_sound": "family_name",
    "birth_date": "birth_date",
    "birth_year": "birth_date",
    "birth_day": "birth_date",
    "sex": "sex",
    "amphoe": "amphoe",
}
FEWEST: Final = 3


@dataclass(frozen=True)
class ComparisonKey:
    """One key: its name, and its parts in the order in which they are hashed.

    ``certain``: two records that agree on it, and with nobody else, are the same person: a deterministic pass.
    """

    name: str
    parts: tuple[str, ...]
    certain: bool = False

    @property
    def recipe(self) -> str:
        """The parts as they stand in the message: two contracts' keys meet when this is the same."""
        return "+".join(self.parts)


@dataclass(frozen=True)
class SecondRoute:
    """``rows``: keys of ``all`` rows (a register), or of the ``unlinked``; ``fields``: the headers that feed each.

    ``optional``: an extract that lacks one of the fields is sent without keys; otherwise it is refused at the office.
    """

    rows: Rows
    fields: Mapping[str, tuple[str, ...]]
    keys: tuple[ComparisonKey, ...]
    optional: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the sealed link file."""
        return ("row_number", *(key.name for key in self.keys))


def read(where: str, said: Any) -> SecondRoute | None:
    """Read ``secondRoute`` of a contract; None where it has none.

    Raises:
        ContractError: A part or field is unknown or not declared, or a key has fewer than three fields.
    """
    if said is None:
        return None
    place = f"{where}, secondRoute"
    if not isinstance(said, Mapping) or said.get("rows") not in {"unlinked", "all"} or not said.get("keys"):
        raise _refused(
            f"{place}: rows is neither unlinked nor all, or keys or fields are missing.", "rows, fields, keys"
        )
    fields = {str(name): tuple(map(str, headers)) for name, headers in (said.get("fields") or {}).items()}
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown or not all(fields.values()):
        raise _refused(f"{place}: a field without headers, or an unknown one: {', '.join(unknown)}.", ", ".join(FIELDS))
    keys = tuple(_key(place, each, fields) for each in said["keys"])
    for kind in ("name", "recipe"):
        values = [getattr(key, kind) for key in keys]
        if len(set(values)) < len(values):
            raise _refused(f"{place}: two keys have the same {kind}.", "each key once")
    return SecondRoute(said["rows"], fields, keys, optional=_optional(place, said))


def _optional(place: str, said: Mapping[str, Any]) -> bool:
    optional: Any = said.get("optional", False)
    if not isinstance(optional, bool):  # the text "false" would be true
        raise _refused(f"{place}: optional is neither true nor false.", "optional: true, or leave it out")
    return optional


def _key(place: str, said: Mapping[str, Any], fields: Mapping[str, Sequence[str]]) -> ComparisonKey:
    name, parts = str(said.get("name", "")), tuple(map(str, said.get("parts", ())))
    if not (name.isidentifier() and name.islower()) or name == "row_number":
        raise _refused(f"{place}: a key has no name, or none of small letters.", "a name such as by_sound")
    strange = sorted({part for part in parts if part not in PARTS or PARTS[part] not in fields})
    if strange:
        raise _refused(
            f"{place}, key {name}: unknown part, or one without its field: {', '.join(strange)}.", ", ".join(PARTS)
        )
    if len({PARTS[part] for part in parts}) < FEWEST:
        raise ContractError(
            f"{place}, key {name} is made of fewer than three fields: its frequencies would give it away.",
            "Add parts of other fields: given and given_sound are one field, and so are all parts of a birth date.",
            code="CONTRACT-KEY-FIELDS",
        )
    return ComparisonKey(name, parts, certain=bool(said.get("certain", False)))


def _refused(message: str, wanted: str) -> ContractError:
    return ContractError(message, f"Give: {wanted}; docs/how-to/second-route.md shows one.")
