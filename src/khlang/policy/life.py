"""A project's life as a state machine: what happened to it, who did it and why, and what may happen next.

draft → submitted (one consent an agency) → consented → approved → active → expired or revoked → destroyed. The state
is never stored: it follows from the events, and from the day, for an active project whose last day is over is expired.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from khlang.errors import AccessError, UsageError
from khlang.policy.request import Request, of

Action = Literal[
    "draft", "submit", "consent", "refuse", "approve", "activate", "bring", "run", "clear", "reidentify", "extend",
    "revoke", "expire", "destroy",
]  # fmt: skip
State = Literal[
    "none", "draft", "submitted", "refused", "consented", "approved", "active", "expired", "revoked", "destroyed"
]
#: Action → the states in which it may be done.
MAY: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"none", "draft", "refused"}),
    "submit": frozenset({"draft"}),
    "consent": frozenset({"submitted"}),
    "refuse": frozenset({"submitted", "consented"}),
    "approve": frozenset({"consented"}),
    "activate": frozenset({"approved"}),
    "bring": frozenset({"active"}),
    "run": frozenset({"active"}),
    "clear": frozenset({"active"}),
    "reidentify": frozenset({"active"}),
    "extend": frozenset({"active", "expired"}),
    "revoke": frozenset({"submitted", "consented", "approved", "active", "expired"}),
    "expire": frozenset({"expired"}),
    "destroy": frozenset({"expired", "revoked"}),
}
#: Actions of the pool's approvers, who are nobody that asked or works in the project.
APPROVING = frozenset({"approve", "extend"})


@dataclass(frozen=True)
class Event:
    """One thing that happened: what, by whom, when (UTC, ISO 8601), why, and what else belongs to it."""

    action: Action
    by: str
    at: str
    why: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for the book."""
        return {"action": self.action, "by": self.by, "at": self.at, "why": self.why, "data": dict(self.data)}


@dataclass(frozen=True)
class Project:
    """A project after all its events."""

    request: Request | None = None
    stage: State = "none"
    needed: tuple[str, ...] = ()
    approvals_needed: int = 1
    consents: Mapping[str, str] = field(default_factory=dict)
    approvals: tuple[str, ...] = ()
    asked_by: tuple[str, ...] = ()
    ends: str = ""
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def state(self, today: dt.date) -> State:
        """Its state on a day."""
        over = self.stage == "active" and today.isoformat() > self.ends
        return "expired" if over else self.stage

    @property
    def missing(self) -> tuple[str, ...]:
        """The agencies that have not consented yet."""
        return tuple(name for name in self.needed if name not in self.consents)

    @property
    def asked(self) -> Request:
        """The request; a project that was never drafted has none (UsageError)."""
        if self.request is None:
            raise UsageError("There is no project of this name.", "See: khlang project list", code="PROJECT-NONE")
        return self.request


def replay(events: Iterable[Event]) -> Project:
    """A project from its events, each checked as when it was new.

    Raises:
        UsageError: An event may not follow those before it.
        AccessError: Somebody did what that person may not.
    """
    project = Project()
    for event in events:
        project = after(project, event)
    return project


def after(project: Project, event: Event) -> Project:
    """The project after one more event.

    Raises:
        UsageError: The project is not in a state for it (PROJECT-STATE), or who and why are not told (PROJECT-WHY).
        AccessError: An agency consents to what is not of it (PROJECT-OWNER), or one person acts for two (PROJECT-EYES).
    """
    check(project, event)
    done = replace(project, events=(*project.events, event))
    if event.action in _STAGES:
        done = replace(done, stage=_STAGES[event.action])
    return _CHANGES.get(event.action, _unchanged)(done, event)


def check(project: Project, event: Event) -> None:
    """Whether an event may be the next; raises as :func:`after`."""
    state = project.state(dt.datetime.fromisoformat(event.at).date())
    if state not in MAY[event.action]:
        raise UsageError(
            f"A project that is {state} cannot be taken to: {event.action}.",
            f"Possible now: {', '.join(sorted(a for a, states in MAY.items() if state in states)) or 'nothing'}.",
            code="PROJECT-STATE",
        )
    if not event.by.strip() or len(event.why.strip()) < 3:  # a reason, not a dot
        raise UsageError("Who does it and why is not told.", "Give --by and --why.", code="PROJECT-WHY")
    if event.action in {"consent", "refuse"} and event.data.get("agency") not in project.needed:
        raise AccessError(
            "No data of this agency were asked for.", f"Asked are: {', '.join(project.needed)}.", code="PROJECT-OWNER"
        )
    if event.action in APPROVING and event.by in _interested(project):
        raise AccessError(
            f"{event.by} asked for this project, works in it, consented for an owner or approved it already.",
            "Somebody else must approve.",
            code="PROJECT-EYES",
        )
    if event.action == "consent" and event.by in {*project.asked_by, *project.asked.people}:
        raise AccessError(f"{event.by} asked for this project.", "Somebody else must consent.", code="PROJECT-EYES")
    if event.action == "extend" and not project.ends < str(event.data.get("ends")) <= project.asked.replicate_until:
        raise UsageError(
            "The new last day is not after the old one, or after the day of destruction that was approved.",
            f"Choose a day after {project.ends} and not after {project.asked.replicate_until}.",
            code="PROJECT-ENDS",
        )
    if event.action == "destroy" and event.at[:10] <= project.asked.replicate_until:
        raise UsageError(
            "The project's tables are kept until the day that its results can be made again.",
            f"Destroy it after {project.asked.replicate_until}.",
            code="PROJECT-ESCROW",
        )


def _interested(project: Project) -> set[str]:
    approved = project.approvals if project.stage == "consented" else ()
    return {*project.asked_by, *project.asked.people, *project.consents.values(), *approved}


def _unchanged(project: Project, event: Event) -> Project:
    del event
    return project


def _drafted(project: Project, event: Event) -> Project:
    request = of(event.data["request"], "the book")
    return Project(
        request,
        "draft",
        tuple(event.data["agencies"]),
        int(event.data["approvals"]),
        asked_by=(event.by,),
        ends=request.ends,
        events=project.events,
    )


def _consented(project: Project, event: Event) -> Project:
    consents = {**project.consents, event.data["agency"]: event.by}
    whole = not set(project.needed) - set(consents)
    return replace(project, consents=consents, stage="consented" if whole else "submitted")


def _approved(project: Project, event: Event) -> Project:
    approvals = (*project.approvals, event.by)
    return replace(project, approvals=approvals, stage="approved" if _enough(project, approvals) else "consented")


def _enough(project: Project, approvals: tuple[str, ...]) -> bool:
    return len(approvals) >= project.approvals_needed


#: What an action makes of the state by itself, and what it changes beside.
_STAGES: Mapping[str, State] = {
    "submit": "submitted",
    "refuse": "refused",
    "activate": "active",
    "extend": "active",
    "revoke": "revoked",
    "expire": "expired",
    "destroy": "destroyed",
}
_CHANGES: Mapping[str, Callable[[Project, Event], Project]] = {
    "draft": _drafted,
    "submit": lambda project, event: replace(project, asked_by=(*project.asked_by, event.by)),
    "consent": _consented,
    "refuse": lambda project, _: replace(project, consents={}, approvals=()),
    "approve": _approved,
    "activate": lambda project, event: replace(project, snapshot=event.data),
    "extend": lambda project, event: replace(project, ends=event.data["ends"]),
}
