"""No agency is there for nothing: each mart's answer changes when any one of its extracts is withheld.

Every mart and input of every domain is tried; a domain writes nothing for it. What a mart would say without an extract
is what its observable truth says, which the marts equal row by row: so no engine is needed to withhold one.
"""

from datetime import date

import polars as pl
import pytest

from khlang import contracts
from khlang.simulate import calibration, population, work
from khlang.simulate.domain import ALL, Domain, chosen
from khlang.simulate.extract import Month, Sent

DOMAINS = {domain.name: domain for domain in chosen([ALL])}
MARTS = contracts.load().marts
SENT = {table.name for table in contracts.load().datasets}
PAIRS = [(mart, name) for mart in MARTS for name in mart.inputs if name in SENT]
PEOPLE, SEED = 4000, 5


@pytest.fixture(scope="module")
def sent() -> Sent:
    known = calibration.load()
    world = population.found(known, people=PEOPLE, months=1, seed=SEED, start=date(2026, 1, 1))
    world = world.evolve(jobs=work.reported_late(world.jobs, 0.02, seed=SEED, period="2026-01"))
    for domain in DOMAINS.values():
        world = world.with_part(domain.name, domain.found(world, known, SEED))
    month = Month(world, world.jobs, known.assumptions["mess"], SEED)
    return {extract.dataset: extract.sent(month) for domain in DOMAINS.values() for extract in domain.extracts}


@pytest.fixture(scope="module")
def whole(sent: Sent) -> dict[str, dict[str, pl.DataFrame]]:
    return {name: dict(domain.observable(sent, "2026-01")) for name, domain in DOMAINS.items()}


def answer(domain: Domain, sent: Sent, mart: str, *, without: str) -> pl.DataFrame:
    """The mart when nothing came of one dataset."""
    return domain.observable({**sent, without: sent[without].clear()}, "2026-01")[mart]


@pytest.mark.parametrize(("mart", "name"), PAIRS, ids=[f"{mart.name} without {name}" for mart, name in PAIRS])
def test_the_answer_changes_when_an_extract_is_withheld(
    mart: contracts.Table, name: str, sent: Sent, whole: dict[str, dict[str, pl.DataFrame]]
) -> None:
    domain = DOMAINS[mart.domain]
    assert not whole[domain.name][mart.name].is_empty(), "a question without an answer shows nothing"
    assert not answer(domain, sent, mart.name, without=name).equals(whole[domain.name][mart.name])
    again = domain.observable(dict(sent), "2026-01")[mart.name]
    assert again.equals(whole[domain.name][mart.name]), "nothing withheld, and yet another answer"


def test_a_domain_brings_along_whoever_its_marts_read() -> None:
    """``DOMAINS=…`` of one domain alone simulates and sends all that its marts are made of."""
    tables = contracts.load()
    for name in DOMAINS:
        sent_with = {extract.dataset for domain in chosen([name]) for extract in domain.extracts}
        read = {each for mart in MARTS if mart.domain == name for each in mart.inputs}
        assert {each for each in read if tables[each].layer == "curated"} <= sent_with, name


def test_a_domains_question_needs_more_than_one_agency() -> None:
    tables = contracts.load()
    for name in DOMAINS:
        asked = {tables[each].agency for mart in MARTS if mart.domain == name for each in mart.inputs if each in SENT}
        assert len(asked) >= 2, name
