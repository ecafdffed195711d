"""What an account may see and do: an owner what concerns its agency, a keeper what concerns the pool. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from khlang.contracts import Contracts
from khlang.errors import AccessError
from khlang.policy import owners
from khlang.policy.life import MAY, Action, Event, Project
from khlang.policy.people import Account

#: Role → what is done on the page; to destroy is the keepers' command's.
ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "owner": ("consent", "refuse"),
    "keeper": ("approve", "activate", "extend", "revoke"),
}


@dataclass(frozen=True)
class Asked:
    """What a project asks of one table: its columns, and the datasets of the asking reader's that it is made of."""

    table: str
    columns: tuple[str, ...]
    datasets: tuple[str, ...]


def require(account: Account, agency: str) -> None:
    """Let nobody see or do what is another agency's.

    Raises:
        AccessError: The account is another agency's.
    """
    if not account.may_see(agency):
        raise _not_yours()


def require_action(account: Account, action: str) -> Action:
    """The action, where the account's role may do it.

    Raises:
        AccessError: It may not.
    """
    for one in ACTIONS[account.role]:
        if one == action:
            return one
    raise _not_yours()


def visible(account: Account, project: Project) -> bool:
    """Whether a project concerns an account: asks for its agency's data and was submitted once."""
    submitted = any(event.action == "submit" for event in project.events)
    return submitted and (account.role == "keeper" or account.agency in project.needed)


def answers(account: Account, project: Project, state: str) -> tuple[Action, ...]:
    """What this account may answer now; an owner who has consented may still take that back."""
    done = account.role == "owner" and account.agency not in project.missing
    return tuple(
        action for action in ACTIONS[account.role] if state in MAY[action] and not (done and action == "consent")
    )


def waits(account: Account, project: Project, state: str) -> bool:
    """Whether the project waits for this account's word."""
    return bool({"consent", "approve", "activate"} & set(answers(account, project, state)))


def asked(contracts: Contracts, project: Project, agency: str) -> tuple[Asked, ...]:
    """What of a request concerns one agency's data; all of it where no agency is named.

    A table without a contract any more is told without its datasets.
    """
    found = []
    for table, columns in sorted(project.asked.tables.items()):
        made_of = owners.sources(contracts, [table]) if table in contracts else ()
        mine = tuple(one.name for one in made_of if agency in {"", one.agency})
        if mine or not agency:
            found.append(Asked(table, columns, mine))
    return tuple(found)


def told(account: Account, project: Project) -> tuple[Event, ...]:
    """What happened, but for what another agency's people said."""
    return tuple(
        event for event in project.events if "agency" not in event.data or account.may_see(event.data["agency"])
    )


def _not_yours() -> AccessError:
    return AccessError(
        "ไม่ใช่เรื่องของหน่วยงานท่าน / This does not concern your agency.",
        "กลับไปที่รายการ / Go back to the list.",
        code="OWNER-OTHER",
    )
