"""A project for the tests of policy: its request, and its life up to a state."""

import datetime as dt
from pathlib import Path
from typing import Any

from khlang import contracts
from khlang.policy import life, owners, staff
from khlang.policy.life import Action, Event, Project
from khlang.policy.request import Request, of

CONTRACTS = contracts.load()
ASKED: dict[str, Any] = {
    "name": "poverty",
    "title_th": "ใครตกหล่นจากสวัสดิการ",
    "title_en": "Who is missed by welfare",
    "purpose": "Find poor households that hold no registrant, by province.",
    "legal_basis": "PDPA section 24(4)",
    "tables": {
        "welfare_eligibility": ["pid", "province_code", "debt_baht"],
        "welfare_by_amphoe": ["amphoe_code", "registrants"],
        "population_months": ["pid", "is_resident", "is_alive", "house_id", "amphoe_code", "mother_pid"],
    },
    "people": ["analyst-a", "analyst-b"],
    "ends": "2027-06-30",
    "replicate_until": "2029-06-30",
}
AGENCIES = owners.agencies(CONTRACTS, ASKED["tables"])
START = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)


def request(**changes: Any) -> Request:
    return of({**ASKED, **changes}, "a test")


def event(action: Action, by: str = "keeper", at: dt.datetime = START, **data: Any) -> Event:
    return Event(action, by, at.isoformat(), "for a test", data)


def drafted(asked: Request | None = None, approvals: int = 2) -> Event:
    made = asked or request()
    return event(
        "draft", by="analyst-a", request=made.as_dict(), approvals=approvals,
        agencies=list(owners.agencies(CONTRACTS, made.tables)),
    )  # fmt: skip


def events(until: Action = "activate", **given: Any) -> list[Event]:
    consents = [event("consent", by=f"{agency}-owner", agency=agency) for agency in AGENCIES]
    every = [drafted(**given), event("submit", by="analyst-a"), *consents, event("approve", by="keeper"),
             event("approve", by="second"), event("activate")]  # fmt: skip
    last = max(number for number, one in enumerate(every) if one.action == until)
    return every[: last + 1]


def project(until: Action = "activate", **given: Any) -> Project:
    return life.replay(events(until, **given))


ROLES = staff.load(Path(__file__).parents[1] / "contracts" / "staff.yaml", CONTRACTS)


def member(login: str) -> staff.Member:
    return staff.member(login, ROLES, CONTRACTS)
