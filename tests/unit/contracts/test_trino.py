"""Access rules: first match wins, nothing matched is denied, no section is absent."""

import re
from pathlib import Path
from typing import Any

import pytest

from khlang.contracts import load, trino_rules

CONTRACTS = load(Path(__file__).parents[3] / "contracts")
RULES = trino_rules(CONTRACTS)


def privileges(user: str, catalog: str, schema: str, table: str) -> list[str]:
    """What Trino would grant: the first rule all of whose patterns match in full."""
    asked = {"user": user, "catalog": catalog, "schema": schema, "table": table}
    for rule in RULES["tables"]:
        if all(re.fullmatch(rule.get(key, ".*"), value) for key, value in asked.items()):
            granted: list[str] = rule["privileges"]
            return granted
    return []


@pytest.mark.parametrize("name", ["welfare_eligibility", "welfare_eligibility_v1", "welfare_by_amphoe"])
def test_the_analyst_reads_the_marts_of_the_project(name: str) -> None:
    assert privileges("analyst", "lake", "demo", name) == ["SELECT"]


@pytest.mark.parametrize(
    ("user", "catalog", "schema", "table"),
    [
        ("analyst", "lake", "curated", "house_registry"),
        ("analyst", "lake", "demo", "house_registry"),
        ("analyst", "lake", "demo", "welfare_eligibility_v12"),
        ("analyst", "lake", "spine", "spine"),
        ("analyst", "lake", "ops", "gate_metrics"),
        ("analyst", "loader", "demo", "welfare_eligibility"),
        ("analyst", "system", "runtime", "queries"),
        ("engineer", "lake", "demo", "welfare_eligibility"),
        ("analyst2", "lake", "demo", "welfare_eligibility"),
        ("nobody", "lake", "demo", "welfare_eligibility"),
    ],
)
def test_everything_else_is_denied(user: str, catalog: str, schema: str, table: str) -> None:
    assert privileges(user, catalog, schema, table) == []


def test_the_engineer_reads_ops_only() -> None:
    assert privileges("engineer", "lake", "ops", "gate_metrics") == ["SELECT"]
    assert privileges("engineer", "lake", "ops", "link_rates") == ["SELECT"]


@pytest.mark.parametrize("user", ["analyst", "engineer"])
def test_who_analyses_sees_of_ops_only_what_says_so(user: str) -> None:
    assert privileges(user, "lake", "ops", "linkage_shown") == ["SELECT"]
    assert privileges(user, "lake", "ops", "link_weights") == ["SELECT"]
    counts = [privileges(user, "lake", "ops", name) for name in ("linkage", "linkage_rows", "mart_joins")]
    assert counts == [["SELECT"] if user == "engineer" else []] * 3


def test_links_of_the_second_route_are_read_with_the_projects_pids_only() -> None:
    assert privileges("analyst", "lake", "demo", "linked_records") == ["SELECT"]
    assert privileges("engineer", "lake", "demo", "linked_records") == []
    for user in ("analyst", "engineer"):
        assert privileges(user, "lake", "links", "second_links") == []
        assert privileges(user, "lake", "demo", "second_links") == []


def test_the_loader_owns_its_catalog_only() -> None:
    assert "OWNERSHIP" in privileges("loader", "loader", "demo", "welfare_eligibility")
    assert privileges("loader", "lake", "demo", "welfare_eligibility") == ["SELECT", "GRANT_SELECT"]
    assert "INSERT" not in privileges("loader", "loader", "demo", "welfare_eligibility")


def test_another_project_sees_nothing_of_demo() -> None:
    other = trino_rules(CONTRACTS, analysts={"somchai": "other"})
    granted = [rule for rule in other["tables"] if rule["privileges"] == ["SELECT"] and "somchai" in rule["user"]]
    wanted = {("system", "jdbc"), ("system", "metadata"), ("lake", "common"), ("lake", "ops")}
    assert {(rule["catalog"], rule["schema"]) for rule in granted} == wanted
    # How records link, small counts withheld: of no project, and for whoever analyses.
    shown = {"linkage_shown|linkage_shown_v1", "link_weights|link_weights_v1"}
    assert {rule["table"] for rule in granted if rule["schema"] == "ops"} == shown
    assert privileges("analyst", "system", "metadata", "table_comments") == ["SELECT"]
    assert privileges("analyst", "system", "metadata", "catalogs") == []


@pytest.mark.parametrize("user", ["analyst", "engineer"])
def test_common_data_is_everybodys_who_has_a_right_at_all(user: str) -> None:
    for table in CONTRACTS.common:
        assert privileges(user, "lake", "common", table.name) == ["SELECT"]
    assert privileges("nobody", "lake", "common", "provinces") == []
    assert privileges(user, "lake", "common", "spine") == []


@pytest.mark.parametrize(
    ("section", "refusal"),
    [
        ("catalogs", {"allow": "none"}),
        ("schemas", {"owner": False}),
        ("tables", {"privileges": []}),
        ("functions", {"privileges": []}),
        ("procedures", {"privileges": []}),
        ("queries", {"allow": []}),
        ("system_session_properties", {"allow": False}),
        ("catalog_session_properties", {"allow": False}),
        ("impersonation", {"original_user": ".*", "new_user": ".*", "allow": False}),
        ("system_information", {"allow": []}),
    ],
)
def test_every_section_ends_in_a_refusal(section: str, refusal: dict[str, Any]) -> None:
    assert RULES[section][-1] == refusal
