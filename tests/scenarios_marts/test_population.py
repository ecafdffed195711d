"""The population of a project, made and frozen on a lake in a folder: counted by hand, under the project's own pids."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from tests import policykit
from tests.martkit import PID, Shop

from khlang import pseudonym
from khlang.errors import UsageError
from khlang.policy.request import narrowed
from khlang.serve import register, workspace
from khlang.serve.project import Project

CHILD = "p1.e01." + "3" * 32
NUMBER = {**PID, 3: pseudonym.pid_of(CHILD)}
COLUMNS = [
    "pid",
    "is_resident",
    "is_alive",
    "house_id",
    "household_members",
    "amphoe_code",
    "mother_pid",
    "mother_weight",
]
TABLES = narrowed(policykit.request(tables={"population_months": COLUMNS}), policykit.CONTRACTS)
Row = dict[str, Any]


class Frozen:
    """A shop with two months of the house registry, and a project that asks for the population."""

    def __init__(self, bare: Shop, root: Path) -> None:
        self.shop, self.root = bare.copied(root), root
        spine = [("th-cid", CHILD, NUMBER[3], "2026-02"), ("house", "p1.e01." + "7" * 32, 77, "2026-01")]
        self.shop.frame(spine, "spine").write.format("delta").mode("append").save(self.shop.at("spine", "spine"))

    def registered(self, period: str, *numbers: int) -> None:
        row = "({}, 77, 1960, '1', DATE'2000-01-01', '10', '1001', 1, '{}')"
        self.shop.curate("house_registry", period, ", ".join(row.format(NUMBER[n], period) for n in numbers), 1)

    def born(self, period: str) -> None:
        """Person 1 gave birth to person 3 on 10 February."""
        held = {
            "pid": NUMBER[1], "child_pid": NUMBER[3], "born_on": "DATE'2026-02-10'", "amphoe_code": "'1001'",
            "mother_age": 25, "birth_recorded_on": "DATE'2026-02-11'", "row_number": 1, "period": f"'{period}'",
        }  # fmt: skip
        columns = [column.name for column in self.shop.known["births"].stored]
        self.shop.curate("births", period, f"({', '.join(str(held.get(name, 'NULL')) for name in columns)})", 1)

    def freeze(self, project: str, sample: float = 1.0) -> tuple[workspace.Copy, list[Row]]:
        key = self.root / f"{project}.key"
        key.write_text(secrets.token_hex(32))
        (copy,) = workspace.freeze(self.shop.shop, Project(project, str(key)), TABLES, sample=sample)
        at = self.shop.shop.place.at(register.Served.of_project(project, TABLES[0]).location)
        rows = self.shop.spark.read.format("delta").load(at).collect()
        return copy, [row.asDict() for row in rows]


@pytest.fixture
def frozen(bare: Shop, tmp_path: Path) -> Frozen:
    return Frozen(bare, tmp_path)


def test_what_a_project_counts_with(frozen: Frozen) -> None:
    with pytest.raises(UsageError, match="house_registry, of which population_months is made"):
        frozen.freeze("early")
    frozen.registered("2026-01", 1, 2)
    frozen.registered("2026-02", 1)
    copy, rows = frozen.freeze("childless")
    # Two persons in two months; of 2 nobody knows anything in February. No births were sent: no mother.
    assert (copy.rows, len(rows)) == (4, 4)
    assert copy.as_dict()["inputs"] == {"house_registry": copy.mart_version, "births": -1, "second_links": -1}
    assert not [row for row in rows if row["mother_pid"]]
    frozen.born("2026-02")
    copy, rows = frozen.freeze("poverty")
    # And the child in February, born and not registered: 5 rows. Resident 2 and 1, alive 2 and 2.
    assert (copy.rows, len(rows)) == (5, 5)
    months = ("2026-01", "2026-02")
    assert [sum(row["period"] == month and row["is_resident"] for row in rows) for month in months] == [2, 1]
    assert [sum(row["period"] == month and bool(row["is_alive"]) for row in rows) for month in months] == [2, 2]
    assert [row["household_members"] for row in rows if row["period"] == "2026-01"] == [2, 2]
    # The mother of the child is a resident of the same table, by the project's own number.
    (child,) = [row for row in rows if row["mother_pid"]]
    assert child["mother_weight"] == 1.0
    mother = [row for row in rows if row["pid"] == child["mother_pid"] and row["period"] == "2026-02"]
    assert [row["is_resident"] for row in mother] == [True]


def test_neither_persons_nor_households_of_two_projects_join(frozen: Frozen) -> None:
    frozen.registered("2026-02", 1, 2)
    frozen.born("2026-02")
    one, other = (frozen.freeze(name)[1] for name in ("one", "other"))
    for column in ("pid", "house_id", "mother_pid"):
        mine, theirs = ({row[column] for row in rows if row[column]} for rows in (one, other))
        assert mine
        assert len(mine) == len(theirs)
        assert not mine & (theirs | {*NUMBER.values(), 77})
    sampled, _ = frozen.freeze("sampled", sample=0.000001)
    assert sampled.rows == 0
