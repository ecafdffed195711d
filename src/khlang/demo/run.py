"""The main job, step by step, and whether its answer is true."""

import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from khlang import contracts as contracts_
from khlang.demo import asking, enrol, linked, offices, report, watch
from khlang.demo.airflow import Airflow
from khlang.demo.steps import Steps
from khlang.errors import IntegrityError, UsageError
from khlang.serve.told import Told
from khlang.settings import Settings
from khlang.simulate.domain import Domain, chosen
from khlang.stack import lifecycle

Document = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What the demo runs on.

    ``start`` is the first month, ``YYYY-MM``; ``domains`` as ``simulate`` takes them; ``second``: whether extracts
    have names and birth dates, and records without a usable citizen ID are linked by the second route.
    """

    people: int
    months: int
    seed: int
    start: str
    domains: tuple[str, ...] = ("welfare",)
    second: bool = False

    @property
    def periods(self) -> list[str]:
        """The months, in order."""
        first = int(self.start[:4]) * 12 + int(self.start[5:]) - 1
        return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, first + self.months)]


def simulate(settings: Settings, plan: Plan, say: Callable[[str], None]) -> None:
    """Make the extracts and the truth, unless just these were made before by the same code."""
    from khlang import domains
    from khlang.simulate import run as simulation

    mark = settings.truth / "plan.json"
    folders = [Path(module.__file__ or "").parent for module in (simulation, domains)]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".yaml", ".csv"})
    code = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    wanted = json.dumps(asdict(plan) | {"code": code}, sort_keys=True)
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    mark.unlink(missing_ok=True)
    start = date.fromisoformat(f"{plan.start}-01")
    folder = settings.outside / "agencies"
    simulation.simulate(
        simulation.Plan(
            plan.people, plan.months, start, plan.seed, folder, settings.truth, plan.domains, names=plan.second
        ),
        say,
    )
    mark.write_text(wanted, encoding="utf-8")


def settled(settings: Settings, plan: Plan) -> None:
    """Refuse a demo of other people where one was run before: the pool would take its months for corrections.

    More months of the same people, and other domains, are welcome.

    Raises:
        UsageError: Another number of people, seed or first month, or the one has names in its extracts, the other not.
    """
    mark = settings.truth / "plan.json"
    if not mark.exists():
        return
    before = json.loads(mark.read_text(encoding="utf-8"))
    before.setdefault("second", False)
    names = ("people", "seed", "start", "second")
    if any(before[name] != getattr(plan, name) for name in names):
        told = ", ".join(f"{name} {before[name]}" for name in names)
        raise UsageError(
            f"This installation holds a demo of {told}; one of others would mix with it.",
            "Use the same options, or `make clean` first, or another folder: KHLANG_VAR=DIR make demo …",
            code="DEMO-OTHER",
        )


def run(settings: Settings, plan: Plan, steps: Steps, *, history: bool = False) -> tuple[Document, list[Told]]:
    """Run the main job.

    Args:
        settings: The installation.
        plan: What it runs on.
        steps: What a person watches.
        history: Whether histories are built too, as months come.

    Returns:
        The report, and each domain's answer as it is shown.

    Raises:
        UsageError: The installation holds a demo of other people, or a domain does not exist.
        IntegrityError: An extract was refused, or a mart is not what the extracts can show.
        KhlangError: Whatever else a part of it refuses.
    """
    domains = chosen(plan.domains)
    settled(settings, plan)
    begun = time.monotonic()
    folder = settings.var / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(1) as pool:
        up = pool.submit(_up, settings, steps)
        sealed, agencies = _outside(settings, plan, domains, steps, up)
        up.result()
    board = watch.Board(settings, [item.submission for item in sealed])
    fresh = board.refresh() == 0
    since = datetime.now(UTC)
    with steps.step("send", "Sending through the gateway") as say:
        offices.send(settings, sealed, say)
    with steps.step("pool", "Landing, curating, answering") as say:
        rest = idle(settings, {one.name for one in domains}, board.datasets())
        asked = [name for name, wanted in {"history": history, "second": plan.second}.items() if wanted]
        _follow(settings, board, steps, since=since, switches=switches(rest, asked, fresh=fresh), say=say)
    answered = asking.ask(settings, plan.periods, domains, steps)
    links = linked.quality(settings, plan.periods) if plan.second else []
    told = answered.told
    seconds = steps.seconds | {"total": round(time.monotonic() - begun, 2)}
    document = report.document(
        settings,
        plan=asdict(plan) | {"periods": plan.periods},
        agencies=agencies,
        extracts=[_extract(item, board.rows[item.submission]) for item in sealed],
        link_rates=answered.link_rates,
        linkage=answered.linkage | {"quality": links},
        answers={one.domain: one.figures for one in told},
        population={one.domain: one.population for one in told},
        marts=answered.marts,
        outcomes=answered.outcomes,
        equals_truth=all(mart["equals_truth"] for mart in answered.marts),
        stages=seconds,
        fresh=fresh,
        since=since.isoformat(),
    )
    report.write(folder, document, told)
    judge(document)
    return document, told


def judge(told: Document) -> None:
    """Refuse a demo that refused something, or whose answer is not true.

    Raises:
        IntegrityError: Naming each extract and mart.
    """
    if found := wrong(told):
        raise IntegrityError(f"The demo did not hold: {'; '.join(found)}.", "See report.html.", code="DEMO")


def wrong(told: Document) -> list[str]:
    """Each extract that was not promoted, and each mart that is not true, as a sentence; none of a demo that held."""
    extracts = [
        f"{row['agency']}/{row['dataset']} {row['period']} is {row['verdict'] or 'without a verdict'}"
        for row in told["extracts"]
        if row["verdict"] != "promoted"
    ]
    unasked = told["plan"]["second"] and not told["linkage"]["quality"]
    extracts += ["records without a usable citizen ID were not linked"] if unasked else []
    return extracts + [
        f"{mart['name']} differs from the truth in {mart['missing']} and {mart['extra']} rows"
        for mart in told["marts"]
        if not mart["equals_truth"]
    ]


def _up(settings: Settings, steps: Steps) -> None:
    with steps.step("stack", "Starting the servers") as say:
        lifecycle.up(settings, report=lambda name, took: say(f"{name} is healthy after {took}"))


def _outside(
    settings: Settings, plan: Plan, domains: tuple[Domain, ...], steps: Steps, up: "Future[None]"
) -> tuple[list[offices.Sealed], list[str]]:
    """What happens outside the pool while its servers start; a failure of theirs is told at once."""
    settings.outside.mkdir(parents=True, exist_ok=True)
    with steps.step("simulate", f"Simulating {plan.people:,} people and their paperwork") as say:
        simulate(settings, plan, say)
    with steps.step("enrol", "Enrolling agencies"):
        agencies = enrol.enrol(settings, start=plan.start, months=plan.months)
    if up.done():
        up.result()
    with steps.step("seal", "Sealing extracts at the agencies") as say:
        datasets = {extract.dataset for domain in domains for extract in domain.extracts}
        sealed = offices.seal(settings, offices.extracts(settings, plan.periods, datasets), say)
    return sealed, agencies


def _follow(
    settings: Settings,
    board: watch.Board,
    steps: Steps,
    *,
    since: datetime,
    switches: tuple[dict[str, bool], set[str]],
    say: Callable[[str], None],
) -> None:
    """Start the first hops and watch until all is quiet."""
    running: list[str] = []
    paused, begin = switches
    with Airflow(settings) as airflow:
        airflow.pause(paused)
        for dag in begin | set(airflow.broken()):
            airflow.trigger(dag)
        with steps.live(lambda: board.table(running)) as refresh:

            def redraw() -> None:
                say(", ".join(running) or "…")
                refresh()

            watch.wait(airflow, board, refresh=redraw, running=running, since=since)
    board.refresh()


def switches(rest: dict[str, bool], asked: list[str], *, fresh: bool) -> tuple[dict[str, bool], set[str]]:
    """Which DAGs are paused or not, and which are started (pure).

    Args:
        rest: From :func:`idle`.
        asked: Of ``history`` and ``second`` those asked for; the switch of the other stays as a person left it.
        fresh: Whether nothing was sent before. Months promoted while such a DAG was paused make no event any more.
    """
    paused = {f"marts_{domain}": still for domain, still in rest.items()}
    return paused | dict.fromkeys(asked, False), {"land"} if fresh else {"land", *asked}


def idle(settings: Settings, wanted: set[str], sent: set[str]) -> dict[str, bool]:
    """Each domain that has marts, and whether nothing is to be answered there: not wanted, and none of its data sent.

    Its marts would be started by each input that it shares with another domain, and find nothing to build.
    """
    tables = contracts_.load(settings.contracts)
    filled = {table.domain for table in tables.datasets if table.name in sent}
    return {table.domain: table.domain not in wanted | filled for table in tables.marts}


def _extract(item: offices.Sealed, row: watch.Row) -> Document:
    facts = {name: getattr(item.extract, name) for name in ("agency", "dataset", "period")}
    return facts | {
        "rows": item.rows,
        "rows_curated": row.rows_curated,
        "verdict": row.verdict,
        "reasons": list(row.reasons),
        "submission": item.submission.id,
    }
