"""Who asks from inside a project's workspace: the name Trino knows that by, and what a process there finds.

A person's login of a project (``analyst-a.poverty``) reads aggregates wherever it is used. The same person inside the
workspace is another user of Trino (``analyst-a.poverty@workspace``), who logs in by a pass of minutes that lies in the
folder that ``KHLANG_WORKSPACE`` names (``docs/decisions/234-inside-a-workspace.md``).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from khlang.errors import AccessError

SUFFIX = "@workspace"
VARIABLE = "KHLANG_WORKSPACE"


def identity(login: str) -> str:
    """The user that a login is inside its workspace."""
    return f"{login}{SUFFIX}"


def login(user: str) -> str:
    """The login of a user, inside or not."""
    return user.removesuffix(SUFFIX)


@dataclass(frozen=True)
class Inside:
    """This process stands in a workspace: as whom, and where its pass lies."""

    login: str
    folder: Path

    @property
    def user(self) -> str:
        """The user of Trino."""
        return identity(self.login)

    def is_me(self, user: str) -> bool:
        """Whether a user who is asked for is the one that this workspace was entered as."""
        return login(user) == self.login

    def read_pass(self) -> str:
        """The pass as it is now; whoever entered renews it every few minutes.

        Raises:
            AccessError: It was taken away: the project is over, or whoever entered it has left.
        """
        try:
            return pass_file(self.folder).read_text(encoding="ascii").strip()
        except OSError:
            raise AccessError(
                "This workspace is closed: its pass was taken away.",
                "Leave, and see: khlang project show; while it is active: khlang project enter",
                code="WORKSPACE-CLOSED",
            ) from None


def pass_file(folder: Path) -> Path:
    """Where the pass lies in the folder of one who entered."""
    return folder / "pass"


def login_file(folder: Path) -> Path:
    """Where it stands as whom one entered."""
    return folder / "login"


def here(environ: Mapping[str, str] = os.environ) -> Inside | None:
    """The workspace that this process stands in; None outside of any."""
    named = environ.get(VARIABLE)
    if not named:
        return None
    folder = Path(named)
    return Inside(login_file(folder).read_text(encoding="utf-8").strip(), folder)


def me() -> str:
    """Who asks when nobody else is named: the login that this workspace was entered as, elsewhere the analyst."""
    place = here()
    return place.login if place else "analyst"
