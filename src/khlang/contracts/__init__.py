"""Contracts: a table is declared once, and everything else about it is derived here. Imports no engine.

``load`` reads the checkout's folder, ``from_dict`` what a signed bundle carries. What is derived: ``ddl`` and
``polars_schema``, ``rules``, ``record_rules`` and ``suite`` for the gate, ``trino_rules``, ``reference_page``.
"""

from khlang.contracts.bundle import from_dict, profile_contracts
from khlang.contracts.check import folded
from khlang.contracts.collection import Contracts
from khlang.contracts.comments import column_comment, earlier_comments, table_comment
from khlang.contracts.constraints import Constraint
from khlang.contracts.gates import reference_view, rules, suite
from khlang.contracts.loader import load
from khlang.contracts.model import Column, Quality, Role, Schedule, Table
from khlang.contracts.polars_schema import polars_schema
from khlang.contracts.records import RecordRule, record_rules
from khlang.contracts.reference import reference_page
from khlang.contracts.rule import Rule
from khlang.contracts.spark import ddl, described_ddl, sealed_columns
from khlang.contracts.trino import trino_rules
from khlang.contracts.versions import Previous

__all__ = [
    "Column",
    "Constraint",
    "Contracts",
    "Previous",
    "Quality",
    "RecordRule",
    "Role",
    "Rule",
    "Schedule",
    "Table",
    "column_comment",
    "ddl",
    "described_ddl",
    "earlier_comments",
    "folded",
    "from_dict",
    "load",
    "polars_schema",
    "profile_contracts",
    "record_rules",
    "reference_page",
    "reference_view",
    "rules",
    "sealed_columns",
    "suite",
    "table_comment",
    "trino_rules",
]
