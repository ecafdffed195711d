"""Is this the account's password: against the bcrypt hashes that Trino has too."""

import secrets
from functools import cache

from khlang.errors import AccessError
from khlang.owners.sessions import Throttle
from khlang.policy import people
from khlang.policy.people import Account
from khlang.settings import Settings

LONGEST_BYTES = 72  # more bcrypt does not look at


def sign_in(settings: Settings, throttle: Throttle, *, name: str, password: str, address: str) -> Account:
    """The account of a name and password.

    Raises:
        AccessError: They are not an account's (which of them is wrong is not told), or too many failed before.
    """
    import bcrypt

    throttle.require(name, address)
    account, given = people.every(settings).get(name), password.encode("utf-8", "replace")
    # Who has no account waits as long as who has one: otherwise the time would tell which names there are.
    held = people.hashes(settings).get(name, "") if account else ""
    known = held.replace("$2y$", "$2b$", 1).encode() or _nobody()
    right = len(given) <= LONGEST_BYTES and bcrypt.checkpw(given, known)
    if account is None or not held or not right:
        throttle.failed(name, address)
        raise AccessError(
            "ชื่อบัญชีหรือรหัสผ่านไม่ถูกต้อง / The account or the password is not right.",
            "ลองใหม่ ห้าครั้งแล้วต้องรอ / Try again; after five failures you have to wait.",
            code="OWNER-SIGN-IN",
        )
    throttle.passed(name)
    return account


@cache
def _nobody() -> bytes:
    import bcrypt

    hashed: bytes = bcrypt.hashpw(secrets.token_bytes(32).hex().encode(), bcrypt.gensalt(10))
    return hashed
