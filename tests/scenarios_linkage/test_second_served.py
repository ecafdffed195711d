"""What the pool makes of links that a linkage job wrote: a project's copy, and rows of a mart above a threshold."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.martkit import PID, P, Shop, registrants

from khlang import contracts, pseudonym
from khlang.link import build
from khlang.link.second import taking
from khlang.link.second.tables import Made, Tables
from khlang.serve import linked
from khlang.serve.project import Project

PERIOD, DATASET = "2026-01", "welfare_registrants"
#: row number, person, weight, place
LINKS = [(11, 1, 0.999, 1), (12, 2, 0.95, 1), (12, 1, 0.4, 2), (13, 1, 0.6, 1)]


@pytest.fixture
def shop(bare: Shop, tmp_path: Path) -> Shop:
    made = bare.copied(tmp_path)
    write(made, LINKS)
    return made


def write(shop: Shop, links: list[tuple[int, int, float, int]]) -> None:
    """Write links as a linkage job does: by delta-rs."""
    columns = {"row_number": 0, "pid": 1, "weight": 2, "place": 3}
    found = pl.DataFrame({name: [link[at] for link in links] for name, at in columns.items()}).with_columns(
        pl.col("pid").replace_strict(PID), pl.lit("second").alias("route"), pl.lit("model").alias("linked_by"),
        pl.lit(3, pl.Int64).alias("keys_agreed"))  # fmt: skip
    Tables(shop.shop.place).replace(found, shop.known["second_links"], dataset=DATASET, period=PERIOD, turn=0)


def demo(folder: Path) -> Project:
    key = folder / "project.key"
    key.write_text("cd" * 32)
    return Project("demo", str(key))


def own(one: Project, number: int) -> int:
    """The project's pid of a person."""
    return pseudonym.pid_of(pseudonym.project_pseudonym(P[number], key=one.derived(), project="demo"))


def test_a_project_has_its_own_pids_and_no_row_number(shop: Shop, tmp_path: Path) -> None:
    one = demo(tmp_path)
    assert linked.build(shop.shop, one) == [("linked_records", "all")]
    assert linked.build(shop.shop, one) == [], "nothing changed, and written again"
    rows = shop.rows("projects/demo", "linked_records", "record_number")
    assert {(row["pid"], row["weight"], row["place"]) for row in rows} == {
        (own(one, person), weight, place) for _, person, weight, place in LINKS
    }
    assert "row_number" not in rows[0]
    assert not {row["pid"] for row in rows} & set(PID.values())
    # Records are numbered by the project's pid of their best candidate, both of one record by one number.
    best = {int(str(row["record_number"])): int(str(row["pid"])) for row in rows if row["place"] == 1}
    assert sorted(best) == [1, 2, 3]
    assert [best[number] for number in sorted(best)] == sorted(best.values())
    (second,) = (row for row in rows if row["place"] == 2)
    assert best[int(str(second["record_number"]))] == own(one, 2)


def test_a_copy_follows_what_a_later_job_wrote_or_took_out(shop: Shop, tmp_path: Path) -> None:
    one = demo(tmp_path)
    linked.build(shop.shop, one)
    write(shop, LINKS[:1])
    assert linked.build(shop.shop, one) == [("linked_records", "all")]
    assert len(shop.rows("projects/demo", "linked_records")) == 1
    Tables(shop.shop.place).forget(shop.known["second_links"], dataset=DATASET, period=PERIOD)
    assert linked.build(shop.shop, one) == [("linked_records", "all")]
    assert shop.rows("projects/demo", "linked_records") == []


def test_it_is_known_of_which_submission_links_are(shop: Shop) -> None:
    tables, table = Tables(shop.shop.place), shop.known["second_links"]
    assert tables.made_of(table) == {(DATASET, PERIOD): Made()}
    noted = Made("b2", "house_registry", "r1", 40)
    tables.note(noted, dataset=DATASET, period=PERIOD)
    assert tables.made_of(table) == {(DATASET, PERIOD): noted}
    tables.forget(table, dataset=DATASET, period=PERIOD)
    assert tables.made_of(table) == {}


def test_another_project_gets_none(shop: Shop, tmp_path: Path) -> None:
    assert linked.build(shop.shop, Project("other", str(tmp_path / "none"))) == []


def test_a_mart_takes_links_above_its_threshold_only(shop: Shop) -> None:
    shop.curate(DATASET, PERIOD, registrants(PERIOD, 1), 1)
    table = shop.known[DATASET]
    rows = shop.shop.read(DATASET)
    nobody = [rows.selectExpr(*(f"CAST(NULL AS BIGINT) AS {name}" if name == "pid" else f"{number} AS {name}"
                                if name == "row_number" else name for name in rows.columns))
              for number in (11, 12, 13, 14)]  # fmt: skip
    for each in nobody:
        rows = rows.unionByName(each)
    taken = taking.take(rows, shop.shop.read("second_links"), table, at_least=0.9)
    assert taken.columns == [*rows.columns, "route", "weight"]
    got = {row["row_number"]: (row["pid"], row["route"], row["weight"]) for row in taken.collect()}
    assert got == {
        1: (PID[1], "cid", 1.0),
        11: (PID[1], "second", 0.999),
        12: (PID[2], "second", 0.95),
        13: (None, None, None),
        14: (None, None, None),
    }


def test_how_often_links_were_written_is_seen_without_a_session(shop: Shop) -> None:
    table = shop.known["second_links"]
    assert taking.written(shop.shop.place, table) == 1
    write(shop, LINKS[:1])
    assert taking.written(shop.shop.place, table) == 2
    assert taking.written(shop.shop.place, shop.known["linked_records"]) == 0


@pytest.mark.soak
def test_a_mart_of_links_waits_for_the_first_and_is_built_again_after_each(first_month: Shop, tmp_path: Path) -> None:
    made = first_month.copied(tmp_path)
    mart = made.known["welfare_eligibility"]
    widened = replace(mart, inputs=(*mart.inputs, "second_links"))
    tables = {**dict(made.known), mart.name: widened}
    shop = replace(made.shop, contracts=contracts.Contracts(tables, source=made.known.source))

    def built() -> list[str]:
        return [name for name, _ in build.build(shop, domain="welfare", ready=made.ready) if name == mart.name]

    assert built() == [], "no linkage job has run"
    write(made, LINKS)
    assert built() == [mart.name]
    assert built() == []
    write(made, LINKS[:1])
    assert built() == [mart.name]
