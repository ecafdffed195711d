"""A request says what, for what, for whom and until when, in the contracts' own names; anything else is refused."""

from typing import Any

import pytest
import yaml
from tests import policykit

from khlang.errors import InputError
from khlang.policy.request import narrowed, parse


def test_a_request_as_a_file() -> None:
    text = yaml.safe_dump(policykit.ASKED, allow_unicode=True)
    asked = parse(text, "poverty.yaml")
    assert asked == policykit.request()
    assert asked.logins == ("analyst-a.poverty", "analyst-b.poverty")
    assert asked.sample == 1.0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "ops"}, "name is taken"),
        ({"name": "A b"}, "name is taken"),
        ({"purpose": " "}, "purpose says nothing"),
        ({"tables": {}}, "names no columns"),
        ({"tables": {"welfare_eligibility": []}}, "names no columns"),
        ({"people": []}, "people is empty"),
        ({"people": ["analyst-a.poverty"]}, "people is empty or holds"),
        ({"sample": 0}, "sample is no share"),
        ({"sample": 1.5}, "sample is no share"),
        ({"ends": "30/6/2570"}, "ends is no day"),
        ({"replicate_until": "2026-01-01"}, "lies before ends"),
    ],
)
def test_what_is_no_request(changes: dict[str, Any], told: str) -> None:
    text = yaml.safe_dump({**policykit.ASKED, **changes}, allow_unicode=True)
    with pytest.raises(InputError) as refused:
        parse(text, "poverty.yaml")
    assert told in refused.value.message
    assert refused.value.message.startswith("poverty.yaml")
    assert (refused.value.code, refused.value.exit_code) == ("PROJECT-REQUEST", 20)


@pytest.mark.parametrize(
    ("text", "told"),
    [("a: [", "line 1"), ("- a", "lacks"), ("name: x1x\nwho: y", "unknown ['who']")],
)
def test_what_is_no_file_of_a_request(text: str, told: str) -> None:
    with pytest.raises(InputError, match=r"poverty\.yaml") as refused:
        parse(text, "poverty.yaml")
    assert told in refused.value.message


def test_a_table_has_the_columns_asked_for_and_no_other() -> None:
    _, by_amphoe, eligibility = narrowed(policykit.request(), policykit.CONTRACTS)
    assert [column.name for column in eligibility.stored] == ["pid", "province_code", "debt_baht", "period"]
    assert [column.name for column in by_amphoe.stored] == ["amphoe_code", "registrants", "period"]
    assert {eligibility.project, by_amphoe.project} == {"poverty"}


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"welfare_registrants": ["pid"]}, "is no mart"),
        ({"welfare_eligibility": ["pid", "cid"]}, "has no column cid"),
        ({"welfare_eligibility": ["debt_baht"]}, "pid was not asked for"),
    ],
)
def test_what_no_mart_can_give(tables: dict[str, list[str]], told: str) -> None:
    with pytest.raises(InputError) as refused:
        narrowed(policykit.request(tables=tables), policykit.CONTRACTS)
    assert told in refused.value.message
