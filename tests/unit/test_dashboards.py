"""Dashboards: one a domain, of columns that are there, with figures that tell of no fewer than ten."""

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from khlang import contracts, domains
from khlang.errors import ContractError
from khlang.serve.dashboards import bundle, charts, declared, page, sql
from khlang.serve.dashboards.declared import Chart, Dashboard

ROOT = Path(__file__).parents[2]
KNOWN = contracts.load()
DASHBOARDS = declared.load(ROOT / "infra" / "superset", KNOWN)
CHARTS = [(dashboard, chart) for dashboard in DASHBOARDS for chart in dashboard.charts]
FILES = bundle.files(DASHBOARDS, KNOWN, url="trino://analyst@127.0.0.1:1/lake/demo")
GOOD = """
title: น้ำ
question: {th: ถาม, en: Asked}
charts:
  - {title: หนึ่ง, show: bar, mart: water_by_amphoe, measures: [{sum: households}], by: province_code}
"""


@cache
def told(kind: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(text) for path, text in FILES.items() if path.startswith(f"{kind}/")]


def thai(text: str) -> bool:
    return any("\u0e00" <= letter <= "\u0e7f" for letter in text)


def test_each_domain_has_one_dashboard_of_every_mart_it_has() -> None:
    assert [dashboard.domain for dashboard in DASHBOARDS] == list(domains.names())
    assert [d["slug"] for d in told("dashboards")] == list(domains.names())
    asked = {mart for dashboard in DASHBOARDS for mart in dashboard.marts}
    assert asked == {mart.name for mart in KNOWN.marts}


@pytest.mark.parametrize(("dashboard", "chart"), CHARTS, ids=lambda one: getattr(one, "title", one))
def test_a_chart_names_columns_of_a_mart_that_the_analyst_may_read(dashboard: Dashboard, chart: Chart) -> None:
    mart = KNOWN[chart.mart]
    assert chart.columns <= {column.name for column in mart.stored}
    assert (mart.domain, mart.project) == (dashboard.domain, "demo")
    assert "analyst" in {role.role for role in mart.roles if role.access == "select"}
    assert all(thai(words) for words in (dashboard.title, chart.title, *(one.label for one in chart.measures)))


@pytest.mark.parametrize(("dashboard", "chart"), CHARTS, ids=lambda one: getattr(one, "title", one))
def test_its_sql_runs_over_its_mart(dashboard: Dashboard, chart: Chart) -> None:
    mart, database = KNOWN[chart.mart], duckdb.connect()
    types = ", ".join(f"{column.name} {column.type.replace('STRING', 'VARCHAR')}" for column in mart.stored)
    database.execute("ATTACH ':memory:' AS lake; CREATE SCHEMA lake.common; CREATE SCHEMA lake.demo")
    database.execute("CREATE TABLE lake.common.code_lists (list_name VARCHAR, list_code VARCHAR, name_th VARCHAR)")
    database.execute(f"CREATE TABLE lake.demo.{mart.name} ({types})")
    names = sql.columns(chart, mart)
    figures = [sql.metric(measure, mart) for measure in chart.measures]
    where = sql.conditions(chart)
    query = f"SELECT {', '.join([*names, *figures])} FROM ({sql.dataset(mart)}) AS d"
    query += f" WHERE {where}" * bool(where) + f" GROUP BY {', '.join(names)}" * bool(names)
    assert len(database.execute(query).description or []) == len(names) + len(figures)
    assert dashboard.domain == mart.domain


def test_a_code_is_shown_by_its_name_and_a_province_as_maps_want_it() -> None:
    mart, database = KNOWN["welfare_by_amphoe"], duckdb.connect()
    database.execute("ATTACH ':memory:' AS lake; CREATE SCHEMA lake.common; CREATE SCHEMA lake.demo")
    database.execute("CREATE TABLE lake.common.code_lists (list_name VARCHAR, list_code VARCHAR, name_th VARCHAR)")
    database.execute("INSERT INTO lake.common.code_lists VALUES ('province', '50', 'เชียงใหม่'), ('amphoe', '50', 'x')")
    columns = ", ".join(f"{c.name} {c.type.replace('STRING', 'VARCHAR')}" for c in mart.stored)
    database.execute(f"CREATE TABLE lake.demo.{mart.name} ({columns})")
    database.execute(f"INSERT INTO lake.demo.{mart.name} (province_code, amphoe_code) VALUES ('50', '5001')")
    query = f"SELECT province_name, amphoe_name, province_iso FROM ({sql.dataset(mart)}) AS d"
    assert database.execute(query).fetchall() == [("เชียงใหม่", None, "TH-50")]


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(9, 100, False), (10, 100, True), (91, 100, False), (90, 100, True), (0, 100, False)]
)
def test_fewer_than_ten_people_are_not_drawn_and_no_rest_of_fewer(part: int, whole: int, *, shown: bool) -> None:
    mart = KNOWN["welfare_by_amphoe"]
    measure = declared.Measure("share", ("poor_households_without_registrant", "poor_households"), "ร้อยละ")
    rows = f"(SELECT {part} AS poor_households_without_registrant, {whole} AS poor_households) AS d"
    (value,) = duckdb.execute(f"SELECT {sql.metric(measure, mart)} FROM {rows}").fetchone() or ()
    assert value == (pytest.approx(part / whole) if shown else None)


