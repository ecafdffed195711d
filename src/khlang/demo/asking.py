"""What the demo asks once all is served: the answers, the marts against the truth, link rates, national outcomes."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from khlang import contracts as contracts_
from khlang.demo.steps import Steps
from khlang.serve import client, compare, linkage, outcomes, rates
from khlang.serve.told import Told
from khlang.settings import Settings
from khlang.simulate.domain import Domain

Document = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """The answers of the analyst's and the engineer's questions."""

    told: list[Told]
    marts: list[Document]
    link_rates: list[Document]
    linkage: dict[str, list[Document]]
    outcomes: list[Document]


def ask(settings: Settings, periods: list[str], domains: Sequence[Domain], steps: Steps) -> Asked:
    """Ask everything of these months and domains.

    Raises:
        QueryError: Trino refused.
        ServiceError: Trino does not answer.
        ContractError: The truth of a mart is missing.
    """
    tables = contracts_.load(settings.contracts)
    names = [domain.name for domain in domains]
    with steps.step("ask", "Asking Trino as the analyst"):
        with client.connect(settings, "analyst") as connection:
            told = [teller(name)(settings, connection, periods) for name in names]
            mine = [one for one in outcomes.load() if one.domain in names]
            national = outcomes.ask(connection, tables, mine)
        with client.connect(settings, "analyst", schema="ops") as connection:
            shown = {
                "groups": linkage.shown(connection, periods), "second": linkage.second_route(connection, periods),
            }  # fmt: skip
        with client.connect(settings, "engineer", schema="ops") as connection:
            links = [row for row in rates.link_rates(connection) if row["period"] in periods]
            held = {"rows": linkage.reconciled(connection, periods), "joins": linkage.joins(connection, periods)}
    marts = []
    with (
        steps.step("compare", "Holding every figure against the truth"),
        client.connect(settings, "analyst") as connection,
    ):
        for one in told:
            for mart in compare.compare(connection, tables, settings.truth, domain=one.domain):
                answer = one.figures.get(one.marts.get(mart.name, ""), [])
                marts.append(mart.as_dict() | {"answer": answer})
    return Asked(told, marts, links, held | shown, national)


def teller(domain: str) -> Callable[..., Told]:
    """How a domain answers: ``khlang.domains.<name>.told.tell``."""
    tell: Callable[..., Told] = importlib.import_module(f"khlang.domains.{domain}.told").tell
    return tell
