"""All dashboards as the files that Superset imports: one database, a dataset a mart, the charts, the pages.

Pure: the same declarations and contracts give the same bytes and the same uuids, so that an import replaces what the
last one made and touches nothing that an analyst made beside it.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from khlang.contracts import Column, Table, column_comment, table_comment
from khlang.serve.dashboards import charts, page, sql
from khlang.serve.dashboards.declared import Chart, Dashboard

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:khlang:dashboards")
VERSION: Final = "1.0.0"
#: Spark's names of types → Trino's, where they differ.
TRINO: Final = {"STRING": "VARCHAR", "INT": "INTEGER"}
PLACES: Final = {"province": "จังหวัด", "amphoe": "อำเภอ"}
CATALOG: Final = "lake"
Json = dict[str, Any]


def uid(*words: str) -> str:
    """The uuid of a thing by its kind and name."""
    return str(uuid.uuid5(NAMESPACE, "/".join(words)))


def files(
    dashboards: Sequence[Dashboard], contracts: Mapping[str, Table], *, url: str, beside: Sequence[str] = ()
) -> dict[str, str]:
    """Path → YAML text of everything that is imported together.

    Args:
        dashboards: Those whose marts are served.
        contracts: Of the marts.
        beside: Names of further tables to draw of, which no dashboard shows.
        url: SQLAlchemy's address of Trino, without a password: the server reads that from its file.
    """
    found: dict[str, Json] = {
        "metadata.yaml": {"version": VERSION, "type": "assets"},
        "databases/trino.yaml": database(url),
    }
    for name in beside:
        found[f"datasets/{name}.yaml"] = dataset(contracts[name])
    for dashboard in dashboards:
        for mart in dashboard.marts:
            found[f"datasets/{mart}.yaml"] = dataset(contracts[mart])
        for number, chart in enumerate(dashboard.charts, start=1):
            found[f"charts/{dashboard.domain}_{number:02}.yaml"] = _chart(dashboard, chart, contracts[chart.mart])
        found[f"dashboards/{dashboard.domain}.yaml"] = _dashboard(dashboard)
    return {path: yaml.safe_dump(told, allow_unicode=True, sort_keys=False) for path, told in found.items()}


def database(url: str) -> Json:
    """Trino as the analyst: nothing is written, no file is taken in, no query runs on behind the page."""
    return {
        "database_name": "คลัง (Trino)",
        "sqlalchemy_uri": url,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "impersonate_user": False,
        "extra": {"allows_virtual_table_explore": True, "cost_estimate_enabled": False},
        "uuid": uid("database", "trino"),
        "version": VERSION,
    }


def dataset(table: Table) -> Json:
    """A mart as a dataset: every column with its meaning, and the Thai names of its codes."""
    columns = [_column(column.name, column_comment(column), column.meaning_th, column.type) for column in table.stored]
    columns += [
        _column(sql.named(column), f"ชื่อของ {column.name} · name", _called(column), "STRING")
        for column in table.stored
        if column.codes
    ]
    if any(column.codes == "province" for column in table.stored):
        columns.append(_column(sql.ISO, "รหัสจังหวัดสำหรับแผนที่ · ISO 3166-2", "รหัสจังหวัดสำหรับแผนที่", "STRING"))
    return {
        "table_name": table.name,
        "schema": table.project,
        "catalog": CATALOG,
        "description": table_comment(table),
        "sql": sql.dataset(table),
        "columns": columns,
        "metrics": [
            {"metric_name": "count", "verbose_name": "จำนวนแถว", "expression": "count(*)", "metric_type": "count"}
        ],
        "filter_select_enabled": True,
        "uuid": uid("dataset", table.name),
        "database_uuid": uid("database", "trino"),
        "version": VERSION,
    }


def _called(column: Column) -> str:
    """What the names of a column's codes are called."""
    return PLACES.get(column.codes or "") or column.meaning_th.removeprefix("รหัส")


def _column(name: str, told: str, words: str, kind: str) -> Json:
    return {"column_name": name, "verbose_name": words, "description": told, "type": TRINO.get(kind, kind),
            "is_dttm": False, "is_active": True, "groupby": True, "filterable": True, "expression": None}  # fmt: skip


def _chart(dashboard: Dashboard, chart: Chart, table: Table) -> Json:
    return {
        "slice_name": chart.title,
        "description": f"{dashboard.title} · {table.name}",
        "viz_type": charts.KINDS[chart.show],
        "params": charts.form(chart, table),
        "query_context": charts.question(chart, table),
        "uuid": uid("chart", dashboard.domain, chart.title),
        "dataset_uuid": uid("dataset", chart.mart),
        "version": VERSION,
    }


def _dashboard(dashboard: Dashboard) -> Json:
    uuids: Mapping[str, str] = {chart.title: uid("chart", dashboard.domain, chart.title) for chart in dashboard.charts}
    return {
        "dashboard_title": dashboard.title,
        "description": f"{dashboard.question_th} · {dashboard.question_en}",
        "slug": dashboard.domain,
        "uuid": uid("dashboard", dashboard.domain),
        "position": page.position(dashboard, uuids),
        "metadata": page.metadata(dashboard, uid("dataset", dashboard.charts[0].mart)),
        "published": True,
        "version": VERSION,
    }
