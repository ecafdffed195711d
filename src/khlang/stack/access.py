"""Who may log in to Trino and what each may read: compiled from contracts and projects, taken up while it runs.

Both files are replaced whole. What cannot be compiled is not written: the last good rules stay.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from khlang import contracts, private
from khlang.policy import accounts, book, people, staff, usage, versions
from khlang.policy.compile import Policy, policy, rules
from khlang.settings import Settings
from khlang.stack import secrets


def rules_file(settings: Settings) -> Path:
    """The rules that Trino reads every second."""
    return settings.var / "trino" / "etc" / "rules.json"


def passwords_file(settings: Settings) -> Path:
    """The bcrypt hashes that Trino reads every five seconds."""
    return settings.var / "trino" / "etc" / "password.db"


def compiled(settings: Settings, today: dt.date | None = None) -> tuple[Policy, dict[str, Any]]:
    """What holds today by contracts and projects, and its rules.

    Raises:
        IntegrityError: The book of a project or of staff was tampered with.
        ContractError, InputError: An active project was given what no contract has any more, or contracts/staff.yaml
            does not fit the contracts.
    """
    known = contracts.load(settings.contracts)
    day = today or dt.datetime.now(dt.UTC).date()
    held = policy(known, book.every(settings).values(), day, members(settings, known), full=usage.full(settings))
    return held, rules(known, held)


def members(settings: Settings, known: contracts.Contracts) -> list[staff.Member]:
    """The open accounts of staff, with what their roles read; raises as :func:`compiled`."""
    opened = accounts.opened(settings)
    roles = staff.load(settings.contracts / "staff.yaml", known) if opened else ()
    return [staff.member(login, roles, known) for login in opened]


def deployed(settings: Settings) -> dict[str, Any]:
    """The rules that Trino has now; rules that allow nothing where it never had any."""
    path = rules_file(settings)
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"tables": []}
    return loaded


def apply(settings: Settings, today: dt.date | None = None) -> Policy:
    """Give and take every right as of today: accounts, passwords, rules; raises as :func:`compiled`.

    A running Trino takes rules up within a second and passwords within five.
    """
    held, document = compiled(settings, today)
    private.folder(rules_file(settings).parent)
    logins = list(dict.fromkeys([*held.logins, *people.every(settings)]))  # one person may be staff and owner
    for login in logins:
        secrets.text_file(secrets.trino_password_file(settings, login))
    # Rights first where they are taken, accounts first where they are given: nobody ever has more than both say.
    secrets.write_private(rules_file(settings), json.dumps(document, indent=1, ensure_ascii=False))
    versions.note(settings, document, dt.datetime.now(dt.UTC))
    _write_passwords(settings, [*secrets.TRINO_USERS, *logins])
    return held


def _write_passwords(settings: Settings, users: list[str]) -> None:
    """The bcrypt file; an entry is kept while it fits its password, for hashing costs time at every start."""
    import bcrypt

    path = passwords_file(settings)
    old = dict(line.split(":", 1) for line in path.read_text().splitlines()) if path.exists() else {}
    hashes = dict[str, str]()
    for user in users:
        password = secrets.trino_password_file(settings, user).read_bytes().strip()
        known = old.get(user, "").replace("$2y$", "$2b$", 1).encode()
        if not (known and bcrypt.checkpw(password, known)):
            known = bcrypt.hashpw(password, bcrypt.gensalt(10))
        hashes[user] = known.decode().replace("$2b$", "$2y$", 1)
    secrets.write_private(path, "".join(f"{user}:{hashed}\n" for user, hashed in hashes.items()))
    people.write_hashes(settings, hashes)
