"""Gives one project its copies of the histories: the same records with the project's pids, and the known months.

Records that came since are re-keyed and appended; the copy is made anew only after a change of its contract, of this
code or of everybody's pids, or when the history was made to forget.
"""

from pathlib import Path
from typing import Any

from khlang import delta, lake
from khlang.contracts import Table, ddl
from khlang.curation import rotation
from khlang.link.build import Workshop, digest
from khlang.link.common import WHOLE
from khlang.link.history.build import records_of
from khlang.link.history.forget import forgotten
from khlang.link.records import Records, State
from khlang.serve import project as projects
from khlang.serve.project import Project

MONTHS = "history_months"


def build(shop: Workshop, project: Project) -> list[tuple[str, str]]:
    """Bring the project's histories up to date.

    Returns:
        ``(table, "all")`` of every table that was written.

    Raises:
        ServiceError: Pids are being changed by a rotation.
    """
    rotation.require_rest(shop.place.objects)
    mine = [table for table in shop.contracts.histories if table.project == project.name]
    written = [table.name for table in mine if _copy(shop, table, project)]
    if mine and _write_months(shop, mine, project):
        written.append(MONTHS)
    return [(name, WHOLE) for name in written]


def months(table: Table, log: list[dict[str, State]]) -> list[dict[str, Any]]:
    """One row of ``history_months`` for each arrival that a history took in.

    Args:
        table: The history.
        log: What each arrival was, in order: period → version of the dataset and when it became known.
    """
    dataset = table.inputs[0]
    return [
        {
            "table_name": table.name,
            "dataset": dataset,
            "is_known": int(state["inputs"][dataset]) > 0,
            "known_from": state["known_from"],
            "period": period,
        }
        for arrival in log
        for period, state in arrival.items()
    ]


def _copy(shop: Workshop, table: Table, project: Project) -> bool:
    known = max((row["known_from"] for row in months(table, list(records_of(shop, table).log()))), default="")
    if not known:
        return False
    records = Records(shop.receipts, f"_projects/{project.name}/{table.versioned}")
    # What a killed run began comes first, as it was: its records may be in the copy already, and must not come twice.
    begun = [state for state in records.cut_off().values() if _bring(shop, table, project, state)]
    code = digest(Path(__file__).read_bytes(), ddl(table).encode())
    turns = {"turn": rotation.generation(shop.place.objects), "forgotten": forgotten(shop, table)}
    state = {"known_from": known, "code": code, **turns}
    return _bring(shop, table, project, state) or bool(begun)


def _bring(shop: Workshop, table: Table, project: Project, state: State) -> bool:
    """Bring a copy to this state, where it is in another."""
    records = Records(shop.receipts, f"_projects/{project.name}/{table.versioned}")
    before = records.states().get(WHOLE, {})
    if before == state:
        return False
    number = records.begin({WHOLE: state})
    grown = {**before, "known_from": state["known_from"]} == state
    since = before["known_from"] if grown else ""
    rows = shop.read(table.name).where(f"known_from > '{since}' AND known_from <= '{state['known_from']}'")
    rekeyed = projects.rekey(rows, shop.read("spine"), table, project)
    projects.check(rekeyed, table, project)
    location = lake.table("projects", table.name, table.version, project=project.name)
    with shop.writer(table, location) as app:
        if grown:
            delta.append(rekeyed, shop.place.at(location), app=app, version=number, sort_by=table.grain[0])
        else:
            delta.replace_all(rekeyed, shop.place.at(location), app=app, version=number)
    rotation.require_rest(shop.place.objects)  # one that began meanwhile changed what was read: no mark, done again
    records.finish(number)
    return True


def _write_months(shop: Workshop, tables: list[Table], project: Project) -> bool:
    table = shop.contracts[MONTHS]
    rows = [row for one in tables for row in months(one, list(records_of(shop, one).log()))]
    records = Records(shop.receipts, f"_projects/{project.name}/{table.versioned}")
    state = {"arrivals": len(rows), "histories": [one.versioned for one in tables]}
    if not rows or records.states().get(WHOLE) == state:
        return False
    number, names = records.begin({WHOLE: state}), [column.name for column in table.stored]
    frame = shop.session().createDataFrame([tuple(row[name] for name in names) for row in rows], ddl(table))
    location = lake.table("projects", table.name, table.version, project=project.name)
    with shop.writer(table, location) as app:
        delta.replace_all(frame.coalesce(1), shop.place.at(location), app=app, version=number)
    records.finish(number)
    return True
