"""A lake in a folder whose house registry comes a month at a time, and the histories that are built of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from tests.martkit import PID, Shop

from khlang import contracts
from khlang.contracts import facts
from khlang.link.history import build

START = datetime(2026, 2, 5, tzinfo=UTC)
NUMBERS = {pid: number for number, pid in PID.items()}


class Told:
    """A shop whose house registry comes a month at a time, and the decisions of curate on it."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.decisions = shop, list[tuple[dict[str, Any], datetime]]()
        one = {name: table for name, table in self.shop.known.items() if name != "person_household"}
        self.lake = replace(self.shop.shop, contracts=contracts.Contracts(one, source=self.shop.known.source))

    def copied(self, root: Path) -> "Told":
        """Another one that begins like this."""
        made = Told(self.shop.copied(root))
        made.decisions = list(self.decisions)
        return made

    def promote(self, period: str, *people: tuple[int, str, str], verdict: str = "promoted") -> None:
        number = len(self.decisions) + 1
        row = "({}, {}, 1960, '1', DATE'2000-01-01', '{}', '{}', 1, '{}')"
        made = (row.format(PID[n], 60 + n, province, amphoe, period) for n, province, amphoe in people)
        self.shop.curate("house_registry", period, ", ".join(made), number)
        decision = {"dataset": "house_registry", "period": period, "verdict": verdict, "txn_version": number}
        self.decisions.append((decision, START + timedelta(days=number)))

    def build(self) -> list[tuple[str, str]]:
        return build.build(self.lake, self.decisions)

    def records(self) -> DataFrame:
        return self.shop.shop.read("person_address")

    def facts(self, kind: str, where: str = "true") -> set[tuple[Any, ...]]:
        table = self.shop.known["person_address"]
        _, _, query = facts.views(table)[f"person_address_{kind}"]
        self.records().createOrReplaceTempView("told_records")
        asked = self.shop.spark.sql(query.format(table="told_records")).where(where)
        return {(NUMBERS[row[0]], *row[1:5]) for row in asked.collect()}

    def files(self) -> dict[str, int]:
        folder = Path(self.shop.at("history", "person_address"))
        return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
