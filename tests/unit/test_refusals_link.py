"""Refusals of the second route: a linkage key, a bundle, a link file or a contract that is not the right one."""

import io
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from tests import secondkit
from tests.refusalkit import expect_official, expect_raised
from tests.secondkit import REGISTER, VISITS

from khlang import contracts
from khlang.agency import linking
from khlang.agency.home import Home
from khlang.agency.reading import headers
from khlang.contracts import Contracts, Table
from khlang.landing import envelope
from khlang.link.second import opening, registers


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    return contracts.load(secondkit.root(tmp_path_factory.mktemp("second")) / "contracts")


@pytest.fixture(scope="module")
def visits(tables: Contracts) -> Table:
    return tables[VISITS]


@pytest.fixture(scope="module")
def optional() -> Table:
    return contracts.load()["welfare_registrants"]


def at(tmp_path: Path, link: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An office's folder whose bundle says this of the second route; no linkage key was given to it."""
    bundle = replace(_bundle(), link=link)
    monkeypatch.setattr(Home, "bundle", lambda _: bundle)
    monkeypatch.setattr(Home, "keystore", lambda _: {})
    return Home(tmp_path)


def _bundle() -> Any:
    from khlang.agency.bundle import Bundle

    made = object.__new__(Bundle)
    empty = dict.fromkeys(Bundle.__dataclass_fields__)
    for name, value in (empty | {"profile": {"epoch": "e01"}}).items():
        object.__setattr__(made, name, value)
    return made


def test_a_bundle_without_the_second_route(tmp_path: Path, visits: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    home = at(tmp_path, None, monkeypatch)
    refused = expect_raised(lambda: linking.of(home, visits), code="LINK-BUNDLE", exit_code=23)
    expect_official(refused, code="LINK-BUNDLE", exit_code=23, says="the bundle has none")


def test_an_office_without_the_linkage_key(tmp_path: Path, visits: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"epoch": "e01", "kcv": "00", "canaries": {VISITS: []}, "recipients": {}}
    home = at(tmp_path, told, monkeypatch)
    refused = expect_raised(lambda: linking.of(home, visits), code="LINK-KEY-NONE", exit_code=10)
    expect_official(refused, code="LINK-KEY-NONE", exit_code=10, says="--link-key")


@pytest.mark.parametrize("secret", ["5e" * 32, "5e" * 31, "not hex"])
def test_another_linkage_key(secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = at(tmp_path, {"epoch": "e01", "kcv": "00", "canaries": {}, "recipients": {}}, monkeypatch)
    refused = expect_raised(lambda: home.bundle().link_key(secret), code="LINK-KEY", exit_code=21)
    expect_official(refused, code="LINK-KEY", exit_code=21, says="keys export --link")
    assert secret not in str(refused)


def test_a_month_that_no_link_file_is_taken_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = at(tmp_path, {"epoch": "e01", "kcv": "00", "canaries": {}, "recipients": {}}, monkeypatch)
    refused = expect_raised(lambda: home.bundle().link_recipient("2026-01"), code="LINK-RECIPIENT", exit_code=24)
    expect_official(refused, code="LINK-RECIPIENT", exit_code=24, says="2026-01")


def test_an_extract_that_lacks_a_field_of_the_second_route(visits: Table) -> None:
    refused = expect_raised(lambda: headers.linked("x.csv", ["a", "b"], visits), code="SEAL-LINK-COLUMN", exit_code=20)
    expect_official(refused, code="SEAL-LINK-COLUMN", exit_code=20, says="It does not leave")


def test_an_optional_route_wants_all_fields_or_makes_no_keys(optional: Table) -> None:
    assert optional.second_route
    first = [headers_[0] for headers_ in optional.second_route.fields.values()]
    assert list(headers.linked("x.csv", first, optional)) == list(optional.second_route.fields)
    assert headers.linked("x.csv", first[1:], optional) == {}
    twice = [*first, first[0]]
    expect_raised(lambda: headers.linked("x.csv", twice, optional), code="SEAL-LINK-COLUMN", exit_code=20)


def test_of_an_optional_route_the_link_file_may_be_missing_and_not_be_another(optional: Table) -> None:
    known: Any = SimpleNamespace(epochs={"e01": SimpleNamespace(link_kcv="aa")}, today=date(2026, 2, 3))
    made: Any = {"profile": {"epoch": "e01"}}
    envelope._linked(made, optional, known)
    other = made | {"link": {"recipes": ["given+sex+amphoe"], "epoch": "e01", "kcv": "aa"}}
    expect_raised(lambda: envelope._linked(other, optional, known), code="LINK-RECIPES", exit_code=23)


def test_a_link_file_with_other_keys_or_under_another_key(visits: Table) -> None:
    assert visits.second_route
    recipes = [key.recipe for key in visits.second_route.keys]
    ours = SimpleNamespace(link_kcv="aa")
    known: Any = SimpleNamespace(epochs={"e01": ours}, today=date(2026, 2, 3))
    made: Any = {"profile": {"epoch": "e01"}, "link": {"recipes": recipes, "epoch": "e01", "kcv": "aa"}}
    envelope._linked(made, visits, known)
    for other in (None, made["link"] | {"recipes": recipes[1:]}):
        expect_raised(
            partial(envelope._linked, made | {"link": other}, visits, known),
            code="LINK-RECIPES",
            exit_code=23,
        )
    for other in (made["link"] | {"kcv": "bb"}, made["link"] | {"epoch": "e02"}):
        expect_raised(partial(envelope._linked, made | {"link": other}, visits, known), code="KEY-LINK", exit_code=21)


@pytest.mark.parametrize("data", [b"no parquet", b""])
def test_a_link_file_that_is_none(data: bytes, visits: Table) -> None:
    assert visits.second_route
    route = visits.second_route
    expect_raised(lambda: opening._read(data, "link-0001.age", 1, route), code="LINK-COLUMNS", exit_code=25)


def test_a_link_file_of_other_rows(visits: Table) -> None:
    assert visits.second_route
    route, file = visits.second_route, io.BytesIO()
    schema = {name: pl.Int64() if name == "row_number" else pl.String() for name in route.columns}
    pl.DataFrame(schema=schema).write_parquet(file)
    assert opening._read(file.getvalue(), "link-0001.age", 0, route).is_empty()
    expect_raised(
        lambda: opening._read(file.getvalue(), "link-0001.age", 1, route), code="LINK-COLUMNS", exit_code=25,
        says="link-0001.age",
    )  # fmt: skip


def test_a_second_route_that_leads_nowhere(tables: Contracts) -> None:
    registers.require_registers(tables)
    alone = Contracts({name: table for name, table in tables.items() if name != REGISTER}, source=tables.source)
    expect_raised(
        lambda: registers.require_registers(alone), code="CONTRACT-SECOND-REGISTER", exit_code=23, says="no register"
    )
