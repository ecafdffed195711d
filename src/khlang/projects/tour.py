"""``khlang project tour``: a project from request to certificate on the stack that is up, each step told and timed.

The commands' own functions, one after another; only the clock is put forward, for nobody waits two years.
"""

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from khlang.errors import AccessError, KhlangError, ServiceError
from khlang.policy import book, life, usage
from khlang.policy.request import Request, of
from khlang.projects import bring, enter, keeping, steps
from khlang.serve import client
from khlang.settings import Settings

NAME, ASKER, WHY = "tour", "analyst-a", "tour"
COUNT, OTHERS = "SELECT count(*) FROM welfare_by_amphoe", "SELECT count(*) FROM demo.welfare_eligibility"
PERSONS = "SELECT count(*) FROM welfare_eligibility"
PATIENCE_SECONDS = 30
#: A job: what a person of the project writes, in the project's own tables too.
SCRIPT = """\
from khlang import inside, settings
from khlang.serve import client

with client.connect(settings.load(), inside.me()) as connection:
    client.ask(connection, "CREATE TABLE scratch.{name}.by_province AS "
                           "SELECT province_code, count(*) AS persons FROM welfare_eligibility GROUP BY 1")
    print(len(client.ask(connection, "SELECT * FROM scratch.{name}.by_province").rows), "provinces")
"""


@dataclass(frozen=True)
class Done:
    """One step: what it was, what came of it, and how long it took, in seconds."""

    step: str
    told: str
    seconds: float


def request(name: str, today: dt.date) -> Request:
    """A project over the first domain's persons and its aggregate, until tomorrow."""
    ends = (today + dt.timedelta(days=1)).isoformat()
    return of(
        {
            "name": name, "title_th": "ทดลองเดินโครงการ", "title_en": "A project's walk",
            "purpose": "Show every step of a project's life.", "legal_basis": "a walk over made-up persons",
            "tables": {"welfare_by_amphoe": ["amphoe_code", "registrants"],
                       "welfare_eligibility": ["pid", "province_code"]},
            "people": [ASKER],
            "ends": ends, "replicate_until": ends,
        },
        "the tour",
    )  # fmt: skip


def walk(settings: Settings, tell: Callable[[Done], object]) -> list[Done]:
    """Go the whole way; a project of the tour that an earlier one left is passed over by another name.

    Raises:
        ServiceError: The stack is not up.
        UsageError: The first domain's marts were not built yet.
    """
    today, done = steps.now().date(), list[Done]()
    taken = sum(1 for name in book.names(settings) if name.startswith(NAME))
    asked = request(f"{NAME}{taken + 1}", today)
    name = asked.name

    def step(what: str, work: Callable[[], Any], told: Callable[[Any], str] = lambda _: "") -> Any:
        began = time.monotonic()
        found = work()
        one = Done(what, told(found), round(time.monotonic() - began, 1))
        done.append(one)
        tell(one)
        return found

    def state(project: life.Project) -> str:
        return project.state(steps.now().date())

    def take(action: life.Action, by: str, **data: Any) -> life.Project:
        return keeping.step(settings, name, action, by=by, why=WHY, **data)

    made = step("draft", lambda: keeping.draft(settings, asked, by=ASKER, why=WHY), state)
    step("submit", lambda: take("submit", ASKER), state)
    for agency in made.needed:
        step(f"consent of {agency}", partial(take, "consent", f"{agency}-owner", agency=agency), state)
    for number in range(made.approvals_needed):
        step("approve", partial(take, "approve", f"approver-{number + 1}"), state)
    step("activate: freeze, key, account", lambda: keeping.activate(settings, name, by="approver-1", why=WHY), state)
    login = asked.logins[0]
    password = client.read_password(client.password_file(settings, login))
    step("ask as its analyst", lambda: _ask(settings, login, password, COUNT), lambda rows: f"{rows[0][0]} rows")
    step("ask for another project's", lambda: _refused(settings, login, password, OTHERS), str)
    step("ask for persons from outside", lambda: _refused(settings, login, password, PERSONS), str)
    step("bring a script in", lambda: _bring(settings, name), lambda told: f"sha256 {told['sha256'][:16]}…")
    step("run it inside: persons, an own table", lambda: _run(settings, name), str)
    step("measure its own tables", lambda: (keeping.keep(settings), usage.read(settings)[name])[1],
         lambda size: f"{size} B of {asked.scratch_mb} MB")  # fmt: skip
    with steps.at(_noon(asked.ends, days=1)):
        step("the day after its last: close", lambda: keeping.keep(settings), ", ".join)
        step("ask as its analyst", lambda: _refused(settings, login, password, COUNT), str)
        step("destroy, certify", lambda: keeping.destroy(settings, name, by="approver-1", why=WHY),
             lambda signed: f"{signed['files']} files, {signed['scratch_files']} of its own tables, "
                            f"{signed['workspace_files']} of its workspace, and the key; signed")  # fmt: skip
    return done


def _bring(settings: Settings, name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "tour.py"
        script.write_text(SCRIPT.format(name=name), encoding="utf-8")
        return bring.bring(settings, name, script, by=ASKER, why=WHY)


def _run(settings: Settings, name: str) -> str:
    """What the script said."""
    told = bring.run(settings, name, "tour.py", by=ASKER, why=WHY)
    said = (enter.files(settings, name) / str(told["log"])).read_text(encoding="utf-8").strip()
    if told["exit"]:
        raise ServiceError("The script of the tour failed.", said[-300:])
    return said


def _ask(settings: Settings, login: str, password: str, sql: str) -> tuple[tuple[Any, ...], ...]:
    with client.connect(settings, login, password=password) as connection:
        return client.ask(connection, sql).rows


def _refused(settings: Settings, login: str, password: str, sql: str) -> str:
    """How Trino refuses; it takes rules up within a second."""
    last = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < last:
        try:
            _ask(settings, login, password, sql)
        except KhlangError as refusal:
            return f"refused: {refusal.code}"
        time.sleep(0.2)
    raise AccessError("What was not given, or no more, is read all the same.", "Look at the rules: khlang policy diff")


def _noon(day: str, *, days: int) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T12:00:00+00:00") + dt.timedelta(days=days)
