"""What the shell remembers of former sessions: statements that hold no secret and nothing of a person.

A file of its owner alone (0600) under the user's state folder. A statement that might hold an identifier or a password
is kept for the session and never written: it is left out whole, for a mask would guess where it begins.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from prompt_toolkit.history import FileHistory

from khlang import private

#: Eleven digits or more, however they are spaced and in whatever script: citizen IDs, house codes, pids.
_LONG = re.compile(r"\d(?:[\s.\-\u2010-\u2015\u00a0\u200b-\u200d]{0,3}\d){10}")
_SEALED = re.compile(r"\b[spj]1\.[\w-]+\.")
_SECRET = re.compile(r"pass(?:word|wd|phrase)|secret|token|credential|api_?key|รหัสผ่าน|กุญแจ", re.IGNORECASE)
#: A text without a blank that mixes capitals, small letters and digits, as random keys do.
_RANDOM = re.compile(r"'(?=[^'\s]*[a-z])(?=[^'\s]*[A-Z])(?=[^'\s]*\d)[\w+/=.~-]{16,}'")
MOST = 2000


def may_be_kept(statement: str) -> bool:
    """Whether nothing in a statement looks like an identifier, a pseudonym or a secret (pure)."""
    return not any(law.search(statement) for law in (_LONG, _SEALED, _SECRET, _RANDOM))


def file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the history lies: ``${XDG_STATE_HOME:-~/.local/state}/khlang/sql-history``."""
    home = environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "khlang" / "sql-history"


class History(FileHistory):
    """The history of one user, made with its mode before its first statement; the oldest beyond 2,000 go."""

    def __init__(self, path: Path) -> None:
        private.folder(path.parent)
        if not path.exists():
            private.write(path, "")
        path.chmod(0o600)
        super().__init__(path)

    def load_history_strings(self) -> Iterable[str]:
        """Former statements, the latest first."""
        return list(super().load_history_strings())[:MOST]

    def store_string(self, string: str) -> None:
        """Write a statement, unless it might hold what no file of this kind may."""
        if may_be_kept(string):
            super().store_string(string)
