"""The texts of a project as lint, diff and test want them: marked documents, code lists, and the tables they make."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from khlang.authoring import marks
from khlang.authoring.finding import Finding
from khlang.authoring.marks import Marked
from khlang.authoring.texts import FIELDS, Texts, of_folder
from khlang.contracts import Contracts
from khlang.contracts.loader import build


@dataclass(frozen=True)
class Project:
    """Documents by path below ``contracts/`` and ``expectations/``; ``unread``: findings of those that are no YAML."""

    texts: Texts
    contracts: Mapping[str, Marked]
    expectations: Mapping[str, Marked]
    fields: Mapping[str, Any]
    codes: Mapping[str, list[dict[str, str]]]
    unread: tuple[Finding, ...]

    @property
    def source(self) -> dict[str, Any]:
        """What ``khlang.contracts.loader.build`` takes."""
        return {
            "fields": self.fields,
            "codes": self.codes,
            "contracts": {path: one.document for path, one in self.contracts.items()},
            "expectations": {path: one.document for path, one in self.expectations.items()},
        }

    def tables(self) -> Contracts:
        """The tables.

        Raises:
            ContractError: They do not agree.
        """
        return build(self.source)

    @property
    def domains(self) -> frozenset[str]:
        """Every name of a folder of contracts or of a package of domains."""
        packages = {path.split("/")[3] for path in self.texts.files if path.startswith("src/khlang/domains/")}
        folders = {path.split("/")[0] for path in self.contracts}
        return frozenset(name for name in packages | folders if not name.endswith(".py"))


def read(texts: Texts, *, places: bool = True) -> Project:
    """Read every text; one that is no YAML becomes a finding, and the others are read on.

    Args:
        texts: Of a folder or a revision.
        places: Whether somebody will ask where in a text a thing stands.
    """
    unread: list[Finding] = []

    def marked(start: str, files: Mapping[str, str]) -> dict[str, Marked]:
        found: dict[str, Marked] = {}
        for path, text in files.items():
            try:
                one = marks.read(text, places=places)
            except marks.NotYamlError as error:
                unread.append(_unread(f"{start}{path}", *error.place))
                continue
            if isinstance(one.document, dict):
                found[path] = one
            else:
                unread.append(_unread(f"{start}{path}", 1, 1))
        return found

    fields = marked("", {FIELDS: texts.files.get(FIELDS, "{}")})
    wanted = {path: text for path, text in texts.below("expectations/").items() if path.count("/") == 1}
    return Project(
        texts,
        marked("contracts/", texts.contracts),
        marked("expectations/", wanted),
        fields[FIELDS].document if fields else {},
        {PurePosixPath(path).stem: rows(text) for path, text in texts.below("contracts/codes/", ".csv").items()},
        tuple(unread),
    )


def rows(text: str) -> list[dict[str, str]]:
    """Rows of a code list; lines that begin with ``#`` are notes."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def overlaid(base: Texts, draft: Path | None) -> Texts:
    """The project's texts with a draft's over them, where there is one."""
    return base.over(of_folder(draft)) if draft else base


def _unread(file: str, line: int, column: int) -> Finding:
    return Finding(
        file, line, column, "LINT-YAML", "cannot be read as YAML.", "Mend the indentation or the quotes there."
    )
