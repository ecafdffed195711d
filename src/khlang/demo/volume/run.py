"""The steps in order, and whether what they found is true."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from khlang import contracts, private
from khlang.demo import enrol, offices, watch
from khlang.demo.airflow import Airflow
from khlang.demo.volume import cutting, steps
from khlang.demo.volume.extract import DATASET, Plan, Truth
from khlang.demo.volume.meter import Meter, Tell
from khlang.errors import IntegrityError
from khlang.lake import Submission
from khlang.link import joinbook, records
from khlang.serve import client
from khlang.settings import Settings

CUTS = 3
SLOWEST = 1000  # rows a second of one hop; a slower pool is a stuck one
COUNTED = "SELECT count(*) AS n, count(DISTINCT pid) AS persons FROM welfare_eligibility WHERE period = ?"
RATES = "SELECT rows_in, duplicates, rows_curated FROM link_rates WHERE period = ? AND dataset = ?"
Document = dict[str, Any]


def run(settings: Settings, plan: Plan, console: Console) -> Document:
    """Run all of it on servers that are up.

    Returns:
        The report: what was found, what was to be found, and what each step took.

    Raises:
        IntegrityError: A step refused, or what it found is not true.
        KhlangError: Whatever else a part of it refuses.
    """
    office = private.folder(private.folder(settings.outside) / "volume")
    home = settings.agency("mof")
    file, parts = office / "extract.csv", office / "parts"
    enrol.enrol(settings, start=plan.period, months=1)
    _expect_strangers(settings, plan)
    with Meter(settings, plan.rows, console) as meter:
        truth, others = meter.apart("write the CSV", steps.csv, plan, file, office / "others")
        made = meter.apart("seal the CSV", steps.seal, home, file, plan.period)
        cut = _send(meter, plan, home, made)
        verdicts = _pool(settings, meter, plan, made, others)
        with meter.step("count in Trino"):
            counted = _counted(settings, plan)
        files = meter.apart("write the workbooks", steps.workbooks, plan, parts)
        again = meter.apart("seal the workbooks", steps.seal, home, parts, plan.period)
        identity = settings.secrets / "month" / f"{plan.period}.identity"
        sides = (made["folder"], [(file.name, plan.rows)]), (again["folder"], files)
        compared = meter.apart("compare pseudonyms", steps.compare, home, identity, *sides)
        measured = [step.as_dict() for step in meter.steps]
    told = {
        "plan": asdict(plan),
        "csv_bytes": file.stat().st_size,
        "sealed": {name: made[name] for name in ("rows", "parts", "bytes")},
        "sent": cut,
        "verdicts": verdicts,
        "truth": asdict(truth),
        "trino": counted,
        "workbooks": {"files": len(files), "bytes": sum((parts / name).stat().st_size for name, _ in files)},
        "pseudonyms": asdict(compared) | {"same": compared.same},
        "steps": measured,
    }
    told["wrong"] = wrong(told, truth)
    return told


def wrong(told: Document, truth: Truth) -> list[str]:
    """What of a report is not as it must be."""
    analyst, engineer = told["trino"]["analyst"], told["trino"]["engineer"]
    wanted = {"rows_in": truth.rows, "duplicates": truth.duplicates, "rows_curated": truth.persons}
    said = {
        f"the line was cut {told['sent']['cuts']} times, not {CUTS}": told["sent"]["cuts"] == CUTS,
        f"verdicts are {told['verdicts']}": set(told["verdicts"].values()) == {"promoted"},
        f"the analyst counts {analyst}, and {truth.persons:,} is true": set(analyst.values()) == {truth.persons},
        f"the engineer counts {engineer}, and {wanted} is true": engineer == wanted,
        "the workbooks' pseudonyms are not those of the CSV": told["pseudonyms"]["same"],
    }
    return [sentence for sentence, holds in said.items() if not holds]


def judge(told: Document) -> None:
    """Refuse what did not hold.

    Raises:
        IntegrityError: Naming all of it.
    """
    if told["wrong"]:
        raise IntegrityError(f"It did not hold: {'; '.join(told['wrong'])}.", "See the report.", code="VOLUME")


def write(told: Document, path: Path) -> None:
    """Write the report; no value of a row is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def _expect_strangers(settings: Settings, plan: Plan) -> None:
    """Let the month's marts through: its registrants are made for their number, and no other register knows them."""
    book = records.bucket(settings)
    for table in contracts.load(settings.contracts).marts:
        joinbook.allow(book, table, plan.period, "khlang volume: registrants whom no other register knows")


def _send(meter: Meter, plan: Plan, home: Path, made: Document) -> Document:
    places = cutting.places(plan.seed, made["bytes"], CUTS)
    with cutting.CuttingProxy(places) as proxy:
        sent = meter.apart("send", steps.send, home, made["folder"], proxy.url, plan.rows / made["bytes"])
        return {"parts": sent, "bytes": made["bytes"], "passed": proxy.passed, "cuts": proxy.cut, "cut_at": places}


def _pool(settings: Settings, meter: Meter, plan: Plan, made: Document, others: dict[str, Path]) -> dict[str, str]:
    """Send the other registers, let Airflow do all there is to do, and give each dataset's verdict."""
    extracts = [offices.Extract(path.parts[-5], name, plan.period, path) for name, path in others.items()]
    with meter.step("land, curate, link, serve") as (_, tell):
        sealed = offices.seal(settings, extracts, lambda _: None)
        offices.send(settings, sealed, lambda _: None)
        mine = Submission(made["agency"], DATASET, plan.period, made["submission"])
        board = watch.Board(settings, [mine, *(one.submission for one in sealed)])
        since = datetime.now(UTC)
        with Airflow(settings) as airflow:
            airflow.trigger("land")
            patience = watch.STUCK_SECONDS + plan.rows / SLOWEST
            refresh = partial(_come, board, mine, plan.rows, tell)
            watch.wait(airflow, board, refresh=refresh, running=[], since=since, patience=patience)
    return {one.dataset: row.verdict for one, row in board.rows.items()}


def _come(board: watch.Board, mine: Submission, rows: int, tell: Tell) -> None:
    row = board.rows[mine]
    tell(rows * (bool(row.landed) + bool(row.curated)) // 3)


def _counted(settings: Settings, plan: Plan) -> Document:
    """The mart's rows as the analyst counts them, and the link rate's figures as the engineer reads them."""
    with client.connect(settings, "analyst") as connection:
        (analyst,) = client.ask(connection, COUNTED, [plan.period]).dicts() or [{}]
    with client.connect(settings, "engineer", schema="ops") as connection:
        (engineer,) = client.ask(connection, RATES, [plan.period, DATASET]).dicts() or [{}]
    return {"analyst": analyst, "engineer": engineer}
