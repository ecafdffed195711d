"""A grammar of valid SQL over the tables that an account sees: what it might ask, in ways nobody thought of.

Each statement is valid by construction (types fit, names are there). It may still fail by its own arithmetic, and that
is wanted: an error that depends on a hidden value tells it. An answer does not depend on chance: where rows are cut off
they are in full order, and windows are ordered by all texts, of which no two visible rows of a table have the same.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from khlang.contracts import Table

T = TypeVar("T")
#: What somebody might guess of what is hidden, and what is visible.
GUESSES = (70717, 7071710, 7071711, 7071721, 7071731, 7071711000, 7071720000, 7071721000)
SMALL = (0, 1, 2, 3, 4, 7)
WORDS = ("v1", "v2", "10", "11", "canary1w0", "canary3w1", "70717", "2031-07", "2026-01", "dopa", "mof")
DEEP = 2
KINDS = {"BOOLEAN": "truth", "DATE": "day", "STRING": "text"}


@dataclass(frozen=True)
class Source:
    """A table in FROM: its name, its alias, its columns by kind (number, text, truth, day)."""

    name: str
    alias: str
    columns: Mapping[str, tuple[str, ...]]

    def of(self, kind: str) -> tuple[str, ...]:
        """Its columns of a kind, as an expression names them."""
        return tuple(f"{self.alias}.{name}" for name in self.columns.get(kind, ()))

    @property
    def sql(self) -> str:
        """As it stands in FROM."""
        return f"{self.name} {self.alias}"


class Writer:
    """Writes statements over some tables, one after the other from a seed."""

    def __init__(self, tables: Mapping[str, Table], seed: int) -> None:
        self._tables, self._dice = tables, random.Random(seed)

    def statement(self) -> str:
        """One statement."""
        ways: Sequence[Callable[[], str]] = (
            *(self._select,) * 6, *(self._grouped,) * 4, *(self._windowed,) * 2, *(self._joined,) * 3, self._together,
            self._with, self._scalar, self._executed, self._explained, self._stats, self._earlier, self._unnested,
            self._recognised,
        )  # fmt: skip
        return self._pick(ways)()

    def _pick(self, of: Sequence[T]) -> T:
        return self._dice.choice(of)

    def _source(self, alias: str = "t") -> Source:
        name = self._pick(sorted(self._tables))
        table, columns = self._tables[name], dict[str, tuple[str, ...]]()
        for column in table.stored:
            kind = KINDS.get(column.type.partition("(")[0], "number")
            columns[kind] = (*columns.get(kind, ()), column.name)
        shown = self._pick((table.name, table.versioned))
        return Source(f"lake.{name.partition('.')[0]}.{shown}", alias, columns)

    # Expressions by kind; the deepest are columns and constants.

    def _number(self, on: Source, deep: int = DEEP) -> str:
        column, guess, small = self._pick(on.of("number")), self._pick(GUESSES), self._pick(SMALL)
        if deep <= 0:
            return self._pick((column, column, column, str(guess), str(small)))
        one, text, truth = (each(on, deep - 1) for each in (self._number, self._text, self._truth))
        return self._pick((
            column, column, f"({one} + {small})", f"({column} - {guess})", f"abs({one})",
            f"(100 / ({column} - {guess}))",
            f"try(100 / ({column} - {guess}))", f"mod(CAST({column} AS BIGINT), 7)", f"coalesce({column}, {small})",
            f"CASE WHEN {truth} THEN {one} ELSE {guess} END", f"nullif({column}, {guess})", f"length({text})",
            f"greatest({one}, {small})", f"CAST(regexp_extract({text}, '[0-9]+') AS BIGINT)", f"strpos({text}, '7')",
            f"try_cast({text} AS DOUBLE)", f"if({truth}, {column}, {small})", f"round({one})",
            f"reduce(ARRAY[{column}, {small}], CAST(0 AS DOUBLE), (s, x) -> s + x, s -> s)",
            f"cardinality(filter(ARRAY[{column}, {guess}], x -> x > {small}))",
            f"CAST(json_extract_scalar(json_format(CAST({column} AS JSON)), '$') AS DOUBLE)",
            f"element_at(ARRAY[{column}, {small}], 1)", f"CASE {column} WHEN {guess} THEN 1 / 0 ELSE {small} END",
        ))  # fmt: skip

    def _text(self, on: Source, deep: int = DEEP) -> str:
        column, word = self._pick(on.of("text")), f"'{self._pick(WORDS)}'"
        if deep <= 0:
            return self._pick((column, column, column, word))
        one, number, truth = (each(on, deep - 1) for each in (self._text, self._number, self._truth))
        days = tuple(f"CAST({day} AS VARCHAR)" for day in on.of("day"))
        return self._pick((
            column, column, *days, f"CAST({number} AS VARCHAR)", f"concat({one}, {word})", f"upper({one})",
            f"substr({one}, 1, 9)", f"regexp_extract({one}, '[0-9]+')", f"regexp_replace({one}, '[^0-9]', '')",
            f"json_format(CAST({number} AS JSON))", f"format('%s', {number})", f"coalesce({one}, {word})",
            f"CASE WHEN {truth} THEN {one} ELSE {word} END", f"to_hex(md5(to_utf8({one})))", f"reverse({one})",
            f"array_join(transform(ARRAY[{number}], x -> x), '/')", f"typeof({number})", f"lpad({one}, 12, '0')",
            f"json_format(CAST(MAP(ARRAY['a'], ARRAY[{number}]) AS JSON))", f"element_at(split({one}, 'w'), 1)",
        ))  # fmt: skip

    def _truth(self, on: Source, deep: int = DEEP) -> str:
        number, text = self._pick(on.of("number")), self._pick(on.of("text"))
        guess, word = self._pick((*GUESSES, *SMALL)), f"'{self._pick(WORDS)}'"
        flags = (*on.of("truth"), *(f"{day} > DATE '2031-07-01'" for day in on.of("day")))
        plain = (f"{number} > {guess}", f"{number} = {guess}", f"{text} = {word}", f"{number} IS NULL", *flags)
        if deep <= 0:
            return self._pick(plain)
        one, deeper = self._truth(on, deep - 1), self._number(on, deep - 1)
        other = self._source("w")
        some, said = self._pick(other.of("number")), self._pick(other.of("text"))
        return self._pick((
            *plain, f"{deeper} < {guess}", f"NOT ({one})", f"({one} OR {self._truth(on, deep - 1)})",
            f"({one} AND {self._truth(on, deep - 1)})", f"{text} LIKE '%{word[1:-1]}%'", f"regexp_like({text}, '^c|7')",
            f"{number} IN (SELECT {some} FROM {other.sql})", f"{number} BETWEEN {deeper} AND {guess}",
            f"EXISTS (SELECT 1 FROM {other.sql} WHERE {said} = {text})", f"{text} IN ({word}, 'v3')",
            f"any_match(ARRAY[{number}], x -> x > {guess})", f"100 / ({number} - {guess}) > 0",
            f"{number} >= ALL (SELECT {some} FROM {other.sql} WHERE {some} IS NOT NULL)",
        ))  # fmt: skip

    def _any(self, on: Source) -> str:
        return self._pick((self._number, self._text, self._truth))(on)

    # Statements.

    def _where(self, on: Source) -> str:
        return f" WHERE {self._truth(on)}" if self._dice.random() < 0.6 else ""

    def _cut(self, columns: int) -> str:
        order = ", ".join(str(number + 1) for number in range(columns))
        return f" ORDER BY {order} LIMIT {self._pick((1, 3, 5))}" if self._dice.random() < 0.3 else ""

    def _select(self) -> str:
        on, count = self._source(), self._pick((1, 2, 3))
        distinct = self._pick(("", "", "DISTINCT "))
        if self._dice.random() < 0.2:
            return f"SELECT * FROM {on.sql}{self._where(on)}"
        shown = ", ".join(f"{self._any(on)} AS c{number}" for number in range(count))
        return f"SELECT {distinct}{shown} FROM {on.sql}{self._where(on)}{self._cut(count)}"

    def _aggregate(self, on: Source) -> str:
        number, text, truth = self._number(on), self._text(on), self._truth(on)
        listed = self._pick(on.of("text"))
        return self._pick((
            "count(*)", f"max({number})", f"min({text})", f"max({text})", f"count_if({truth})", f"bool_or({truth})",
            f"array_sort(array_agg({text}))", f"approx_distinct({number})", f"count(DISTINCT {number})",
            f"checksum({text})", f"sum({number})", f"avg({number})", f"min({number}) FILTER (WHERE {truth})",
            f"histogram({text})", f"listagg({listed}, ',') WITHIN GROUP (ORDER BY {listed})",
        ))  # fmt: skip

    def _grouped(self) -> str:
        on = self._source()
        key, other = self._pick(on.of("text")), self._pick(on.of("text"))
        by = self._pick(
            (f"GROUP BY {key}", f"GROUP BY GROUPING SETS (({key}), ())", f"GROUP BY ROLLUP ({key}, {other})")
        )
        having = f" HAVING {self._aggregate(on)} IS NOT NULL" if self._dice.random() < 0.3 else ""
        if self._dice.random() < 0.4:
            return f"SELECT {self._aggregate(on)}, {self._aggregate(on)} FROM {on.sql}{self._where(on)}"
        return f"SELECT {key}, {self._aggregate(on)} FROM {on.sql}{self._where(on)} {by}{having}"

    def _windowed(self) -> str:
        on = self._source()
        order, number = ", ".join(on.of("text")), self._number(on)
        what = self._pick((f"lag({number})", f"sum({number})", "rank()", f"first_value({self._text(on)})", "count(*)"))
        part = self._pick(("", f"PARTITION BY {self._pick(on.of('text'))} "))
        return f"SELECT {self._any(on)}, {what} OVER ({part}ORDER BY {order}) FROM {on.sql}{self._where(on)}"

    def _joined(self) -> str:
        one, two = self._source("t"), self._source("u")
        how = self._pick(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
        key = self._pick(("period", "period", self._pick(tuple({*one.columns["text"]} & {*two.columns["text"]}))))
        on = f"t.{key} = u.{key}"
        shown = f"{self._any(one)} AS a, {self._any(two)} AS b"
        return f"SELECT {shown} FROM {one.sql} {how} {two.sql} ON {on}{self._where(self._pick((one, two)))}"

    def _together(self) -> str:
        one, two = self._source(), self._source()
        how = self._pick(("UNION", "UNION ALL", "EXCEPT", "INTERSECT"))
        halves = [
            f"SELECT CAST({self._any(each)} AS VARCHAR) FROM {each.sql}{self._where(each)}" for each in (one, two)
        ]
        return f"{halves[0]} {how} {halves[1]}"

    def _with(self) -> str:
        on = self._source()
        inner = f"SELECT {self._number(on)} AS n, {self._text(on)} AS s FROM {on.sql}{self._where(on)}"
        return f"WITH x AS ({inner}) SELECT count(*), max(n), min(s) FROM x WHERE n > {self._pick(SMALL)} OR n IS NULL"

    def _scalar(self) -> str:
        one, two = self._source("t"), self._source("u")
        return (
            f"SELECT (SELECT {self._aggregate(one)} FROM {one.sql}), EXISTS (SELECT 1 FROM {two.sql}{self._where(two)})"
        )

    def _executed(self) -> str:
        quoted = self._select().replace("'", "''")
        return f"EXECUTE IMMEDIATE '{quoted}'"

    def _explained(self) -> str:
        how = self._pick(("", "(TYPE LOGICAL) ", "(TYPE IO, FORMAT JSON) ", "(TYPE DISTRIBUTED) ", "(TYPE VALIDATE) "))
        return f"EXPLAIN {how}{self._pick((self._select, self._grouped, self._joined))()}"

    def _stats(self) -> str:
        on = self._source()
        wanted = f"(SELECT * FROM {on.sql} WHERE {self._truth(on, 0)})"
        return f"SHOW STATS FOR {self._pick((on.name, wanted))}"

    def _earlier(self) -> str:
        on = self._source()
        name = on.name if on.name.endswith("_v1") else f"{on.name}_v1"
        return f"SELECT {self._any(on)} FROM {name} FOR VERSION AS OF 0 t{self._where(on)}"

    def _unnested(self) -> str:
        on = self._source()
        return f"SELECT x.v, {self._any(on)} FROM {on.sql} CROSS JOIN UNNEST(ARRAY[{self._number(on)}, 1]) AS x(v)"

    def _recognised(self) -> str:
        on = self._source()
        number, order = self._pick(on.columns["number"]), ", ".join(on.columns["text"])
        return (
            f"SELECT * FROM {on.name} MATCH_RECOGNIZE (PARTITION BY period ORDER BY {order}"
            f" MEASURES max(a.{number}) AS m, classifier() AS k ONE ROW PER MATCH PATTERN (a+)"
            f" DEFINE a AS {number} <> {self._pick(GUESSES)} OR {number} IS NULL)"
        )
