"""The simulator's extracts and the contracts say the same: headers, blanks, codes, grain, agencies."""

from datetime import date

import polars as pl
import pytest

from khlang import contracts
from khlang.domains.welfare.handwriting import UNASKED
from khlang.simulate import calibration, links, population, work
from khlang.simulate.domain import ALL, chosen
from khlang.simulate.extract import Month

# Where the simulator holds a column in whole hundredths it leaves the unit out of the name.
HELD_AS = {
    "pid": "cid",
    "declared_income_baht": "declared",
    "debt_baht": "debt",
    "land_rai": "land",
    "wage_baht": "wage",
}
DOMAINS = chosen([ALL])
EXTRACT = {extract.dataset: extract for domain in DOMAINS for extract in domain.extracts}


@pytest.fixture(scope="module")
def tables():
    return contracts.load()


@pytest.fixture(scope="module")
def month():
    known = calibration.load()
    world = population.found(known, people=2000, months=1, seed=3, start=date(2026, 1, 1))
    jobs = work.reported_late(world.jobs, 0.02, seed=3, period="2026-01")
    world = world.evolve(jobs=jobs)
    for domain in DOMAINS:
        world = world.with_part(domain.name, domain.found(world, known, 3))
    return Month(world, jobs, known.assumptions["mess"], 3)


@pytest.fixture(scope="module")
def sent(month):
    return {dataset: extract.sent(month) for dataset, extract in EXTRACT.items()}


@pytest.mark.parametrize("dataset", EXTRACT)
def test_headers_are_aliases_of_every_column_and_of_no_other(tables, dataset):
    table = tables[dataset]
    headers = EXTRACT[dataset].hand.headers
    assert list(headers) == [column.name for column in table.columns]
    for column in table.columns:
        known = {contracts.folded(header) for header in column.headers}
        assert contracts.folded(headers[column.name]) in known, (
            f"{dataset}.{column.name}: add its header to the aliases"
        )
    every = {contracts.folded(header) for column in table.columns for header in column.headers}
    unasked = {contracts.folded(header) for header in UNASKED}
    assert not unasked & every


@pytest.mark.parametrize("dataset", EXTRACT)
def test_agency_grain_and_dedupe_are_the_contracts(tables, dataset):
    table = tables[dataset]
    assert table.agency == EXTRACT[dataset].agency
    grain = {HELD_AS.get(name, name) for name in table.grain if name != "period"}
    assert set(EXTRACT[dataset].grain) == grain
    assert EXTRACT[dataset].latest_by == table.dedupe_by


@pytest.mark.parametrize("dataset", EXTRACT)
def test_what_may_be_blank_may_be_null(tables, dataset):
    nullable = {column.name for column in tables[dataset].columns if column.nullable}
    assert set(EXTRACT[dataset].may_be_blank) <= nullable


def test_every_dataset_is_simulated_and_every_simulated_one_has_a_contract(tables):
    assert set(EXTRACT) == {table.name for table in tables.datasets}


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
@pytest.mark.parametrize("kind", ["observable", "population"])
def test_the_truth_has_the_columns_and_types_of_the_marts(tables, domain, kind, month, sent):
    built = domain.observable(sent, month.period) if kind == "observable" else domain.population(month)
    assert set(built) == {mart.name for mart in tables.marts if mart.domain == domain.name}
    for mart, frame in built.items():
        wanted = contracts.polars_schema(tables[mart])
        wanted = {
            "cid" if name == "pid" else name: pl.String if tables[mart].column(name).identifier else type_
            for name, type_ in wanted.items()
        }
        assert dict(frame.schema) == wanted, mart


def test_link_rates_hold_what_the_contract_asks(tables, month, sent):
    rates = links.link_rates([*EXTRACT.values()], sent, month.period)
    assert {column.name for column in tables["link_rates"].stored} == set(rates.columns)


def test_codes_are_those_of_the_lists(tables, sent):
    for dataset, rows in sent.items():
        for column in tables[dataset].columns:
            if column.codes:
                assert set(rows[column.name].drop_nulls()) <= set(column.values), f"{dataset}.{column.name}"


def test_provinces_of_the_population_table_are_the_code_list():
    codes = {row["code"] for row in calibration.code_list("province")}
    assert set(calibration.load().provinces["province_code"]) == codes
