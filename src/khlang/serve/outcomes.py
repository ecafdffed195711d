"""National outcomes: what the marts say of the 20-year strategy, the SDGs and the rankings, asked as the analyst.

A domain declares its own in ``khlang/domains/<name>/outcomes.yaml``: an indicator of a framework, its target with the
source, and how one mart gives it as a part of a whole. Every figure passes the threshold of ``khlang.release``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import yaml

from khlang import domains
from khlang.contracts import Contracts
from khlang.errors import ContractError
from khlang.release.threshold import protect
from khlang.serve import client
from khlang.serve.told import Words

if TYPE_CHECKING:
    from trino.dbapi import Connection

FRAMEWORKS: Final = {  # as the EGA document's picture of national outcomes names them
    "strategy": Words("ยุทธศาสตร์ชาติ 20 ปี", "20-year National Strategy"),
    "sdg": Words("เป้าหมายการพัฒนาที่ยั่งยืน", "Sustainable Development Goals"),
    "ranking": Words("ตัวชี้วัดการจัดอันดับโลก", "global indicator ranking"),
}
#: ``withheld``: too few to be shown; ``not_served``: no month of the mart is there; ``empty``: the whole is nought.
State = Literal["shown", "withheld", "not_served", "empty"]


@dataclass(frozen=True)
class Outcome:
    """One indicator and what measures it.

    Attributes:
        domain: Whose mart it is.
        framework: A key of ``FRAMEWORKS``.
        code: As the framework writes it, such as ``1.2.1``.
        name: The framework's own words.
        measured: What the mart measures of it, and where that differs: a proxy says so.
        unit: Of the value.
        mart: The one mart it is reckoned from.
        part: SQL aggregate over the mart.
        whole: SQL aggregate that ``part`` is divided by.
        scale: What the quotient is multiplied by: 100 for per cent.
        people: Whether both count persons or households, so that small ones are withheld.
        share: Whether the part lies within the whole, so that a small rest is withheld too.
        better: Which direction is meant: ``lower`` or ``higher``.
        target: The figure to reach, if the source states one.
        target_words: What the source asks for, in words, and until when.
        source: Where code, name and target stand.
    """

    domain: str
    framework: str
    code: str
    name: Words
    measured: Words
    unit: Words
    mart: str
    part: str
    whole: str
    scale: int
    better: Literal["lower", "higher"]
    target: float | None
    target_words: Words
    source: str
    people: bool = True
    share: bool = True

    @property
    def sql(self) -> str:
        """Part and whole of the mart's last month."""
        return (
            f"SELECT period, {self.part} AS part, {self.whole} AS whole FROM {self.mart}\n"  # noqa: S608  # declared
            f"WHERE period = (SELECT max(period) FROM {self.mart}) GROUP BY period"
        )


def load(folder: Path | None = None) -> tuple[Outcome, ...]:
    """Every declared outcome, in order of framework and code.

    Args:
        folder: Of the domains; default: this package's.

    Raises:
        ContractError: A file names an unknown key, framework or direction, or lacks one.
    """
    root = folder or Path(domains.__path__[0])
    found = [_read(path.parent.name, one) for path in sorted(root.glob("*/outcomes.yaml")) for one in _listed(path)]
    return tuple(sorted(found, key=lambda one: (*place(one.framework, one.code), one.mart)))


def place(framework: str, code: str) -> tuple[int, list[tuple[int, str]]]:
    """Where an indicator stands among all: 6.4.2 before 11.6.1 (pure)."""
    parts = code.replace("-", ".").split(".")
    return list(FRAMEWORKS).index(framework), [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def ask(connection: "Connection", contracts: Contracts, outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Each outcome with its value, one row each; a mart that is not served gives no value and says so.

    Args:
        connection: Of an analyst.
        contracts: For the version of each mart.
        outcomes: What ``load`` gave.

    Raises:
        QueryError: Trino refused a declared expression.
        ServiceError: Trino does not answer.
    """
    there = {row[0] for row in client.ask(connection, "SHOW TABLES").rows}
    rows = []
    for one in outcomes:
        answer = client.ask(connection, one.sql).dicts() if one.mart in there else []
        mart = f"{one.mart} {contracts[one.mart].version_text}"
        rows.append(told(one, mart, answer[0] if answer else None))
    return rows


def told(one: Outcome, mart: str, row: Mapping[str, Any] | None) -> dict[str, Any]:
    """An outcome and its value as plain data (pure).

    Args:
        one: The outcome.
        mart: Name and version of its mart.
        row: ``period``, ``part``, ``whole`` of the last month; None when the mart has no month.
    """
    state, value = _value(one, row)
    met = None if value is None or one.target is None else _met(one, value)
    return {
        "domain": one.domain,
        "framework": one.framework,
        "code": one.code,
        "name": _words(one.name),
        "measured": _words(one.measured),
        "unit": _words(one.unit),
        "period": row["period"] if row else None,
        "value": value,
        "state": state,
        "target": one.target,
        "target_words": _words(one.target_words),
        "met": met,
        "mart": mart,
        "source": one.source,
    }


def _value(one: Outcome, row: Mapping[str, Any] | None) -> tuple[State, float | None]:
    if row is None:
        return "not_served", None
    part, whole = Decimal(str(row["part"] or 0)), Decimal(str(row["whole"] or 0))
    if one.people and None in (protect(int(whole)).value, protect(int(part), int(whole) if one.share else None).value):
        return "withheld", None
    return ("shown", round(float(part / whole) * one.scale, 2)) if whole else ("empty", None)


def _met(one: Outcome, value: float) -> bool:
    limit = one.target or 0.0
    return value <= limit if one.better == "lower" else value >= limit


def _listed(path: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["outcomes"]
    return listed


def _read(domain: str, one: Mapping[str, Any]) -> Outcome:
    worded = {name: Words(**value) for name, value in one.items() if isinstance(value, dict)}
    try:
        made = Outcome(domain=domain, **dict(one) | worded)
    except TypeError as error:
        raise _wrong(domain, one, str(error).partition(" ")[2]) from None
    if made.framework not in FRAMEWORKS or made.better not in ("lower", "higher"):
        raise _wrong(domain, one, "framework or better is none of those known")
    return made


def _wrong(domain: str, one: Mapping[str, Any], what: str) -> ContractError:
    return ContractError(
        f"The outcome {one.get('code', '?')} of {domain} is not declared as it should be: {what}.",
        "Mend outcomes.yaml of that domain; khlang.serve.outcomes.Outcome names each key.",
        code="OUTCOME",
    )


def _words(words: Words) -> dict[str, str]:
    return {"th": words.th, "en": words.en}