@pytest.mark.parametrize(("homes", "shown"), [(9, False), (10, True)])
def test_nor_are_rows_about_fewer_than_ten_homes(homes: int, *, shown: bool) -> None:
    mart = KNOWN["flooded_homes"]
    for measure in (declared.Measure("rows", (), "บ้าน"), declared.Measure("mean", ("deepest_cm",), "ลึก")):
        query = f"SELECT {sql.metric(measure, mart)} FROM (SELECT 30 AS deepest_cm FROM range({homes})) AS d"
        (value,) = duckdb.execute(query).fetchone() or ()
        assert (value is not None) is shown


def test_what_is_imported_hangs_together_and_is_the_same_each_time() -> None:
    uuids = {kind: {each["uuid"] for each in told(kind)} for kind in ("databases", "datasets", "charts", "dashboards")}
    assert all(len(found) == len(told(kind)) for kind, found in uuids.items())
    assert {each["database_uuid"] for each in told("datasets")} == uuids["databases"]
    assert {each["dataset_uuid"] for each in told("charts")} <= uuids["datasets"]
    placed = [
        box["meta"]["uuid"]
        for each in told("dashboards")
        for box in each["position"].values()
        if isinstance(box, dict) and box["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(uuids["charts"])
    assert bundle.files(DASHBOARDS, KNOWN, url="trino://analyst@127.0.0.1:1/lake/demo") == FILES


def test_no_password_and_no_right_to_write_is_in_it() -> None:
    (database,) = told("databases")
    assert database["sqlalchemy_uri"] == "trino://analyst@127.0.0.1:1/lake/demo"
    assert "password" not in database
    assert not any(database[f"allow_{what}"] for what in ("ctas", "cvas", "dml", "csv_upload", "run_async"))


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.domain)
def test_the_page_has_rows_of_twelve_and_a_month_that_spares_what_goes_over_months(dashboard: Dashboard) -> None:
    assert all(sum(chart.width for chart in row) == 12 for row in page.rows(dashboard.charts))
    told = page.metadata(dashboard, "x")["native_filter_configuration"][0]
    months = [n for n, chart in enumerate(dashboard.charts, start=1) if "period" in chart.by]
    assert told["scope"]["excluded"] == months
    assert told["controlValues"]["defaultToFirstItem"]
    assert all(column.name == "period" for mart in dashboard.marts for column in KNOWN[mart].stored[-1:])


def test_a_month_or_an_hour_goes_in_order_and_a_name_by_size() -> None:
    read = declared.read("water", GOOD.replace("province_code", "period"), KNOWN).charts[0]
    named = declared.read("water", GOOD, KNOWN).charts[0]
    mart = KNOWN["water_by_amphoe"]
    assert charts.form(read, mart)["orientation"] == "vertical"
    assert charts.form(named, mart)["orientation"] == "horizontal"
    assert charts.form(named, mart)["x_axis"] == "province_name"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("households", "homes", "no column homes"),
        ("water_by_amphoe", "welfare_by_amphoe", "no mart of this domain"),
        ("water_by_amphoe", "flood_events", "no mart of this domain"),
        ("show: bar", "show: pie", "no chart is a pie"),
        ("sum: households", "median: households", "unknown measure"),
        ("sum: households", "mean: households", "without `as`"),
        (", by: province_code", "", "`by` belongs"),
        ("by: province_code", "by: province_code, colour: red", "unknown colour"),
        ("by: province_code", "by: province_code, width: 13", "1 to 12"),
        ("by: province_code", "by: province_code, only: {basin_code: nowhere}", "is never nowhere"),
        ("by: province_code", "by: province_code, only: {is_short: 'yes'}", "is never yes"),
        ("title: น้ำ", "", "title is missing"),
        ("title: น้ำ", "title: [", "line 4 is no YAML"),
        (
            "water_by_amphoe, measures: [{sum: households}]",
            "flooded_homes, measures: [{rows: all, as: บ้าน}], split: house_id",
            "one person or house",
        ),
        (
            "water_by_amphoe, measures: [{sum: households}]",
            "flooded_homes, measures: [{most: deepest_cm, as: ลึก}]",
            "one person's",
        ),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_file(old: str, new: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(ContractError, match="The dashboard of water") as refused:
        declared.read("water", GOOD.replace(old, new, 1), KNOWN)
    assert refused.value.code == "DASHBOARD"
    assert why in refused.value.message
    assert "infra/superset/water.yaml" in refused.value.remedy
