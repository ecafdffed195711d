"""Numbers of the simulation: they pass every rule of real ones, and belong to nobody."""

import numpy as np
import polars as pl
import pytest

from khlang.identifiers import normalise, normalise_column
from khlang.simulate import identifiers
from khlang.simulate.identifiers import generator


@pytest.mark.parametrize("number", [9123456789010, 9000000000012, 9999999999994])
def test_check_digit_is_the_one_of_the_profile_vectors(number):
    assert identifiers.with_check_digit(np.array([number // 10]))[0] == number


def test_issued_numbers_are_unique_class_9_and_sound():
    numbers = identifiers.issue(generator(1, "numbers"), 50_000)
    read = normalise_column(pl.Series(numbers).cast(pl.String), type="th-cid", simulation=True)
    assert read["reason"].null_count() == len(numbers) == len(np.unique(numbers)) == 50_000
    assert (numbers // 10**12 == 9).all()


def test_issued_numbers_are_refused_outside_a_simulation():
    number = str(identifiers.issue(generator(1, "numbers"), 1)[0])
    assert normalise(number, type="th-cid", simulation=False) == (None, "class_not_allowed")


def test_no_number_of_the_deny_list_is_issued(monkeypatch):
    every = np.array([900_000_000_000, 999_999_999_999])
    monkeypatch.setattr(identifiers, "denied_numbers", lambda: every)
    numbers = identifiers.issue(generator(3, "numbers"), 1000)
    assert len(numbers) == 1000
    assert not np.isin(numbers // 10, every).any()


def test_streams_of_two_purposes_differ_and_of_one_agree():
    draws = [generator(7, *names).integers(0, 2**62) for names in (("a",), ("b",), ("a",), ("a", 1))]
    assert draws[0] == draws[2]
    assert len(set(draws)) == 3


def test_plates_are_unique_and_a_sealer_accepts_each():
    plates = identifiers.plates(generator(1, "plates"), 20_000)
    read = normalise_column(plates, type="plate", simulation=True)
    assert read["reason"].null_count() == 20_000 == plates.n_unique() == read["id"].n_unique()
    assert plates.str.contains(r"^[1-9][ก-ฮ]{2} [1-9]\d{0,3}$").all()


def test_house_codes_are_unique_and_a_sealer_accepts_each():
    codes = identifiers.house_codes(pl.Series(["1001", "9601", "1001", "1001"]))
    assert codes.to_list() == ["10019000000", "96019000000", "10019000001", "10019000002"]
    assert normalise_column(codes, type="house", simulation=True)["reason"].null_count() == 4
