"""What would leave, and what the pool would say of it: read once, in bounded memory; nothing is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from khlang import manifest
from khlang import period as period_
from khlang.agency import content as content_
from khlang.agency import due, scan
from khlang.agency.checking import rows
from khlang.agency.checking.judging import Judged, judge
from khlang.agency.checking.measures import Measures
from khlang.agency.counted import Counted
from khlang.agency.home import Home
from khlang.agency.reading import Dropped, Finding, ReadOptions, mapping, open_extract, sources
from khlang.agency.sentences import Sentences, TextFinding
from khlang.contracts import Table

Tell = Callable[[int, int | None], None]
CHANGE = 0.2  # of last month's rows: a register rarely grows or shrinks by more; told, not refused


@dataclass(frozen=True)
class Preview:
    """What ``check`` says; counts, headers and row numbers, and no value of any row.

    ``headers``: column of the contract → header in the file; ``reasons``: column → why it has no pseudonym → rows;
    ``lost_years``: column → values without a year; ``rejects``: (reason, column) → rows that would be kept back;
    ``last_rows``: rows sealed for the month before, None where there are none; ``open``: findings without an answer.
    """

    table: Table
    period: str
    files: tuple[str, ...]
    form: str
    headers: dict[str, str]
    dropped: tuple[Dropped, ...]
    findings: tuple[Finding, ...]
    open: tuple[Finding, ...]
    rows: int
    reasons: dict[str, dict[str, Counted]]
    lost_years: dict[str, int]
    rejects: dict[tuple[str, str], Counted]
    judged: tuple[Judged, ...]
    texts: tuple[TextFinding, ...]
    last_rows: int | None

    @property
    def accepted(self) -> bool:
        """Whether seal would make a submission of it and the pool's gate, as far as it is known here, take it."""
        refused = any(one.state == "refused" for one in self.judged)
        return not (refused or self.open or any(one.does == "refuse" for one in self.texts))

    @property
    def far_from_last(self) -> bool:
        """Whether rows differ much from the month before."""
        return self.last_rows is not None and abs(self.rows - self.last_rows) > CHANGE * self.last_rows


def check(
    home: Home, files: Sequence[Path], *, dataset: str, period: str, options: ReadOptions | None = None, tell: Tell
) -> Preview:
    """Read an extract as seal would, and judge it.

    Args:
        home: The agency's folder; no key of it is opened.
        files: Files, folders or zips of one shape.
        dataset: Name of the contract.
        period: As typed, Buddhist or Gregorian.
        options: What the official chose.
        tell: Told rows done, and rows in all where they can be guessed.

    Raises:
        KhlangError: It cannot be read at all.
    """
    month = period_.parse(period)
    bundle = home.bundle()
    table = bundle.table(dataset)
    found = due.check(month, home.today())
    chosen = options or ReadOptions()
    if chosen.mapping is None:
        chosen = replace(chosen, mapping=mapping.load(home.path, dataset))
    extract = open_extract(files, table, bundle.contracts, options=chosen)
    guess = content_.of(files).rows
    measures, sentences = Measures(table, month), Sentences(table)
    lost = {column.name: 0 for column in table.columns if column.generalise}
    for chunk in extract.chunks():
        sentences.add(chunk)
        leaving = rows.leaving(chunk, table, simulation=bundle.simulation)
        for name in lost:
            lost[name] += leaving[name].null_count() - chunk[name].null_count()
        measures.add(leaving)
        tell(measures.rows, guess)
    measures.finish()
    findings = (*found, *extract.findings)
    return Preview(
        table=table,
        period=month,
        files=extract.files,
        form=extract.form,
        headers=extract.headers,
        dropped=_by_content(extract.dropped, files[0], table, chosen),
        findings=findings,
        open=tuple(one for one in findings if one.needs_answer and one.code not in chosen.accept),
        rows=measures.rows,
        reasons=measures.reasons,
        lost_years=lost,
        rejects=measures.rejects,
        judged=judge(measures),
        texts=sentences.findings(),
        last_rows=_last_rows(home, dataset, period_.previous(month)),
    )


def _by_content(dropped: tuple[Dropped, ...], file: Path, table: Table, options: ReadOptions) -> tuple[Dropped, ...]:
    """A header that says nothing: what stands below it in the first rows says what the column is."""
    head = sources.parts(file, table, options)[0].head()
    told: list[Dropped] = []
    for one in dropped:
        at = next(((y, x) for y, row in enumerate(head) for x, cell in enumerate(row) if cell == one.header), None)
        below = [row[at[1]] for row in head[at[0] + 1 :] if at[1] < len(row)] if at else []
        told.append(replace(one, why=scan.kind(below) or one.why) if one.why == "not-in-contract" else one)
    return tuple(told)


def _last_rows(home: Home, dataset: str, period: str) -> int | None:
    """Rows of what was sealed last for a period."""
    folders = [path.parent for path in home.sealed(dataset, period).glob("*/manifest.json")]
    if not folders:
        return None
    latest = max(folders, key=lambda path: (path / "manifest.json").stat().st_mtime)
    return int(manifest.parse((latest / "manifest.json").read_bytes())["rows"])
