"""Lint: every finding of all contracts at once, or of those that are asked for."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from khlang.authoring import across, checks, versions
from khlang.authoring.contract import Contract
from khlang.authoring.finding import Finding
from khlang.authoring.project import Project
from khlang.authoring.texts import FIELDS


def lint(project: Project, *, only: Collection[str] = (), before: Project | None = None) -> list[Finding]:
    """Every finding, in the order of files and lines.

    Args:
        project: What is judged, a draft over it included.
        only: Paths below ``contracts/`` that are looked at; without any all. Others are read where these need them.
        before: The project as it was: a breaking change since then needs a new version.
    """
    contracts = {path: Contract(path, marked, project) for path, marked in project.contracts.items()}
    chosen = {path: one for path, one in contracts.items() if not only or path in only}
    found = [*project.unread]
    for one in chosen.values():
        found += checks.check(one)
    broken = frozenset(each.file.removeprefix("contracts/") for each in found)
    found += across.check(project, contracts, broken)
    if before is not None:
        found += versions.check(contracts, project, before)
    files = {f"{start}/{path}" for path in chosen for start in ("contracts", "expectations")} | {FIELDS}
    wanted = {each for each in found if not only or each.file in files or each in project.unread}
    return sorted(map(partial(placed, project), wanted))


def placed(project: Project, one: Finding) -> Finding:
    """A finding at the file and line where its text really stands: of a draft, in the draft."""
    file, line = project.texts.place(one.file, one.line)
    return replace(one, file=file, line=line)
