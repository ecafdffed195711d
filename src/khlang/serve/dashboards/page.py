"""A dashboard's page: rows of charts below the question, and the month as a filter that begins at the latest."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from khlang.release.threshold import THRESHOLD
from khlang.serve.dashboards.declared import COLUMNS_OF_PAGE, Chart, Dashboard, Show

#: In units of eight pixels.
HEIGHTS: Final[Mapping[Show, int]] = {"number": 19, "line": 46, "bar": 50, "map": 60, "table": 46}
HEAD: Final = 16
Json = dict[str, Any]


def rows(charts: Sequence[Chart]) -> list[list[Chart]]:
    """Charts in rows of twelve columns, in order; a row is as high as its highest."""
    packed: list[list[Chart]] = []
    for chart in charts:
        if not packed or sum(each.width for each in packed[-1]) + chart.width > COLUMNS_OF_PAGE:
            packed.append([])
        packed[-1].append(chart)
    return packed


def head(dashboard: Dashboard) -> str:
    """What stands above the charts."""
    return (
        f"### {dashboard.question_th}\n\n*{dashboard.question_en}*\n\n"
        f"เลือกงวดทางซ้าย จำนวนคนหรือครัวเรือนที่น้อยกว่า {THRESHOLD} ไม่แสดง ใช้ในโครงการเท่านั้น · "
        f"Choose the month on the left. Counts of people below {THRESHOLD} are left out. Inside the project only."
    )


def position(dashboard: Dashboard, uuids: Mapping[str, str]) -> Json:
    """Where everything stands.

    Args:
        dashboard: Whose charts.
        uuids: Title of a chart → its uuid.
    """
    placed: Json = {"DASHBOARD_VERSION_KEY": "v2"}
    placed["ROOT_ID"] = {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]}
    placed["HEADER_ID"] = {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard.title}}
    above: Json = {"type": "MARKDOWN", "id": "MARKDOWN-question", "children": [], "parents": []}
    above["meta"] = {"width": COLUMNS_OF_PAGE, "height": HEAD, "code": head(dashboard)}
    placed[above["id"]] = above
    lines = [_row(placed, 0, [above["id"]])]
    numbers = {chart.title: number for number, chart in enumerate(dashboard.charts, start=1)}
    for place, row in enumerate(rows(dashboard.charts), start=1):
        height = max(HEIGHTS[chart.show] for chart in row)
        for chart in row:
            number = numbers[chart.title]
            meta = {"chartId": number, "uuid": uuids[chart.title], "sliceName": chart.title, "width": chart.width}
            here = f"CHART-{number}"
            placed[here] = {"type": "CHART", "id": here, "children": [], "meta": meta | {"height": height}}
        lines.append(_row(placed, place, [f"CHART-{numbers[chart.title]}" for chart in row]))
    placed["GRID_ID"] = {"type": "GRID", "id": "GRID_ID", "children": lines, "parents": ["ROOT_ID"]}
    for line in lines:
        placed[line]["parents"] = ["ROOT_ID", "GRID_ID"]
        for child in placed[line]["children"]:
            placed[child]["parents"] = ["ROOT_ID", "GRID_ID", line]
    return placed


def metadata(dashboard: Dashboard, dataset: str) -> Json:
    """The filter and what it does not reach: charts that show months beside each other.

    Args:
        dashboard: Whose charts.
        dataset: Uuid of the dataset whose months are offered; charts of other marts take the same month.
    """
    free = [number for number, chart in enumerate(dashboard.charts, start=1) if "period" in chart.by]
    month = {
        "id": f"NATIVE_FILTER-period-{dashboard.domain}",
        "name": "งวด",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "description": "ปี ค.ศ.-เดือน ที่รายงาน",
        "targets": [{"datasetUuid": dataset, "column": {"name": "period"}}],
        "controlValues": {"multiSelect": False, "enableEmptyFilter": True, "defaultToFirstItem": True,
                          "inverseSelection": False, "searchAllOptions": False, "sortAscending": False},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": free},
    }  # fmt: skip
    return {
        "native_filter_configuration": [month],
        "chart_configuration": {},
        "global_chart_configuration": {"scope": {"rootPath": ["ROOT_ID"], "excluded": []}, "chartsInScope": []},
        "cross_filters_enabled": False,
        "color_scheme": "",  # one named here would colour a map by province, and not by what it shows
        "label_colors": {},
        "refresh_frequency": 0,
        "timed_refresh_immune_slices": [],
        "expanded_slices": {},
        "default_filters": "{}",
    }


def _row(placed: Json, place: int, children: list[str]) -> str:
    here = f"ROW-{place}"
    placed[here] = {"type": "ROW", "id": here, "children": children, "meta": {"background": "BACKGROUND_TRANSPARENT"}}
    return here
