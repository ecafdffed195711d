"""Canary accounts: a twin of each kind of account there is, which no person uses and which reads no more than it.

An agency or a province with an open account of staff has ``mof.canary`` or ``province10.canary``, an active project
``canary.poverty``, outside and inside of its workspace. What such an account is given is compiled by the same
lines as its twins' rights; :mod:`khlang.policy.proof` says what it asks for. Pure.
"""

from collections.abc import Iterable
from dataclasses import replace

from khlang.policy.request import CANARY
from khlang.policy.staff import Member


def of_project(name: str) -> str:
    """The login of a project's canary."""
    return f"{CANARY}.{name}"


def of_staff(members: Iterable[Member]) -> list[Member]:
    """A canary of each agency and province that has an account of staff, with what its role reads."""
    logins = {f"{one.login.partition('.')[0]}.{CANARY}": one for one in members}
    return [replace(one, login=login) for login, one in sorted(logins.items())]


def is_canary(login: str) -> bool:
    """Whether an account of staff is a canary's."""
    return login.partition(".")[2] == CANARY
