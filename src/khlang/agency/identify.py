"""How a profile turns a column of identifiers into pseudonyms: with a key that lies here, or by asking for them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import polars as pl

from khlang import pseudonym
from khlang.agency.home import Home
from khlang.agency.sealing import Identify


@contextmanager
def asked(home: Home, tell: Callable[[str, int, int | None], None]) -> Iterator[Identify | None]:
    """How the bundle's epoch identifies, where it asks the key authority; None where a key lies here.

    See :func:`khlang.agency.asking.asked`.
    """
    if home.bundle().keyed:
        yield None
        return
    from khlang.agency import asking  # with what it needs of the network, which few profiles ask for

    with asking.asked(home, tell) as ask:
        yield ask


def by_key(profile: Mapping[str, Any], key: str) -> Identify:
    """Pseudonyms of profile ``hmac-v1``.

    Args:
        profile: Of the epoch.
        key: The derived key of that epoch.
    """
    return partial(_keyed, key=key, epoch=str(profile["epoch"]))


def _keyed(values: pl.Series, type_: str, simulation: bool, *, key: str, epoch: str) -> pl.DataFrame:
    return pseudonym.seal_column(values, key=key, epoch=epoch, type=type_, simulation=simulation)
