"""The linkage job without a server: what it writes of which submission, and what it takes out again.

Receipts and link files are this file's own; tables are real ones, in a folder.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from khlang import contracts, lake, settings
from khlang.contracts.second_route import ComparisonKey, SecondRoute
from khlang.curation.objects import folder
from khlang.errors import ContractError, ServiceError
from khlang.landing import ledger, registry
from khlang.link.second import opening, outdated, service
from khlang.link.second.opening import Opened
from khlang.link.second.tables import Tables

PERIOD = "2026-01"
KEYS = (ComparisonKey("k", ("given", "birth_date", "sex"), certain=True),)
KNOWN = contracts.load()
ROUTES = {"house_registry": "all", "welfare_registrants": "unlinked"}
REGISTER, DATASET = ROUTES


@dataclass
class Pool:
    """What stands of each dataset, and which link files were used up."""

    root: Path
    stands: dict[str, tuple[int, str]] = field(default_factory=lambda: {REGISTER: (1, "r")})
    files: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # submission → row number, key
    done: set[str] = field(default_factory=set)

    @property
    def bench(self) -> service.Bench:
        """The job's bench: contracts of which two have a second route."""
        routes: Any = {name: SecondRoute(cast("Any", rows), {}, KEYS) for name, rows in ROUTES.items()}
        tables = {name: replace(KNOWN[name], second_route=route) for name, route in routes.items()}
        known = contracts.Contracts({**dict(KNOWN), **tables}, source=KNOWN.source)
        here = replace(settings.load(), var=self.root / "var")
        return service.Bench(here, cast("Any", None), known, Tables(folder(self.root / "lake")))

    def run(self) -> list[tuple[str, str]]:
        """One job: dataset and verdict of each of its documents."""
        return [(told["dataset"], told["verdict"]) for told in service.link(self.bench)]

    def register(self, rows: list[tuple[int, int]]) -> None:
        """Promote another content of the register: row numbers and pids."""
        at = self.bench.tables.place.at(lake.table("curated", REGISTER, KNOWN[REGISTER].version))
        people = pl.DataFrame(rows, schema={"row_number": pl.Int64, "pid": pl.Int64}, orient="row")
        write_deltalake(at, people.with_columns(period=pl.lit(PERIOD)).to_arrow(), mode="overwrite")

    def held(self, layer: Any, name: str) -> list[dict[str, Any]]:
        """Rows of a table."""
        at = self.bench.tables.place.at(lake.table(layer, name, 1))
        rows = pl.DataFrame(pl.from_arrow(DeltaTable(at).to_pyarrow_table()))
        return rows.sort(rows.columns).to_dicts()


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pool:
    made = Pool(tmp_path, files={"r": [(1, "x"), (2, "y")]})

    def decisions(*_: Any, **__: Any) -> list[dict[str, Any]]:
        return [{"dataset": name, "period": PERIOD, "submission": submission, "txn_version": version,
                 "verdict": "promoted" if submission else "withdrawn"}
                for name, (version, submission) in made.stands.items()]  # fmt: skip

    def claims(_: Any, dataset: str, __: str) -> list[ledger.Claim]:
        return [ledger.Claim(version, one, None) for version, one in [made.stands.get(dataset, (0, ""))] if one]

    def opened(_: Any, __: Any, ___: Any, place: lake.Submission, route: SecondRoute) -> Opened:
        rows = pl.DataFrame(made.files[place.id], schema={"row_number": pl.Int64, "k": pl.String}, orient="row")
        return Opened(place, route, rows)

    doubles: dict[tuple[Any, str], Callable[..., Any]] = {
        (ledger, "decisions"): decisions,
        (ledger, "claims"): claims,
        (registry, "closed"): lambda _: (),
        (opening, "sent"): lambda _, place, __: {"link": {}} if place.id in made.files else None,
        (opening, "done"): lambda _, place: place.id in made.done,
        (opening, "opened"): opened,
        (opening, "destroy"): lambda _, __, place: made.done.add(place.id),
    }
    for (module, name), double in doubles.items():
        monkeypatch.setattr(module, name, double)
    people = pl.DataFrame({"row_number": [1, 2], "pid": [101, 102], "period": [PERIOD] * 2})
    for name, rows in ((REGISTER, people), (DATASET, people.with_columns(pid=pl.lit(None, pl.Int64)))):
        at = made.bench.tables.place.at(lake.table("curated", name, KNOWN[name].version))
        write_deltalake(at, rows.to_arrow(), partition_by=["period"])
    return made


def test_a_submission_is_linked_once_and_counted(pool: Pool) -> None:
    pool.stands[DATASET], pool.files["a"] = (1, "a"), [(7, "x"), (8, "z")]
    assert pool.run() == [(DATASET, "linked")]
    links = [
        (row["dataset"], row["row_number"], row["pid"], row["weight"]) for row in pool.held("links", "second_links")
    ]
    assert links == [(DATASET, 7, 101, 0.999)]
    weights = pool.held("ops", "link_weights")
    assert {(row["dataset"], row["linked_dataset"], row["records"]) for row in weights} == {(DATASET, REGISTER, None)}
    assert pool.done == {"a", "r"}, "all of the period is linked: the register's keys are destroyed, too"
    assert pool.run() == []


