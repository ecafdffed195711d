"""The texts of contracts, fields, codes, expectations and marts: of a folder, a git revision, or a draft laid over it.

A draft is a folder of the project's own shape (``contracts/``, ``expectations/``, ``src/khlang/domains/``) that holds
only what is new; its ``contracts/fields.yaml`` holds only the new fields.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from khlang.errors import UsageError

KEPT = ("contracts/", "expectations/", "src/khlang/domains/")
FIELDS = "contracts/fields.yaml"
_ENDINGS = (".yaml", ".csv", ".py")


@dataclass(frozen=True)
class Texts:
    """Path below the project → text; ``label``: what they are of.

    Of a draft that lies over them: ``fresh``, the paths that it brought; ``folder``, where it is; ``own_fields``, how
    many lines the project's own fields take before the draft's.
    """

    label: str
    files: Mapping[str, str]
    fresh: frozenset[str] = frozenset()
    folder: str = ""
    own_fields: int = 0

    def below(self, start: str, ending: str = ".yaml") -> dict[str, str]:
        """The files of a folder, with paths below it."""
        return {
            path.removeprefix(start): text
            for path, text in self.files.items()
            if path.startswith(start) and path.endswith(ending)
        }

    @property
    def contracts(self) -> dict[str, str]:
        """``<domain>/<table>.yaml`` → text."""
        return {path: text for path, text in self.below("contracts/").items() if path.count("/") == 1}

    def over(self, draft: "Texts") -> "Texts":
        """These with a draft laid over them: its files count, its fields are added."""
        own = self.files.get(FIELDS, "").rstrip("\n") + "\n"
        files = {**self.files, **draft.files, FIELDS: own + draft.files.get(FIELDS, "")}
        fresh = frozenset(draft.files) - {FIELDS}
        return Texts(f"{self.label} + {draft.label}", files, fresh, draft.folder, own.count("\n"))

    def place(self, file: str, line: int) -> tuple[str, int]:
        """Where a line of these really stands: in the draft what the draft brought."""
        if file == FIELDS and self.own_fields and line > self.own_fields:
            return f"{self.folder}/{file}", line - self.own_fields
        return (f"{self.folder}/{file}" if file in self.fresh else file), line

    def write(self, root: Path) -> Path:
        """Write them below a folder, as a project that commands can be given."""
        for path, text in self.files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return root


def of_folder(root: Path) -> Texts:
    """The texts of a checkout, or of a draft.

    Raises:
        UsageError: There is no ``contracts`` folder in it.
    """
    if not (root / "contracts").is_dir():
        raise UsageError(
            f"{root.name} holds no contracts.", "Name a checkout, or a draft that `khlang contract new` wrote."
        )
    found: dict[str, str] = {}
    for start in KEPT:
        for path in sorted((root / start).rglob("*")):
            if path.suffix in _ENDINGS and path.is_file() and "__pycache__" not in path.parts:
                found[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
    return Texts(root.name, found, folder=str(root))


def of_revision(root: Path, revision: str) -> Texts:
    """The texts as a git revision has them.

    Raises:
        UsageError: This is no git checkout, or it has no such revision.
    """
    listed = _git(root, "ls-tree", "-r", "-z", "--name-only", f"{revision}^{{commit}}", "--", *KEPT)
    if listed is None:
        raise UsageError(
            f"There is no revision {revision}, and no file or folder of that name.",
            "Name a file, a folder that holds contracts, or a git revision such as HEAD or main.",
        )
    names = [name for name in listed.split("\0") if name.endswith(_ENDINGS)]
    return Texts(revision, _contents(root, revision, names))


def draft_of(path: Path, root: Path) -> Path | None:
    """The draft folder that a path lies in or is; None for what lies in the project's own ``contracts``."""
    for folder in (path, *path.parents):
        if folder.resolve() == root.resolve():
            return None
        if (folder / "contracts").is_dir():
            return folder
    return None


def _contents(root: Path, revision: str, names: list[str]) -> dict[str, str]:
    """All files of a revision in one call: a header with the size, the content, a line break."""
    asked = "".join(f"{revision}:{name}\n" for name in names)
    done = subprocess.run(
        ["git", "-C", str(root), "cat-file", "--batch"], input=asked.encode(), capture_output=True, check=True
    )
    told, out = done.stdout, {}
    at = 0
    for name in names:
        end = told.index(b"\n", at)
        size = int(told[at:end].rsplit(b" ", 1)[1])
        out[name] = told[end + 1 : end + 1 + size].decode("utf-8")
        at = end + size + 2
    return out


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8") if done.returncode == 0 else None
