"""What the words of a header say (``words.yaml``): a kind of column, or pieces of an English name."""

import functools
import importlib.resources
import itertools
import re
import unicodedata
from typing import Any

import yaml

from khlang.contracts import folded


def means(header: str, kind: str) -> bool:
    """Whether a header holds a word of this kind; Latin words count as whole words or parts of an underscored one."""
    plain, parts = folded(header), _latin(header)
    return any((word in parts or (len(word) > 5 and word in plain)) if word.isascii() else word in plain
               for word in _kinds()[kind])  # fmt: skip


def english(header: str) -> str:
    """A proposal for a name: Latin letters as they are, Thai words by their pieces; empty where there are none."""
    if latin := re.findall(r"[A-Za-z][A-Za-z0-9]*", header):
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", "_".join(latin))
        return spaced.lower()[:40].strip("_")
    text, found = folded(header), []
    at = 0
    while at < len(text):
        word = next((w for w in _pieces() if text.startswith(w, at)), None)
        if word:
            found.append(_pieces()[word])
            at += len(word)
        else:
            at += 1
    last = [piece for piece in found if piece in {"code", "date", "month", "count", "number", "type", "kind", "baht"}]
    name = "_".join(dict.fromkeys([piece for piece in found if piece not in last] + last))
    return re.sub(r"_date$", "_on", name)[:40].strip("_")


def _latin(header: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", header)
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).casefold())
    return {*words, *("".join(pair) for pair in itertools.pairwise(words))}


@functools.cache
def _said() -> dict[str, Any]:
    text = importlib.resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@functools.cache
def _kinds() -> dict[str, tuple[str, ...]]:
    return {kind: tuple(map(folded, listed)) for kind, listed in _said().items() if isinstance(listed, list)}


@functools.cache
def _pieces() -> dict[str, str]:
    pieces = {folded(word): name for word, name in _said()["pieces"].items()}
    return dict(sorted(pieces.items(), key=lambda pair: -len(pair[0])))
