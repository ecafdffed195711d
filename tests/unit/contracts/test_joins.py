"""Joins that a mart declares: what is wrong with one is named, and how far a match rate lies outside its band."""

import copy
from typing import Any

import pytest

from khlang import contracts
from khlang.contracts.joins import Join
from khlang.contracts.loader import build
from khlang.errors import ContractError
from khlang.link.joins import Measured, metrics, outside

SOURCE = contracts.load().source
PATH = "welfare/welfare_eligibility.yaml"
GOOD = {
    "from": "welfare_registrants", "to": "house_registry", "key": ["pid"], "cardinality": "1:1",
    "matched": [0.9, 1], "least": 10, "reason": "because",
}  # fmt: skip
NEAR = {"from": "welfare_registrants", "to": "vehicles", "key": [], "cardinality": "n:n", "reason": "nearness"}


def declared(*joins: Any, path: str = PATH) -> contracts.Contracts:
    source = copy.deepcopy(dict(SOURCE))
    own = source["contracts"][path]["customProperties"]
    own[:] = [each for each in own if each["property"] != "joins"]
    own.append({"property": "joins", "value": joins[0] if joins and not isinstance(joins[0], dict) else list(joins)})
    return build(source)


def test_a_declared_join_is_read_as_it_is_written() -> None:
    join = declared(GOOD)["welfare_eligibility"].joins[0]
    assert join == Join("welfare_registrants", "house_registry", ("pid",), "1:1", 0.9, 1.0, 10, "because")
    assert (join.name, join.single) == ("welfare_registrants-house_registry-pid", (True, True))
    near = declared(GOOD, NEAR)["welfare_eligibility"]
    assert [rule.id for rule in contracts.rules(near) if rule.computed == "joins"] == [
        "welfare_eligibility/MART-JOIN/welfare_registrants-house_registry-pid",
        "welfare_eligibility/MART-FANOUT/welfare_registrants-house_registry-pid",
    ]


FAULTS: dict[str, tuple[Any, str]] = {
    "no list": ("pid", "joins is no list of mappings"),
    "a word too much": (GOOD | {"match": [0, 1]}, r"join 1: missing \[\], unknown \['match'\]"),
    "no reason": ({k: v for k, v in GOOD.items() if k != "reason"}, r"join 1: missing \['reason'\]"),
    "key no list": (GOOD | {"key": "pid"}, "join 1: key is no list of columns"),
    "column twice": (GOOD | {"key": ["pid", "pid"]}, "join 1: key is no list of columns, or has one twice"),
    "cardinality": (GOOD | {"cardinality": 61}, "join 1: cardinality is unknown"),
    "no band": ({k: v for k, v in GOOD.items() if k != "matched"}, "join 1: a key needs matched and least"),
    "a band of nothing": (NEAR | {"matched": [0.5, 1]}, "join 1: a key needs matched and least"),
    "upside down": (GOOD | {"matched": [1, 0.9]}, "join 1: matched is no band of shares"),
    "beyond one": (GOOD | {"matched": [0.9, 90]}, "join 1: matched is no band of shares"),
    "as wide as can be": (GOOD | {"matched": [0, 1]}, "join 1: matched is no band of shares"),
    "three numbers": (GOOD | {"matched": [0, 0.5, 1]}, "join 1: matched is no band of shares"),
    "judged of none": (GOOD | {"least": 0}, "join 1: least is no number of keys"),
    "unknown input": (GOOD | {"to": "teachers"}, "join welfare_registrants-teachers-pid: teachers is no input of"),
    "unknown column": (GOOD | {"key": ["wage_baht"]}, "welfare_registrants has no column wage_baht"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named(name: str) -> None:
    wrong, told = FAULTS[name]
    with pytest.raises(ContractError, match=told) as refused:
        declared(wrong)
    assert PATH in refused.value.message
    assert refused.value.remedy


def test_twice_and_elsewhere_are_refused() -> None:
    with pytest.raises(ContractError, match="welfare_registrants-house_registry-pid is declared twice"):
        declared(GOOD, GOOD)
    with pytest.raises(ContractError, match="layer curated joins nothing"):
        declared(GOOD, path="welfare/vehicles.yaml")


@pytest.mark.parametrize(
    ("low", "high", "keys", "matched", "wanted"),
    [
        (0.9, 1.0, 10, 9, 0),  # 0.9 × 10 = 9: just enough
        (0.9, 1.0, 10, 8, 1),  # one short
        (0.9, 1.0, 11, 9, 1),  # 9.9, so ten are asked for
        (0.1, 0.5, 10, 5, 0),
        (0.1, 0.5, 10, 7, 2),  # two beyond
        (0.9, 1.0, 9, 0, 0),  # nine keys are too few to be judged
        (0.3, 1.0, 1000, 300, 0),  # 0.3 is no double: 299.99… and 300.00… both ask for 300
    ],
)
def test_how_far_a_rate_is_out_of_its_band(low: float, high: float, keys: int, matched: int, wanted: int) -> None:
    join = Join("a", "b", ("pid",), "1:1", low, high, 10, "")
    assert outside(join, keys=keys, matched=matched) == wanted


def test_metrics_bear_the_names_of_the_rules() -> None:
    table = declared(GOOD)["welfare_eligibility"]
    measured = Measured(table.joins[0].name, 0, 10, 8, 10, 8, 3, 1)
    told = metrics({"2026-01": {measured.name: measured}})["2026-01"]
    assert set(told) == {rule.metric for rule in contracts.rules(table) if rule.computed == "joins"}
    assert sorted(told.values()) == [1, 3]
