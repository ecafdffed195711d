"""What a dashboard declares: a question, and charts that answer it, each of one mart.

``infra/superset/<domain>.yaml`` holds one domain's. Names of columns are the contract's; everything else that Superset
wants (types, meanings, formats, SQL, places on the page) follows from the contract and the kind of chart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

import yaml

from khlang.contracts import Contracts, Table
from khlang.errors import ContractError

Show = Literal["number", "line", "bar", "map", "table"]
Reckoned = Literal["sum", "share", "rows", "mean", "most"]
COLUMNS_OF_PAGE: Final = 12
WIDTHS: Final[Mapping[Show, int]] = {"number": 3, "line": 6, "bar": 6, "map": 6, "table": 6}
MOST_CATEGORIES: Final = 15


@dataclass(frozen=True)
class Measure:
    """One figure of a chart.

    Attributes:
        kind: ``sum`` of a column; ``share`` of one sum in another; ``rows``, how many; ``mean`` of a column's values,
            ``most``, the highest.
        columns: The column, or part and whole; of ``rows`` none.
        label: Thai words for it; the contract's meaning where the file gives none.
        where: A boolean column: only rows of which it is true.
    """

    kind: Reckoned
    columns: tuple[str, ...]
    label: str
    where: str | None = None


@dataclass(frozen=True)
class Chart:
    """One chart of one mart.

    Attributes:
        title: In Thai.
        show: Its kind.
        mart: Which it asks.
        measures: What is drawn; ``number`` and ``map`` take one.
        by: What there is a bar, a point or a row for; codes are shown by their Thai names.
        split: A second column, whose values get a colour each.
        only: Column → the value that its rows have.
        but: Column → a value that its rows have not.
        top: How many of the largest at most.
        width: Twelfths of the page.
    """

    title: str
    show: Show
    mart: str
    measures: tuple[Measure, ...]
    by: tuple[str, ...]
    split: str | None
    only: Mapping[str, str | bool]
    but: Mapping[str, str | bool]
    top: int
    width: int

    @property
    def columns(self) -> set[str]:
        """Every column of the mart that it names."""
        named = {name for measure in self.measures for name in (*measure.columns, measure.where) if name}
        return named | {*self.by, *self.only, *self.but} | ({self.split} if self.split else set())


@dataclass(frozen=True)
class Dashboard:
    """The dashboard of one domain."""

    domain: str
    title: str
    question_th: str
    question_en: str
    charts: tuple[Chart, ...]

    @property
    def marts(self) -> tuple[str, ...]:
        """The marts it asks, in order of name."""
        return tuple(sorted({chart.mart for chart in self.charts}))


def load(folder: Path, contracts: Contracts) -> tuple[Dashboard, ...]:
    """Every declared dashboard, in order of domain.

    Args:
        folder: ``infra/superset``.
        contracts: Whose marts and columns they name.

    Raises:
        ContractError: A file names a mart, column or word that is not there, or lacks one.
    """
    return tuple(read(path.stem, path.read_text(encoding="utf-8"), contracts) for path in sorted(folder.glob("*.yaml")))


def read(domain: str, text: str, contracts: Contracts) -> Dashboard:
    """One domain's file.

    Raises:
        ContractError: As ``load`` says.
    """
    try:
        said = yaml.safe_load(text)
        charts = tuple(_chart(dict(one), contracts) for one in said["charts"])
        made = Dashboard(domain, said["title"], said["question"]["th"], said["question"]["en"], charts)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _wrong(domain, f"line {line} is no YAML") from None
    except KeyError as error:
        raise _wrong(domain, f"{error.args[0]} is missing") from None
    except (TypeError, ValueError) as error:
        raise _wrong(domain, str(error)) from None
    for chart in made.charts:
        if what := "; ".join(_faults(chart, contracts[chart.mart], domain)):
            raise _wrong(domain, f"{chart.title}: {what}")
    return made


def _chart(said: dict[str, Any], contracts: Contracts) -> Chart:
    show, table = said.pop("show"), contracts[said.pop("mart")]
    if show not in WIDTHS:
        raise ValueError(f"no chart is a {show}")
    by = said.pop("by", ())
    made = Chart(
        title=said.pop("title"),
        show=show,
        mart=table.name,
        measures=tuple(_measure(dict(one), table) for one in said.pop("measures")),
        by=(by,) if isinstance(by, str) else tuple(by),
        split=said.pop("split", None),
        only=said.pop("only", {}),
        but=said.pop("but", {}),
        top=int(said.pop("top", MOST_CATEGORIES)),
        width=int(said.pop("width", WIDTHS[show])),
    )
    if said:
        raise ValueError(f"unknown {', '.join(said)}")
    return made


def _measure(said: dict[str, Any], table: Table) -> Measure:
    label, where = said.pop("as", None), said.pop("where", None)
    ((kind, of),) = said.items()
    kind = cast("Reckoned", kind)  # held against the words below
    columns = () if kind == "rows" else (of,) if isinstance(of, str) else tuple(of)
    if kind not in get_args(Reckoned) or len(columns) != {"share": 2, "rows": 0}.get(kind, 1):
        raise ValueError(f"unknown measure {kind}")
    if where and kind in ("mean", "most"):
        raise ValueError(f"a {kind} takes no `where`")
    if label is None and kind != "sum":
        raise ValueError(f"a {kind} without `as`")
    meanings = {column.name: column.meaning_th for column in table.stored}
    return Measure(kind, columns, label or meanings.get(columns[0], ""), where)


def _faults(chart: Chart, table: Table, domain: str) -> Iterable[str]:
    known = {column.name for column in table.stored}
    if table.layer != "marts" or table.domain != domain:
        yield f"{table.name} is no mart of this domain"
    if missing := sorted(chart.columns - known):
        yield f"{table.name} has no column {', '.join(missing)}"
    elif told := sorted(name for name in chart.columns if table.column(name).personal == "direct"):
        yield f"{', '.join(told)} stands for one person or house"
    else:
        yield from _unknown_codes(chart, table)
    if table.identifiers and any(measure.kind == "most" for measure in chart.measures):
        yield f"the highest of {table.name} is one person's or house's"
    if chart.show in ("number", "map") and len(chart.measures) != 1:
        yield f"a {chart.show} takes one measure"
    if bool(chart.by) != (chart.show not in ("number", "map")):
        yield "`by` belongs to line, bar and table, and to each of them"
    if not 1 <= chart.width <= COLUMNS_OF_PAGE:
        yield "its width is 1 to 12"
    if chart.show == "map" and not any(column.codes == "province" for column in table.stored):
        yield f"{table.name} has no province to draw"


def _unknown_codes(chart: Chart, table: Table) -> Iterable[str]:
    for name, value in (*chart.only.items(), *chart.but.items()):
        column = table.column(name)
        if (column.codes and value not in column.values) or (column.type == "BOOLEAN") != isinstance(value, bool):
            yield f"{name} is never {value}"


def _wrong(domain: str, what: str) -> ContractError:
    return ContractError(
        f"The dashboard of {domain} is not declared as it should be: {what}.",
        f"Mend infra/superset/{domain}.yaml; khlang.serve.dashboards.declared names each key.",
        code="DASHBOARD",
    )
