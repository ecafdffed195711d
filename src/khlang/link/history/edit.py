"""What the content of one month changes of a history: one query, of SQL that every engine reads the same.

A fact is the longest run of consecutive known months in which a key has the same values. Replacing one month can only
cut, join or end facts that hold in that month or touch it, and those that are open: all others are left unread. What
comes out are the records to append; none is ever rewritten.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from khlang.contracts import Table, facts


def following(month: str) -> str:
    """The month after one, ``YYYY-MM``."""
    year, number = map(int, month.split("-"))
    return f"{year + 1:04d}-01" if number == 12 else f"{year:04d}-{number + 1:02d}"


def end(months: Iterable[str]) -> str:
    """The month after the last of these; an open fact holds to before it. ``0000-00`` when there is none."""
    return max(map(following, months), default="0000-00")


@dataclass(frozen=True)
class Edit:
    """One month of a history is replaced.

    ``period`` is the month, ``YYYY-MM``; ``before`` and ``after`` are the months that have content before and after.
    """

    table: Table
    period: str
    before: frozenset[str]
    after: frozenset[str]

    @property
    def ends(self) -> tuple[str, str]:
        """Where open facts end, before and after."""
        return end(self.before), end(self.after)


def content(table: Table, period: str, source: str) -> str:
    """The query of what one month of the dataset tells: key and values, without rows of other months or of nothing."""
    key, values = facts.key(table), facts.values(table)
    told = " OR ".join(f"{name} IS NOT NULL" for name in values)
    month = f" AND {table.month_column} = '{period}'" if table.month_column else ""
    return f"SELECT {', '.join((*key, *values))} FROM {source} WHERE period = '{period}'{month} AND ({told})"  # noqa: S608


def near(edit: Edit, believed: str) -> str:
    """The query of the facts that an edit can change, with ``begins`` and ``ends``, the month they end before.

    Args:
        edit: Which month, and what is known beside it.
        believed: A table or view of ``facts.believed``.
    """
    before, after = edit.ends
    ends = f"CASE WHEN valid_to = '{facts.OPEN}' THEN '{before}' ELSE valid_to END"
    touching = f"(valid_from <= '{following(edit.period)}' AND {ends} >= '{edit.period}')"
    # Where the last known month is another one, what was open is no longer, or what had ended with it is again.
    horizon = f" OR {ends} IN ('{before}', '{after}')" if before != after else ""
    return f"SELECT *, valid_from AS begins, {ends} AS ends FROM {believed} WHERE {touching}{horizon}"  # noqa: S608


def records(edit: Edit, *, near: str, content: str) -> str:
    """The query of the records that an edit appends: the columns of the facts, without when they became known.

    Args:
        edit: Which month, and what is known beside it.
        near: A table or view of :func:`near`.
        content: A table or view of :func:`content`; an empty one where the month was withdrawn.
    """
    key, values = ", ".join(facts.key(edit.table)), ", ".join(facts.values(edit.table))
    told = ", ".join(f"CASE WHEN is_now THEN {name} END AS {name}" for name in facts.values(edit.table))
    month, coming, (_, after) = edit.period, following(edit.period), edit.ends
    return f"""
WITH pieces AS (
  SELECT {key}, {values}, begins, least(ends, '{month}') AS ends FROM {near} WHERE begins < '{month}'
  UNION ALL
  SELECT {key}, {values}, greatest(begins, '{coming}') AS begins, ends FROM {near} WHERE ends > '{coming}'
  UNION ALL
  SELECT {key}, {values}, '{month}' AS begins, '{coming}' AS ends FROM {content}
),
marked AS (SELECT *, CASE WHEN {_same(edit.table)} THEN 0 ELSE 1 END AS fresh FROM pieces),
runs AS (SELECT *, sum(fresh) OVER (PARTITION BY {key} ORDER BY begins) AS run FROM marked),
made AS (
  SELECT {key}, {values}, min(begins) AS valid_from,
    CASE WHEN max(ends) = '{after}' THEN '{facts.OPEN}' ELSE max(ends) END AS valid_to
  FROM runs GROUP BY {key}, {values}, run
),
sides AS (
  SELECT {key}, {values}, valid_from, valid_to, true AS is_now FROM made
  UNION ALL
  SELECT {key}, {values}, valid_from, valid_to, false AS is_now FROM {near}
),
compared AS (
  SELECT *, count(*) OVER (PARTITION BY {key}, valid_from, {values}, valid_to) AS sides,
    count(*) OVER (PARTITION BY {key}, valid_from) AS rows_of_one
  FROM sides
)
SELECT {key}, {told}, valid_from, CASE WHEN is_now THEN valid_to ELSE valid_from END AS valid_to
FROM compared WHERE (is_now AND sides = 1) OR (NOT is_now AND rows_of_one = 1)
"""  # noqa: S608  # every name is a contract's, every value a month


def _same(table: Table) -> str:
    """Whether a piece goes on where the one before it ends, with the same values."""
    window = f"OVER (PARTITION BY {', '.join(facts.key(table))} ORDER BY begins)"
    equal = [f"lag({name}) {window} IS NOT DISTINCT FROM {name}" for name in facts.values(table)]
    return " AND ".join([f"lag(ends) {window} = begins", *equal])
