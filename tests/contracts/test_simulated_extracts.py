"""The simulator's extracts and the contracts say the same: headers, blanks, codes, grain, agencies."""

from datetime import date

import polars as pl
import pytest

from khlang import contracts
from khlang.domains.welfare import handwriting, observed, simulator, truth
from khlang.simulate import calibration, population, work

# Where the simulator holds a column in whole hundredths it leaves the unit out of the name.
HELD_AS = {
    "pid": "cid",
    "declared_income_baht": "declared",
    "debt_baht": "debt",
    "land_rai": "land",
    "wage_baht": "wage",
}


@pytest.fixture(scope="module")
def tables():
    return contracts.load()


@pytest.fixture(scope="module")
def month():
    known = calibration.load()
    world = population.found(known, people=2000, months=1, seed=3, start=date(2026, 1, 1))
    jobs = work.reported_late(world.jobs, 0.02, seed=3, period="2026-01")
    return simulator.Month(world.evolve(jobs=jobs), jobs, known.assumptions["mess"], 3)


@pytest.fixture(scope="module")
def sent(month):
    return {dataset: simulator.sent(month, dataset) for dataset in simulator.DATASETS}


@pytest.mark.parametrize("dataset", simulator.DATASETS)
def test_headers_are_aliases_of_every_column_and_of_no_other(tables, dataset):
    table = tables[dataset]
    headers = handwriting.HEADERS[dataset]
    assert list(headers) == [column.name for column in table.columns]
    for column in table.columns:
        known = {contracts.folded(header) for header in column.headers}
        assert contracts.folded(headers[column.name]) in known, (
            f"{dataset}.{column.name}: add its header to the aliases"
        )
    every = {contracts.folded(header) for column in table.columns for header in column.headers}
    unasked = {contracts.folded(header) for header in handwriting.UNASKED}
    assert not unasked & every


@pytest.mark.parametrize("dataset", simulator.DATASETS)
def test_agency_grain_and_dedupe_are_the_contracts(tables, dataset):
    table = tables[dataset]
    assert table.agency == simulator.DATASETS[dataset]
    grain = {HELD_AS.get(name, name) for name in table.grain if name != "period"}
    assert set(observed.GRAIN[dataset]) == grain
    assert observed.LATEST_BY[dataset] == table.dedupe_by


@pytest.mark.parametrize("dataset", simulator.DATASETS)
def test_what_may_be_blank_may_be_null(tables, dataset):
    nullable = {column.name for column in tables[dataset].columns if column.nullable}
    assert set(simulator.MAY_BE_BLANK[dataset]) <= nullable


@pytest.mark.parametrize("mart", ["welfare_eligibility", "welfare_by_amphoe"])
@pytest.mark.parametrize("kind", ["observable", "population"])
def test_the_truth_has_the_columns_and_types_of_the_mart(tables, mart, kind, month, sent):
    built = (truth.observable(sent, month.period) if kind == "observable" else truth.population(month))[mart]
    wanted = contracts.polars_schema(tables[mart])
    wanted = {
        ("cid" if name == "pid" else name): (pl.String if name == "pid" else kind) for name, kind in wanted.items()
    }
    assert dict(built.schema) == wanted


def test_link_rates_hold_what_the_contract_asks(tables, month, sent):
    rates = observed.link_rates(sent, month.period)
    assert {column.name for column in tables["link_rates"].stored} == set(rates.columns)


def test_codes_are_those_of_the_lists(tables, sent):
    for dataset, rows in sent.items():
        for column in tables[dataset].columns:
            if column.codes:
                assert set(rows[column.name].drop_nulls()) <= set(column.values), f"{dataset}.{column.name}"


def test_provinces_of_the_population_table_are_the_code_list():
    codes = {row["code"] for row in calibration.code_list("province")}
    assert set(calibration.load().provinces["province_code"]) == codes
