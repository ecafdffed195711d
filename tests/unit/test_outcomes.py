"""National outcomes: each is declared whole, its SQL runs over its mart, and no small figure is shown."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from khlang import domains
from khlang.cli import khlang
from khlang.contracts import load as load_contracts
from khlang.errors import ContractError
from khlang.serve import client, outcomes
from khlang.serve.client import Answer
from khlang.serve.outcomes import Outcome

DECLARED = outcomes.load()
CONTRACTS = load_contracts()
ONE = next(one for one in DECLARED if one.code == "1.2.1")


def row(part: float | None, whole: float | None) -> dict[str, Any]:
    return {"period": "2026-02", "part": part, "whole": whole}


def test_every_framework_of_the_document_has_an_indicator_and_order_is_by_number() -> None:
    assert {one.framework for one in DECLARED} == set(outcomes.FRAMEWORKS)
    sdg = [int(one.code.partition(".")[0]) for one in DECLARED if one.framework == "sdg"]
    assert sdg == sorted(sdg)
    assert outcomes.place("sdg", "6.4.2") < outcomes.place("sdg", "11.6.1") < outcomes.place("ranking", "IMD 4.5")


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: f"{one.framework}-{one.code}-{one.mart}")
def test_an_outcome_is_declared_whole(one: Outcome) -> None:
    assert one.domain in domains.names()
    table = CONTRACTS[one.mart]
    assert (table.layer, table.domain) == ("marts", one.domain)
    for words in (one.name, one.measured, one.unit, one.target_words):
        assert [any("\u0e00" <= letter <= "\u0e7f" for letter in text) for text in (words.th, words.en)] == [
            True,
            False,
        ]
    assert one.source
    assert one.scale > 0


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: f"{one.framework}-{one.code}-{one.mart}")
def test_its_sql_runs_over_its_mart_and_looks_at_the_last_month_alone(one: Outcome) -> None:
    table, database = CONTRACTS[one.mart], duckdb.connect()
    columns = ", ".join(f"{column.name} {column.type.replace('STRING', 'VARCHAR')}" for column in table.stored)
    database.execute(f"CREATE TABLE {one.mart} ({columns})")
    for period in ("2026-01", "2026-02", "2026-02"):
        values = {column.name: _value(column.type) for column in table.stored} | {"period": period}
        marks = ", ".join("?" * len(values))
        database.execute(f"INSERT INTO {one.mart} ({', '.join(values)}) VALUES ({marks})", list(values.values()))
    found = database.execute(one.sql).fetchall()
    assert [period for period, _, _ in found] == ["2026-02"]
    assert all(isinstance(float(value), float) for value in found[0][1:])


def _value(kind: str) -> Any:
    plain = {"STRING": "01", "BOOLEAN": True, "DATE": "2026-01-01"}
    return plain.get(kind, 7)


@pytest.mark.parametrize(
    ("part", "whole", "state", "value"),
    [(250, 1000, "shown", 25.0), (9, 1000, "withheld", None), (995, 1000, "withheld", None), (5, 9, "withheld", None),
     (0, 0, "withheld", None), (None, 100, "withheld", None)],
)  # fmt: skip
def test_a_small_part_or_rest_is_withheld(part: float, whole: float, state: str, value: float | None) -> None:
    told = outcomes.told(ONE, "welfare_by_amphoe 1.0.0", row(part, whole))
    assert (told["state"], told["value"], told["met"]) == (state, value, None)


def test_what_counts_nobody_is_shown_as_it_is_and_nothing_divides_by_nought() -> None:
    nobody = replace(ONE, people=False, scale=1)
    assert outcomes.told(nobody, "m", row(2, 8))["value"] == 0.25
    assert outcomes.told(nobody, "m", row(0, 8))["value"] == 0
    assert outcomes.told(nobody, "m", row(2, 0))["state"] == "empty"
    ratio = replace(ONE, share=False, scale=1)
    assert outcomes.told(ratio, "m", row(900, 40))["value"] == 22.5
    assert outcomes.told(ratio, "m", row(900, 9))["state"] == "withheld"


def test_a_target_is_met_from_the_side_that_is_meant() -> None:
    lower, higher = (replace(ONE, target=25.0, better=better) for better in ("lower", "higher"))
    for part, met in ((200, (True, False)), (250, (True, True)), (300, (False, True))):
        assert tuple(outcomes.told(one, "m", row(part, 1000))["met"] for one in (lower, higher)) == met


class Trino:
    """Answers what the welfare mart would; no other table is there."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, _: Any, sql: str) -> Answer:
        self.asked.append(sql)
        if sql == "SHOW TABLES":
            return Answer(("Table",), ("varchar",), (("welfare_by_amphoe",), ("teacher_shortage",)))
        found = (("2026-02", 250, 1000),) if "welfare_by_amphoe" in sql else ()
        return Answer(("period", "part", "whole"), ("varchar", "bigint", "bigint"), found)


@pytest.fixture
def trino(monkeypatch: pytest.MonkeyPatch) -> Trino:
    made = Trino()
    monkeypatch.setattr(client, "ask", made.ask)
    return made


def test_a_mart_that_is_not_there_or_empty_gives_no_value_and_is_not_asked_for(trino: Trino) -> None:
    rows = outcomes.ask(None, CONTRACTS, DECLARED)  # type: ignore[arg-type]  # nobody is connected to
    states = {row["mart"].split()[0]: (row["state"], row["value"]) for row in rows}
    assert states["welfare_by_amphoe"] == ("shown", 25.0)
    assert states["water_by_amphoe"] == states["teacher_shortage"] == ("not_served", None)
    assert not [sql for sql in trino.asked if "water_by_amphoe" in sql]
    assert len(rows) == len(DECLARED)
    assert rows[0]["mart"].endswith(" 1.0.0")


@pytest.mark.usefixtures("trino")
def test_the_command_prints_value_target_and_source(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    monkeypatch.setattr(client, "connect", lambda *_, **__: nullcontext())
    done = CliRunner().invoke(khlang, ["outcomes", "-f", "csv", "--framework", "sdg", "--language", "en"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith("framework,code,name,value,unit,period,target")
    line = next(line for line in lines if line.startswith("sdg,1.2.1,"))
    assert ",25.0,per cent of households,2026-02," in line
    assert "resolution 71/313" in line
    assert not [line for line in lines if line.startswith("ranking")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("goal: 1", "goal"), ("framework: gdp", "framework or better"), ("better: more", "framework or better")],
)
def test_a_declaration_that_is_wrong_is_refused_by_name(tmp_path: Path, wrong: str, said: str) -> None:
    text = (Path(domains.__path__[0]) / "welfare" / "outcomes.yaml").read_text(encoding="utf-8")
    key = wrong.partition(":")[0]
    lines = [line for line in text.splitlines() if not line.lstrip(" -").startswith(f"{key}:")]
    first = lines.index("outcomes:") + 1
    lines[first] = f"  - {wrong}\n    {lines[first].lstrip(' -')}"
    (tmp_path / "welfare").mkdir()
    (tmp_path / "welfare" / "outcomes.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ContractError, match=said) as told:
        outcomes.load(tmp_path)
    assert (told.value.code, told.value.exit_code) == ("OUTCOME", 23)
