"""Every join that a mart's code makes is declared in its contract: read off the plan that Spark makes of the transform.

The inputs are empty and bear their names; nothing is computed. A join that brings in no further input (a sum of the
same rows, set beside them) loses nobody and need not be declared.
"""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pyspark.sql import SparkSession

from khlang import contracts
from khlang.contracts import Table, ddl
from khlang.contracts.joins import AMPHOE, PROVINCE

KNOWN = contracts.load()
PERIOD = "2026-01"
ATTRIBUTE = re.compile(r"(\w+)#(\d+)")


@dataclass
class Node:
    """One line of a plan's tree."""

    text: str
    children: list["Node"] = field(default_factory=list)

    def inputs(self) -> set[str]:
        mine = set(re.findall(r"^SubqueryAlias input_(\w+)", self.text))
        return mine.union(*(child.inputs() for child in self.children))

    def all(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.all()


def tree(text: str) -> Node:
    root = Node("")
    path: list[Node] = []
    for line in text.splitlines():
        found = re.match(r"^((?:[ :]  )*)([+:]- )?(.*)$", line)
        assert found
        depth = (len(found[1]) + len(found[2] or "")) // 3
        path = [*path[:depth], Node(found[3])]
        (path[depth - 1] if depth else root).children.append(path[depth])
    return root


def top(listed: str) -> list[str]:
    """Items of a list, split at the commas that stand in no bracket."""
    items: list[str] = []
    level, item = 0, ""
    for letter in listed:
        level += (letter in "([{") - (letter in ")]}")
        if letter == "," and level == 0:
            items, item = [*items, item], ""
        else:
            item += letter
    return [*items, item]


def aliases(plan: Node) -> dict[str, set[tuple[str, str]]]:
    """Number of an attribute → the attributes that it is made of."""
    made: dict[str, set[tuple[str, str]]] = {}
    for node in plan.all():
        for listed in re.findall(r"\[(.*?)\](?=, \[|$|, (?:true|false))", node.text) or [""]:
            for item in top(listed):
                if named := re.match(r"^ ?(.*) AS (\w+)#(\d+)", item, re.DOTALL):
                    made.setdefault(named[3], set()).update(ATTRIBUTE.findall(named[1]))
    return made


def origins(attribute: tuple[str, str], made: dict[str, set[tuple[str, str]]]) -> set[str]:
    """The columns of inputs that an attribute is made of."""
    seen, todo, found = set(), [attribute], set()
    while todo:
        each = todo.pop()
        if each not in seen:
            seen.add(each)
            below = made.get(each[1], set())
            todo += below
            found |= set() if below else {each[0]}
    return found


def declared(table: Table, left: set[str], right: set[str], columns: set[str]) -> bool:
    known = columns | ({PROVINCE} if AMPHOE in columns else set())
    return any(
        set(join.key) <= known
        and ((join.source in left and join.target in right) or (join.source in right and join.target in left))
        for join in table.joins
    )


@pytest.mark.parametrize("table", KNOWN.marts, ids=lambda table: table.name)
def test_every_join_in_the_code_is_declared(table: Table, local_spark: SparkSession) -> None:
    local_spark.conf.set("spark.sql.debug.maxToStringFields", "1000")
    inputs = {name: local_spark.createDataFrame([], ddl(KNOWN[name])).alias(f"input_{name}") for name in table.inputs}
    build = importlib.import_module(f"khlang.domains.{table.domain}.marts.{table.name}").build
    built = build(inputs, table, period=PERIOD)
    plan = tree(built._jdf.queryExecution().analyzed().toString())
    assert plan.inputs() == set(table.inputs), "an input that is declared and not read, or the other way round"
    made = aliases(plan)
    for node in plan.all():
        if not node.text.startswith("Join"):
            continue
        left, right = (child.inputs() for child in node.children)
        if left <= right or right <= left:
            continue
        columns = {origin for each in ATTRIBUTE.findall(node.text) for origin in origins(each, made)}
        assert declared(table, left, right, columns), f"declare how {left} meets {right} by {columns}: {node.text}"


@pytest.mark.parametrize("table", KNOWN.marts, ids=lambda table: table.name)
def test_every_input_is_part_of_a_declared_join(table: Table) -> None:
    """And all of them hang together: an input that meets no other is in no answer."""
    met = {table.inputs[0]}
    for _ in table.inputs:
        met |= {side for join in table.joins for side in (join.source, join.target) if {join.source, join.target} & met}
    # Two authorities of one kind: their rows are put below each other, and meet the rest as one.
    assert set(table.inputs) <= met, f"declare the joins of {sorted(set(table.inputs) - met)}"


def test_a_join_that_is_not_declared_is_found() -> None:
    known = KNOWN["welfare_eligibility"]
    assert declared(known, {"welfare_registrants"}, {"vehicles"}, {"pid"})
    assert not declared(known, {"welfare_registrants"}, {"vehicles"}, {"house_id"})
    assert not declared(known, {"vehicles"}, {"insured_persons"}, {"pid"})
