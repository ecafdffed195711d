"""Between the simulation and a domain: which are chosen, in which order, and whose part of the world is whose."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from khlang import domains
from khlang.domains.welfare.simulation import DOMAIN as WELFARE
from khlang.errors import UsageError
from khlang.simulate import domain
from khlang.simulate.domain import Domain
from khlang.simulate.run import Plan, simulate


def no_marts(*_):
    return {}


def grown(part, world, known, seed):
    del known, seed
    return {"months": part["months"].vstack(pl.DataFrame({"month": [world.month]}))}


def begun(world, known, seed):
    del known, seed
    return {"months": pl.DataFrame({"month": [world.month]})}


@pytest.fixture
def three(monkeypatch):
    """``c`` needs ``b`` and ``a``; ``b`` needs ``a``."""
    made = {
        "a": replace(WELFARE, name="a", found=begun, advance=grown),
        "b": Domain("b", (), no_marts, no_marts, needs=("a",)),
        "c": Domain("c", (), no_marts, no_marts, needs=("b", "a")),
    }
    monkeypatch.setattr(domains, "names", lambda: tuple(made))
    monkeypatch.setattr(domain, "load", made.__getitem__)
    return made


@pytest.mark.parametrize("asked", [["c"], ["c", "a"], ["all"], ["b", "c"]])
def test_what_a_domain_needs_comes_with_it_and_before_it(three, asked):
    assert [one.name for one in domain.chosen(asked)] == list(three)


@pytest.mark.usefixtures("three")
def test_nothing_more_than_needed_is_chosen():
    assert [one.name for one in domain.chosen(["b"])] == ["a", "b"]


def test_every_package_of_domains_declares_itself_by_its_own_name():
    assert "welfare" in domains.names()
    assert [domain.load(name).name for name in domains.names()] == list(domains.names())


def test_no_two_domains_send_one_dataset():
    datasets = [extract.dataset for one in domain.chosen([domain.ALL]) for extract in one.extracts]
    assert len(datasets) == len(set(datasets))


def test_an_unknown_domain_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="no domain 'fishing'") as refused:
        domain.chosen(["welfare", "fishing"])
    assert "welfare" in refused.value.remedy
    assert refused.value.code == "DOMAIN-UNKNOWN"


def test_no_domain_is_no_choice():
    with pytest.raises(UsageError, match="no domain ''"):
        domain.chosen([])


def test_a_domains_part_of_the_world_is_founded_and_advanced_month_by_month(three, tmp_path):
    seen = []

    def looked(month):
        seen.append(month.world.parts["a"]["months"]["month"].to_list())
        return {}

    three["b"] = replace(three["b"], population=looked)
    simulate(Plan(500, 3, date(2026, 1, 1), 1, tmp_path / "agencies", tmp_path / "truth", ("b",)), seen.count)
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    assert seen == [months[:1], months[:2], months]


@pytest.mark.parametrize("dataset", [None, "vehicles"])
def test_without_a_house_registry_months_are_simulated_and_link_with_nothing(three, tmp_path, dataset):
    mine = tuple(extract for extract in WELFARE.extracts if extract.dataset == dataset)
    three["a"] = Domain("a", mine, no_marts, no_marts)
    files = simulate(Plan(500, 2, date(2026, 1, 1), 1, tmp_path / "agencies", tmp_path / "truth", ("a",)), [].append)
    assert len(files) == 2 * len(mine)
    rates = pl.read_parquet(tmp_path / "truth" / "link_rates.parquet")
    assert (rates.height, "link_rate" in rates.columns) == (0, True)
