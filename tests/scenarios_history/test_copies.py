"""What a project gets of histories, on a lake in a folder: its own pids, nothing twice, nothing that was forgotten."""

import secrets
from pathlib import Path

import pytest
from tests.historyshop import Told
from tests.martkit import PID, Shop

from khlang import lake
from khlang.contracts import facts
from khlang.curation import rewrite, rotation
from khlang.curation.rekey import Pool
from khlang.errors import ServiceError
from khlang.link.history import forget
from khlang.serve import histories
from khlang.serve.project import Project

pytestmark = pytest.mark.soak
BOTH = [("person_address", "all"), ("history_months", "all")]
STAYS, LEFT = ("10", "1001", "2026-01", "9999-12"), ("50", "5001", "2026-01", "2026-02")
KEPT = {STAYS, LEFT, ("50", "5002", "2026-02", "9999-12")}


class Copies:
    """A shop with two known months, and one project."""

    def __init__(self, bare: Shop, root: Path) -> None:
        self.told, self.root = Told(bare.copied(root)), root
        (root / "project.key").write_text(secrets.token_hex(32))
        self.project = Project("demo", str(root / "project.key"))
        self.told.promote("2026-01", (1, "10", "1001"), (2, "50", "5001"))
        self.told.promote("2026-02", (1, "10", "1001"), (2, "50", "5002"))
        self.told.build()

    def serve(self) -> list[tuple[str, str]]:
        return histories.build(self.told.lake, self.project)

    def at(self) -> str:
        return self.told.lake.place.at(lake.table("projects", "person_address", 1, project="demo"))

    def rows(self) -> list[tuple[object, ...]]:
        return sorted(map(tuple, self.told.shop.spark.read.format("delta").load(self.at()).collect()))

    def believed(self) -> set[tuple[object, ...]]:
        table = self.told.shop.known["person_address"]
        query = facts.believed(table).format(table=f"delta.`{self.at()}`")
        return {tuple(row)[1:5] for row in self.told.shop.spark.sql(query).collect()}

    def pids(self) -> set[object]:
        return {row[0] for row in self.rows()}

    def rotated(self) -> rotation.Work:
        shop = self.told.shop
        houses = [
            ("house", f"p1.e01.{n:032x}", 60 + n, "2026-01") for n in PID
        ]  # the registry's, as curate leaves them
        shop.frame(houses, "spine").write.format("delta").mode("append").save(shop.at("spine", "spine"))
        (self.root / "fresh.key").write_text(secrets.token_hex(32))
        pool, fresh = Pool(str(self.root / "project.key")), Pool(str(self.root / "fresh.key"), "p02")
        return rotation.Work(shop.spark, self.told.lake.place, self.told.lake.contracts, pool, fresh)


@pytest.fixture
def copies(bare: Shop, tmp_path: Path) -> Copies:
    return Copies(bare, tmp_path)


def test_a_copy_has_pids_of_its_own_and_grows_by_what_came_since(copies: Copies) -> None:
    assert copies.serve() == BOTH
    assert copies.believed() == KEPT
    assert not copies.pids() & set(PID.values())
    files = set(Path(copies.at()).rglob("*.parquet"))
    assert copies.serve() == []
    copies.told.promote("2026-03", (1, "10", "1001"))
    copies.told.build()
    assert copies.serve() == BOTH
    assert files < set(Path(copies.at()).rglob("*.parquet"))
    assert copies.believed() == {STAYS, LEFT, ("50", "5002", "2026-02", "2026-03")}


def test_a_run_killed_before_its_mark_leaves_no_record_twice_though_a_month_came_since(copies: Copies) -> None:
    copies.serve()
    copies.told.promote("2026-03", (1, "10", "1002"))
    copies.told.build()
    copies.serve()
    marks = sorted((copies.root / "receipts" / "_projects" / "demo" / "person_address_v1").glob("*-done.json"))
    marks[-1].unlink()
    copies.told.promote("2026-04", (1, "10", "1001"))
    copies.told.build()
    copies.serve()
    there = copies.rows()
    assert len(there) == len(set(there)) == copies.told.records().count()


def test_after_a_pool_rotation_histories_and_copies_tell_the_same_of_other_pids(copies: Copies) -> None:
    copies.serve()
    pool, project = {row[0] for row in copies.told.records().select("pid").collect()}, copies.pids()
    now = rotation.begin(copies.told.lake.place.objects, "pool", "p02")
    with pytest.raises(ServiceError, match="under way"):
        copies.serve()
    rewrite.run(copies.rotated(), now, settle=lambda: None, say=lambda _: None)
    after = {row[0] for row in copies.told.records().select("pid").collect()}
    assert (len(after), after & pool) == (2, set())
    assert copies.serve() == BOTH[:1]
    assert (len(copies.pids()), copies.pids() & project) == (2, set())
    assert copies.believed() == KEPT
    copies.told.shop.curate("house_registry", "2026-02", "", 9)  # what comes next meets the same persons
    copies.told.promote("2026-02", verdict="withdrawn")
    copies.told.build()
    copies.serve()
    assert copies.believed() == {STAYS, ("50", "5001", "2026-01", "9999-12")}


def test_what_was_forgotten_can_be_asked_of_nobody(copies: Copies) -> None:
    copies.told.promote("2026-02", (1, "10", "1001"), (2, "50", "5003"))
    copies.told.build()
    copies.serve()
    assert "5002" in {row[2] for row in copies.rows()}
    table = copies.told.shop.known["person_address"]
    before = copies.told.facts("as_valid")
    assert forget.forget(copies.told.lake, table) == 2  # 2 in 5001 for good, and 2 in 5002
    assert copies.serve() == BOTH[:1]
    assert "5002" not in {row[2] for row in copies.rows()}
    assert copies.told.facts("as_valid") == before
    assert forget.forget(copies.told.lake, table) == 0
    copies.told.promote("2026-03", (2, "50", "5003"))
    copies.told.build()
    assert (1, "10", "1001", "2026-01", "2026-03") in copies.told.facts("as_valid")
