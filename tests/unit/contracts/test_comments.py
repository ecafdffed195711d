"""What a served version says of itself: today's words where a column is the same, its reckoning where it is not."""

import dataclasses
import datetime as dt

from khlang import contracts
from khlang.contracts import Previous, column_comment, earlier_comments, table_comment

MART = contracts.load()["teen_births"]
OLD = Previous(1, dt.date(2027, 6, 30), {"period": "period", "babies": '"births"', "teens": "births_15_19 + 0"})


def test_an_earlier_version_says_until_when_it_is_served() -> None:
    told = earlier_comments(dataclasses.replace(MART, version=2, previous=(OLD,)), OLD)
    assert told[""].startswith(table_comment(MART))
    assert told[""].endswith("รุ่นก่อน ให้บริการถึง 2027-06-30 · earlier version, served until 2027-06-30")


def test_a_column_that_is_the_same_has_todays_meaning_and_another_tells_how_it_comes() -> None:
    told = earlier_comments(MART, OLD)
    assert list(told) == ["", "period", "babies", "teens"]
    assert told["period"] == column_comment(MART.column("period"))
    assert told["babies"] == column_comment(MART.column("births"))
    assert told["teens"] == "คิดจากรุ่นปัจจุบัน · reckoned from today's version: births_15_19 + 0"
