"""A YAML text with the line and column of everything in it, and keys that stand twice (YAML itself keeps the last)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Keys = tuple[str | int, ...]
Place = tuple[int, int]  # line and column, from 1
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Marked:
    """A document and where its parts stand; ``twice``: keys that a mapping has more than once."""

    document: Any
    places: dict[Keys, Place]
    twice: tuple[tuple[Keys, Place], ...]

    def at(self, keys: Keys) -> Place:
        """Where a part stands, or the nearest part around it that is there."""
        while keys and keys not in self.places:
            keys = keys[:-1]
        return self.places.get(keys, (1, 1))


class NotYamlError(ValueError):
    """A text that is no YAML; ``place`` is where reading stopped."""

    def __init__(self, place: Place) -> None:
        super().__init__("not YAML")
        self.place = place


def read(text: str, *, places: bool = True) -> Marked:
    """Read a text, and where things stand in it unless nobody will ask.

    Raises:
        NotYamlError: It is no YAML.
    """
    try:
        node = yaml.compose(text, Loader=_Loader) if places else None
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 (the C safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError((mark.line + 1, mark.column + 1) if mark else (1, 1)) from None
    found: dict[Keys, Place] = {}
    twice: list[tuple[Keys, Place]] = []
    for keys, place in _walk(node, ()):
        if keys in found:
            twice.append((keys, place))
        else:
            found[keys] = place
    return Marked(document, found, tuple(dict(reversed(twice)).items()))


def _walk(node: Any, keys: Keys) -> Iterator[tuple[Keys, Place]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            below = (*keys, str(key.value))
            yield below, (key.start_mark.line + 1, key.start_mark.column + 1)
            if key.value not in seen:  # below a key that stands twice the first one's parts are named
                yield from _walk(value, below)
            seen.add(key.value)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            below = (*keys, i)
            yield below, (value.start_mark.line + 1, value.start_mark.column + 1)
            yield from _walk(value, below)