@pytest.mark.parametrize("after", [(2, ""), (2, "b")])
def test_links_go_with_the_submission_that_they_are_of(pool: Pool, after: tuple[int, str]) -> None:
    pool.stands[DATASET], pool.files["a"] = (1, "a"), [(7, "x")]
    pool.run()
    pool.stands[DATASET] = after  # withdrawn; or replaced by a content without a link file
    assert pool.run() == [(DATASET, "unlinked")]
    assert pool.held("links", "second_links") == pool.held("ops", "link_weights") == []
    assert pool.run() == []


def test_going_back_to_an_earlier_content_takes_the_laters_links_out(pool: Pool) -> None:
    pool.stands[DATASET], pool.files["a"], pool.files["b"] = (1, "a"), [(7, "x")], [(9, "y")]
    pool.run()
    pool.stands[DATASET], pool.stands[REGISTER], pool.files["r2"] = (2, "b"), (2, "r2"), pool.files["r"]
    assert pool.run() == [(DATASET, "unlinked"), (DATASET, "linked")]
    assert [row["row_number"] for row in pool.held("links", "second_links")] == [9]
    pool.stands[DATASET] = (3, "a")
    assert pool.run() == [(DATASET, "unlinked")], "row 9 of b is somebody else's in a"


def test_without_its_register_nothing_is_kept(pool: Pool) -> None:
    pool.stands[DATASET], pool.files["a"] = (1, "a"), [(7, "x")]
    pool.run()
    pool.stands[REGISTER] = (2, "")
    assert pool.run() == [(DATASET, "unlinked")]


def test_who_was_corrected_out_of_the_register_is_nobodys_candidate(pool: Pool) -> None:
    pool.stands[DATASET], pool.files["a"] = (1, "a"), [(7, "x"), (8, "y")]
    pool.run()
    assert {row["row_number"] for row in pool.held("links", "second_links")} == {7, 8}
    pool.stands[REGISTER] = (2, "r2")  # the same content again, as it were: nobody went
    assert pool.run() == [(DATASET, "corrected")]
    assert {row["row_number"] for row in pool.held("links", "second_links")} == {7, 8}
    pool.register([(1, 101), (2, 103)])
    pool.stands[REGISTER] = (3, "r3")
    assert pool.run() == [(DATASET, "corrected")]
    assert {(row["row_number"], row["pid"]) for row in pool.held("links", "second_links")} == {(7, 101)}
    assert len(pool.held("ops", "link_weights")) == 5, "counted anew, each band once"
    assert pool.run() == []


def test_a_job_that_was_cut_off_holds_the_links_against_the_register_once_more(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.stands[DATASET], pool.files["a"] = (1, "a"), [(7, "x"), (8, "y")]
    pool.run()
    pool.register([(1, 101)])
    pool.stands[REGISTER] = (2, "r2")
    with monkeypatch.context() as patch:
        patch.setattr(Tables, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            pool.run()
    assert pool.run() == [(DATASET, "corrected")]
    assert [row["row_number"] for row in pool.held("links", "second_links")] == [7]


def cut(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_the_next_candidate_of_a_row_moves_up_at_its_own_weight() -> None:
    links = pl.DataFrame(
        {"row_number": [7, 7, 7, 8], "pid": [1, 2, 3, 1], "weight": [0.9, 0.4, 0.1, 0.8], "place": [1, 2, 3, 1]}
    )
    kept = outdated.of_registered(links, pl.Series([2, 3, 2]))
    assert kept.rows() == [(7, 2, 0.4, 1), (7, 3, 0.1, 2)]
    assert kept.schema == links.schema


def test_what_curate_has_not_promoted_is_not_linked(pool: Pool) -> None:
    pool.files["a"] = [(7, "x")]
    assert pool.run() == []


def test_links_of_pids_that_were_changed_meanwhile_are_not_written(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool.stands[DATASET], pool.files["a"] = (1, "a"), [(7, "x")]
    turns = iter(range(9))
    with monkeypatch.context() as patch:
        patch.setattr(Tables, "turn", lambda _: next(turns))
        with pytest.raises(ServiceError, match="Pids were changed") as caught:
            pool.run()
    assert caught.value.exit_code == 12
    assert "second_links" not in str(list(pool.root.rglob("*_delta_log"))), "nothing was written"
    assert pool.run() == [(DATASET, "linked")]


def test_a_table_without_a_second_route_is_not_opened(pool: Pool) -> None:
    with pytest.raises(ContractError, match="vehicles has no second route"):
        service._open(pool.bench, pool.bench.contracts["vehicles"], cast("Any", None))
