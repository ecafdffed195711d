"""Refusals of contracts that no other test provokes: each by a contract that is wrong in that one way."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from tests.refusalkit import expect_raised

from khlang import contracts, delta
from khlang.agency.checking.laws import breach
from khlang.contracts import Constraint, Quality, Table, loader, polars_schema, rules
from khlang.link import ops
from khlang.serve import compare

CONTRACTS = contracts.load()
VEHICLES, MART = CONTRACTS["vehicles"], CONTRACTS["welfare_by_amphoe"]
PATH = "welfare/vehicles.yaml"


def with_rule(table: Table, code: str, column: str | None, **arguments: Any) -> Table:
    return replace(table, quality=(Quality(code, column, arguments, "warning", "because", "contract"),))


def built(change: Callable[[dict[str, Any]], object]) -> Callable[[], object]:
    """Build all contracts with one of them changed."""

    def do() -> object:
        source = copy.deepcopy(dict(CONTRACTS.source))
        change(source["contracts"][PATH])
        return loader.build(source)

    return do


def column(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["schema"][0]["properties"] if each["name"] == name)


def no_grain(document: dict[str, Any]) -> None:
    for each in document["schema"][0]["properties"]:
        each.pop("primaryKey", None)


def sentences(document: dict[str, Any]) -> None:
    column(document, "province_code")["customProperties"].append({"property": "freeText", "value": "mask"})


def without_reason(document: dict[str, Any]) -> None:
    column(document, "province_code")["quality"][0].pop("description")


def second_register(document: dict[str, Any]) -> None:
    document["customProperties"].append({"property": "registerOf", "value": ["cid"]})


class Law(Constraint):
    """A law of a later version."""

    bad = predicate_sql = describe_en = describe_th = None  # type: ignore[assignment]


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a column that is not there": (lambda: VEHICLES.column("nobody"), "Contract vehicles 1.0.0 has no column nobody"),
    "a gate where none stands": (
        lambda: rules(with_rule(CONTRACTS["spine"], "GATE-COUNT", None, minimum=1)), "but layer spine has no gate",
    ),
    "codes without a list": (
        lambda: rules(with_rule(VEHICLES, "GATE-CODE", "first_registered_on", limit=0.1)),
        "the column has no code list",
    ),
    "an identifier as a reference": (
        lambda: rules(with_rule(VEHICLES, "GATE-ORPHAN", "pid", of="house_registry", limit=0.1)),
        "pid is an identifier",
    ),
    "a type that nobody knows": (
        lambda: polars_schema(replace(VEHICLES, columns=(replace(VEHICLES.columns[0], type="MAP"),))),
        "type MAP is not known",
    ),
    "no grain": (built(no_grain), "no column is a primaryKey"),
    "sentences of codes": (built(sentences), "freeText, but the column is an identifier, a code or no text"),
    "a rule without a reason": (built(without_reason), "of column province_code gives no reason"),
    "a second register": (built(second_register), "registerOf cid"),
    "a law of a later version": (lambda: breach(Law("x"), "2026-01"), "the law Law is not known here"),
    "rows of another table": (
        lambda: ops.write(MagicMock(), CONTRACTS["link_rates"], [{"period": "2026-01"}], pairs=[], version=1),
        "Rows of link_rates are not as its contract says",
    ),
    "no register": (
        lambda: ops._linked_by(CONTRACTS, "flight_arrivals"), "flight_arrivals has no register to be linked to",
    ),
    "no truth": (lambda: compare._read(Path("/nowhere"), "observable", MART), "There is no observable truth of"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_contract_that_is_wrong_in_one_way(case: str) -> None:
    do, says = REFUSED[case]
    expect_raised(do, code="CONTRACT", exit_code=23, says=says)


def test_a_frame_that_is_not_the_table() -> None:
    expect_raised(
        lambda: delta.check_columns(["a", "x"], ["a", "b"], "s3://lake/marts/m_v1"),
        code="CONTRACT-COLUMNS", exit_code=23, says="missing ['b'], not declared ['x']",
    )  # fmt: skip


def test_a_contract_that_is_no_mapping(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "fields.yaml").write_text("- a\n")
    expect_raised(
        lambda: contracts.load(tmp_path / "contracts"),
        code="CONTRACT",
        exit_code=23,
        says="fields.yaml holds no mapping",
    )


def test_a_second_route_needs_a_column_of_a_person() -> None:
    without = replace(VEHICLES, columns=tuple(one for one in VEHICLES.columns if one.identifier != "th-cid"))
    expect_raised(lambda: without.person, code="CONTRACT", exit_code=23, says="has no column of a person")
    assert VEHICLES.person.identifier == "th-cid"
