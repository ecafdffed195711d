"""What a change makes stale, without an engine: each mart that used it, of whatever domain, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from khlang import contracts
from khlang.contracts import Contracts
from khlang.curation.objects import FolderObjects, folder
from khlang.link import build, common, joins, judging, ops

KNOWN = contracts.load()
Versions = dict[str, dict[str, int]]


def with_marts(**months: int) -> Contracts:
    """The contracts, with the welfare marts looking back so many months, and reading this much."""
    marts = {name: replace(KNOWN[name], months=count) for name, count in months.items()}
    return Contracts({**dict(KNOWN), **marts}, source=KNOWN.source)


class Shop:
    """A workshop whose rows are mocks: what is built is what its transform was asked for."""

    def __init__(self, root: Path, known: Contracts, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shop = MagicMock(contracts=known, receipts=FolderObjects(root / "receipts"), place=folder(root / "lake"))
        self.versions: Versions = {}
        monkeypatch.setattr(joins, "measure", lambda *_, periods, **__: {period: {} for period in periods})
        monkeypatch.setattr(judging, "require_sound", lambda *_, **__: None)
        monkeypatch.setattr(build, "module", lambda _: lambda *_, **__: MagicMock())

    def ready(self, names: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
        return {p: {n: v[n] for n in names} for p, v in self.versions.items() if set(names) <= set(v)}

    def build(self, domain: str = "welfare", as_of: str | None = None) -> list[tuple[str, str]]:
        return build.build(self.shop, domain=domain, ready=self.ready, as_of=as_of)


def months(*periods: str, **versions: int) -> Versions:
    given = dict.fromkeys(KNOWN["welfare_eligibility"].inputs, 1)
    return {period: dict(given, **versions) for period in periods}


@pytest.mark.parametrize(
    ("back", "period", "first"),
    [(1, "2026-01", "2026-01"), (2, "2026-01", "2025-12"), (12, "2026-12", "2026-01"), (13, "2026-12", "2025-12")],
)
def test_a_window_ends_with_its_period(back: int, period: str, first: str) -> None:
    assert build.months(replace(KNOWN["welfare_eligibility"], months=back), period) == (first, period)


def test_a_late_month_reaches_the_periods_that_looked_at_it_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, with_marts(welfare_eligibility=2), monkeypatch)
    shop.versions = months("2026-01", "2026-02", "2026-03")
    assert len(shop.build()) == 6
    assert shop.build() == []
    shop.versions["2026-01"]["vehicles"] = 2
    assert shop.build() == [
        ("welfare_by_amphoe", "2026-01"),
        ("welfare_eligibility", "2026-01"),
        ("welfare_eligibility", "2026-02"),
    ]


def test_an_earlier_month_counts_even_when_it_is_not_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path, with_marts(welfare_eligibility=2), monkeypatch)
    shop.versions = {"2026-01": {"vehicles": 1}} | months("2026-02")
    assert shop.build() == [("welfare_by_amphoe", "2026-02"), ("welfare_eligibility", "2026-02")]
    shop.versions["2026-01"]["vehicles"] = 2
    assert shop.build() == [("welfare_eligibility", "2026-02")]


def test_as_of_a_month_nothing_later_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path, KNOWN, monkeypatch)
    shop.versions = months("2026-01", "2026-02")
    assert {period for _, period in shop.build(as_of="2026-01")} == {"2026-01"}
    assert {period for _, period in shop.build()} == {"2026-02"}


def test_a_mart_of_another_domain_is_built_again_with_what_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(KNOWN["welfare_by_amphoe"], name="cars", domain="other", inputs=("vehicles",))
    shop = Shop(tmp_path, Contracts({**dict(KNOWN), "cars": other}, source=KNOWN.source), monkeypatch)
    monkeypatch.setattr(build, "code", lambda _: "same")
    shop.versions = months("2026-01")
    assert shop.build("other") == [("cars", "2026-01")]
    shop.versions["2026-01"]["house_registry"] = 2
    assert shop.build("other") == []
    shop.versions["2026-01"]["vehicles"] = 2
    assert shop.build("other") == [("cars", "2026-01")]


def test_common_data_that_was_loaded_anew_makes_its_marts_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mart = replace(KNOWN["welfare_by_amphoe"], inputs=("vehicles", "provinces"))
    shop = Shop(tmp_path, Contracts({**dict(KNOWN), mart.name: mart}, source=KNOWN.source), monkeypatch)
    shop.versions = months("2026-01")
    loaded = {"version": 0}
    monkeypatch.setattr(common, "version", lambda *_: loaded["version"])
    assert mart.name not in dict(shop.build()), "common data that nobody has loaded yet is waited for"
    loaded["version"] = 1
    assert shop.build() == [(mart.name, "2026-01")]
    assert shop.build() == []
    loaded["version"] = 2
    assert shop.build() == [("welfare_by_amphoe", "2026-01")]


def test_a_link_rate_is_told_as_soon_as_its_dataset_and_its_register_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, KNOWN, monkeypatch)
    written: list[tuple[str, str]] = []
    monkeypatch.setattr(ops, "linked", lambda *_: MagicMock(**{"collect.return_value": []}))
    monkeypatch.setattr(ops, "write", lambda *_, pairs, **__: written.extend(pairs))

    def build_rates() -> list[tuple[str, str]]:
        written.clear()
        ops.build_link_rates(shop.shop, ready=shop.ready, decisions=[])
        return list(written)

    shop.versions = {"2026-01": {"vehicles": 1}}
    assert build_rates() == []
    shop.versions["2026-01"]["house_registry"] = 1
    assert build_rates() == [("house_registry", "2026-01"), ("vehicles", "2026-01")]
    shop.versions["2026-01"]["insured_persons"] = 1
    assert build_rates() == [("insured_persons", "2026-01")], "what was told is not told again"
    assert build_rates() == []


def test_the_register_is_declared_by_its_contract() -> None:
    column, register, theirs = KNOWN.link(KNOWN["vehicles"]) or pytest.fail("vehicles link to nothing")
    assert (column.name, register.name, theirs.name) == ("pid", "house_registry", "pid")
    houses = replace(KNOWN["vehicles"], columns=(KNOWN["house_registry"].column("house_id"),))
    column, register, theirs = KNOWN.link(houses) or pytest.fail("houses link to nothing")
    assert (column.name, register.name, theirs.name) == ("house_id", "house_registry", "house_id")
    assert KNOWN.link(replace(KNOWN["vehicles"], columns=())) is None
