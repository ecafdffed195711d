"""Accounts of data owners and of the pool's keepers: who they are, and of which agency; never a password.

``agency.person`` acts for one agency, ``keeper.person`` for the pool. They stand in ``<var>/registry/accounts.json``;
beside it ``accounts.hashes`` has the bcrypt hashes of these and of nobody else: the gateway needs no more of Trino's
password file than that.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from khlang import private
from khlang.contracts import Contracts
from khlang.errors import InputError, UsageError
from khlang.policy.request import CANARY, PERSON
from khlang.settings import Settings

Role = Literal["owner", "keeper"]
KEEPER = "keeper"


@dataclass(frozen=True)
class Account:
    """One person: ``name`` is what is typed at sign-in; ``agency`` is empty for a keeper."""

    name: str
    role: Role
    agency: str

    def may_see(self, agency: str) -> bool:
        """Whether what concerns an agency may be shown to this person."""
        return self.role == KEEPER or self.agency == agency


def folder(settings: Settings) -> Path:
    """Where accounts stand."""
    return settings.registry


def every(settings: Settings) -> dict[str, Account]:
    """All accounts by name."""
    path = folder(settings) / "accounts.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {one["name"]: Account(**one) for one in told}


def add(settings: Settings, name: str, contracts: Contracts, *, logins: Iterable[str]) -> Account:
    """Give a person an account.

    Args:
        settings: The installation.
        name: ``agency.person`` or ``keeper.person``.
        contracts: Whose agencies there are.
        logins: Accounts of projects, of which none may be taken.

    Raises:
        InputError: The name is none, its agency sends nothing, or it is taken.
    """
    made = of(name, contracts)
    if name in logins:
        raise _wrong("OWNER-NAME", f"{name} is the login of a project.", "Choose another name.")
    _change(settings, lambda held: {**held, name: made})
    return made


def require(settings: Settings, name: str) -> Account:
    """An account there is.

    Raises:
        UsageError: There is none of this name.
    """
    held = every(settings)
    if name not in held:
        raise UsageError(f"There is no account {name}.", "See: khlang owner list", code="OWNER-NONE")
    return held[name]


def remove(settings: Settings, name: str) -> None:
    """Take an account away; raises as :func:`require`."""
    require(settings, name)
    _change(settings, lambda held: {key: one for key, one in held.items() if key != name})


def of(name: str, contracts: Contracts) -> Account:
    """The account that a name stands for; raises InputError where it stands for none."""
    party, dot, person = name.partition(".")
    if not dot or not PERSON.fullmatch(person) or person == CANARY:
        raise _wrong(
            "OWNER-NAME", f"{name} is no name of an account.", "Write agency.person or keeper.person, in small letters."
        )
    if party == KEEPER:
        return Account(name, "keeper", "")
    if not contracts.by_agency(party):
        raise _wrong("OWNER-NAME", f"{party} sends no dataset.", "Write the agency as the contracts do.")
    return Account(name, "owner", party)


def reserved(contracts: Contracts) -> frozenset[str]:
    """Names that nobody in a project may have: their logins would look like an owner's or a keeper's."""
    return frozenset({KEEPER, *(table.agency for table in contracts.datasets)})


def hashes(settings: Settings) -> dict[str, str]:
    """Account → bcrypt hash, as Trino has it."""
    path = folder(settings) / "accounts.hashes"
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return dict(line.split(":", 1) for line in lines)


def write_hashes(settings: Settings, held: Mapping[str, str]) -> None:
    """Put the hashes of the accounts there are, and of no other, beside them (0600)."""
    mine = every(settings)
    lines = (f"{name}:{hashed}\n" for name, hashed in sorted(held.items()) if name in mine)
    private.write(folder(settings) / "accounts.hashes", "".join(lines))


def _change(settings: Settings, change: Callable[[dict[str, Account]], dict[str, Account]]) -> None:
    private.folder(folder(settings))
    handle = os.open(folder(settings) / ".accounts.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        after = change(every(settings))
        told = [asdict(one) for _, one in sorted(after.items())]
        private.write(folder(settings) / "accounts.json", json.dumps(told, indent=1) + "\n")


def _wrong(code: str, message: str, remedy: str) -> InputError:
    return InputError(message, remedy, code=code)
