"""A declared chart as Superset has it: the form that its page edits, and the question that its API asks."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from khlang.contracts import Table
from khlang.serve.dashboards import sql
from khlang.serve.dashboards.declared import Chart, Measure, Reckoned, Show

KINDS: Final[Mapping[Show, str]] = {
    "number": "big_number_total",
    "line": "echarts_timeseries_line",
    "bar": "echarts_timeseries_bar",
    "map": "country_map",
    "table": "table",
}
FORMATS: Final[Mapping[Reckoned, str]] = {"sum": ",d", "rows": ",d", "share": ".1%", "mean": ",.1f", "most": ",.1f"}
MOST_PROVINCES: Final = 100
Json = dict[str, Any]


def form(chart: Chart, table: Table) -> Json:
    """The chart's own settings; ``datasource`` is filled in where it is imported."""
    metrics = [_metric(measure, table) for measure in chart.measures]
    where = sql.conditions(chart)
    told: Json = {
        "viz_type": KINDS[chart.show],
        "adhoc_filters": [_filter(where)] if where else [],
        "row_limit": limit(chart),
        "order_desc": not in_order(chart, table),
    }
    drawn: Mapping[Show, Callable[[Chart, Table, list[Json]], Json]] = {
        "number": _number,
        "line": _series,
        "bar": _series,
        "map": _map,
        "table": _table,
    }
    return told | drawn[chart.show](chart, table, metrics)


def question(chart: Chart, table: Table) -> str:
    """The same as a query context: what a program asks of the chart, and what reports are made of."""
    metrics = [_metric(measure, table) for measure in chart.measures]
    columns, where = sql.columns(chart, table), sql.conditions(chart)
    first: object = columns[0] if in_order(chart, table) else metrics[0]
    query = {
        "columns": columns,
        "metrics": metrics,
        "filters": [],
        "extras": {"where": f"({where})" if where else "", "having": ""},
        "orderby": [[first, in_order(chart, table)]] if columns else [],
        "row_limit": limit(chart),
        "is_timeseries": False,
        "annotation_layers": [],
        "applied_time_extras": {},
        "url_params": {},
    }
    whole = {"datasource": {"id": 0, "type": "table"}, "force": False, "queries": [query],
             "form_data": form(chart, table), "result_format": "json", "result_type": "full"}  # fmt: skip
    return json.dumps(whole, ensure_ascii=False)


def in_order(chart: Chart, table: Table) -> bool:
    """Whether a chart goes by its axis (month, hour, year) and not by the size of what it shows."""
    return bool(chart.by) and chart.show != "table" and not table.column(chart.by[0]).codes


def limit(chart: Chart) -> int:
    """How many rows at most; a map shows every province."""
    return MOST_PROVINCES if chart.show == "map" else chart.top


def _metric(measure: Measure, table: Table) -> Json:
    expression = sql.metric(measure, table)
    name = hashlib.sha256(f"{measure.label}\0{expression}".encode()).hexdigest()[:12]
    return {"expressionType": "SQL", "sqlExpression": expression, "label": measure.label, "hasCustomLabel": True,
            "optionName": f"metric_{name}"}  # fmt: skip


def _filter(condition: str) -> Json:
    name = hashlib.sha256(condition.encode()).hexdigest()[:12]
    return {
        "clause": "WHERE",
        "expressionType": "SQL",
        "sqlExpression": condition,
        "filterOptionName": f"filter_{name}",
    }


def _number(chart: Chart, table: Table, metrics: list[Json]) -> Json:
    del table
    return {"metric": metrics[0], "y_axis_format": FORMATS[chart.measures[0].kind], "header_font_size": 0.4,
            "subtitle": chart.measures[0].label, "subtitle_font_size": 0.17}  # fmt: skip


def _series(chart: Chart, table: Table, metrics: list[Json]) -> Json:
    by, ordered = sql.named(table.column(chart.by[0])), in_order(chart, table)
    several = len(metrics) > 1 or chart.split is not None
    return {
        "x_axis": by,
        "xAxisForceCategorical": True,
        "x_axis_sort": by if ordered else metrics[0]["label"],
        "x_axis_sort_asc": True,  # a lying chart begins below: so the largest stands on top
        "color_scheme": "supersetColors",
        "metrics": metrics,
        "groupby": [sql.named(table.column(chart.split))] if chart.split else [],
        "timeseries_limit_metric": metrics[0],
        "orientation": "vertical" if ordered else "horizontal",
        "y_axis_format": FORMATS[chart.measures[0].kind],
        "show_legend": several,
        "legendType": "scroll",
        "legendOrientation": "top",
        "markerEnabled": True,
        "show_value": not several and chart.show == "bar",
        "stack": "Stack" if chart.split and chart.show == "bar" and chart.measures[0].kind == "sum" else None,
        "truncate_metric": True,
        "rich_tooltip": True,
    }


def _map(chart: Chart, table: Table, metrics: list[Json]) -> Json:
    del table
    return {"select_country": "thailand", "entity": sql.ISO, "metric": metrics[0],
            "number_format": FORMATS[chart.measures[0].kind], "linear_color_scheme": "superset_seq_1"}  # fmt: skip


def _table(chart: Chart, table: Table, metrics: list[Json]) -> Json:
    formats = {m.label: {"d3NumberFormat": FORMATS[m.kind]} for m in chart.measures}
    return {"query_mode": "aggregate", "groupby": sql.columns(chart, table), "metrics": metrics,
            "timeseries_limit_metric": metrics[0], "show_cell_bars": True, "column_config": formats}  # fmt: skip
