"""What the fuzzer of documents begins from, and what it would change first: refused, or meant byte for byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz import documents


@pytest.mark.parametrize("number", range(len(documents.beginnings())))
def test_the_beginnings_hold_and_each_change_of_a_byte_is_met(number: int) -> None:
    data = documents.beginnings()[number]
    documents.check_refused_or_meant(data)
    for place in range(0, len(data), 7):
        documents.check_refused_or_meant(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        documents.check_refused_or_meant(data[:place])


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes) -> None:
    documents.check_refused_or_meant(data)


def test_the_first_of_them_is_taken() -> None:
    """The control: what is of its form passes."""
    from khlang import manifest, receipt

    made, asked = documents.beginnings()[:2]
    assert manifest.parse(made)["agency"] == "mof"
    assert receipt.read_withdrawal(asked)["reason"] == "ผิดงวด"
