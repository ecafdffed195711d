"""An accepted copy that was sealed under an earlier version: by which names its columns go now."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

from khlang.contracts import Previous, Table, load, sealed_columns
from khlang.curation.staging import by_todays_names

TABLE = load()["vehicles"]
SEALED = list(sealed_columns(TABLE))


def newer(*moves: Mapping[str, str]) -> Table:
    """The next version, in which the day of registration and the owner have other names."""
    names = {"first_registered_on": "registered_on", "pid": "owner_pid"}
    columns = tuple(dataclasses.replace(c, name=names.get(c.name, c.name)) for c in TABLE.columns)
    declared = tuple(Previous(n, dt.date(2027, 6, 30), one) for n, one in enumerate(moves, start=1))
    return dataclasses.replace(TABLE, columns=columns, version=len(moves) + 1, previous=declared)


MOVES = {"first_registered_on": "registered_on", "pid": "owner_pid"}


def test_declared_names_are_taken_and_an_identifier_brings_its_reason() -> None:
    moved = by_todays_names(SEALED, newer(MOVES))
    assert moved == MOVES | {"pid_reason": "owner_pid_reason"}


def test_what_has_todays_names_is_left_alone() -> None:
    assert by_todays_names(list(sealed_columns(newer(MOVES))), newer(MOVES)) == {}


def test_moves_that_do_not_give_the_contract_are_not_taken() -> None:
    half = {"first_registered_on": "registered_on"}
    assert by_todays_names(SEALED, newer(half)) == {}
    assert by_todays_names([*SEALED, "colour"], newer(MOVES)) == {}
    assert by_todays_names(SEALED, newer(MOVES | {"vehicle_type_code": "registered_on"})) == {}
    assert by_todays_names(SEALED, newer()) == {}


def test_of_two_earlier_versions_the_one_that_fits_counts() -> None:
    second = {"registered": "registered_on", "pid": "owner_pid"}
    middle = [{"first_registered_on": "registered"}.get(name, name) for name in SEALED]
    assert by_todays_names(SEALED, newer(MOVES, second))["first_registered_on"] == "registered_on"
    assert by_todays_names(middle, newer(MOVES, second))["registered"] == "registered_on"
