"""Apache Superset for real: every declared chart answers as the analyst, and its pages ask no other host."""

import json
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from tests.supersetkit import Caller, listed

from khlang import contracts, domains
from khlang.serve.dashboards import declared
from khlang.settings import Settings
from khlang.stack import superset

ROOT = Path(__file__).parents[2]
DASHBOARDS = declared.load(ROOT / "infra" / "superset", contracts.load())
#: Installs an environment of 650 MB and takes a minute or two.
pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def here(served: Settings) -> Iterator[Settings]:
    """Superset over a stack of this group's, as `make superset` starts it."""
    subprocess.run([sys.executable, str(ROOT / "infra/native/bootstrap.py"), "--with=superset"], check=True)
    found, tables = superset.served(served)
    assert [dashboard.domain for dashboard in found] == list(domains.names())
    superset.prepare(served, found, tables)
    assert superset.load(served) == f"{len(found)} dashboards loaded"
    with superset.running(served):
        yield served


@pytest.fixture(scope="module")
def analyst(here: Settings) -> Iterator[Caller]:
    caller = Caller(here, "analyst")
    yield caller
    caller.session.close()


def test_each_domains_dashboard_is_there_and_every_chart_answers(analyst: Caller) -> None:
    assert sorted(each["slug"] for each in listed(analyst, "dashboard")) == list(domains.names())
    charts = {each["slice_name"]: each["id"] for each in listed(analyst, "chart")}
    assert len(listed(analyst, "chart")) == sum(len(dashboard.charts) for dashboard in DASHBOARDS)
    for name, number in charts.items():
        answer = analyst.get(f"chart/{number}/data/")
        assert answer.status_code == 200, f"{name}: {answer.text[:400]}"
        (told,) = answer.json()["result"]
        assert told["data"], name
        assert not told["error"], name


def test_it_asks_as_the_analyst_who_sees_marts_and_nothing_behind_them(analyst: Caller) -> None:
    (database,) = [each["id"] for each in listed(analyst, "database")]

    def ask(sql: str) -> requests.Response:
        return analyst.post(
            "sqllab/execute/", {"database_id": database, "sql": sql, "schema": "demo", "runAsync": False}
        )

    assert [list(row.values()) for row in ask("SELECT current_user AS me").json()["data"]] == [["analyst"]]
    assert ask("SELECT count(*) AS n FROM welfare_by_amphoe").status_code == 200
    for refused in (
        "SELECT * FROM lake.ops.link_rates",
        "SELECT * FROM loader.demo.welfare_by_amphoe_v1",
        "DROP VIEW welfare_by_amphoe",
    ):
        assert ask(refused).status_code >= 400, refused


def test_nobody_brings_another_database_and_the_analyst_no_user(here: Settings, analyst: Caller) -> None:
    other = {"database_name": "other", "sqlalchemy_uri": "trino://analyst@127.0.0.1:1/lake", "expose_in_sqllab": True}
    assert analyst.post("database/", other).status_code in (401, 403, 404)
    admin = Caller(here, "admin")
    try:
        refused = admin.post("database/", other)
        assert refused.status_code in (400, 422), refused.text
        (database,) = [each["id"] for each in listed(admin, "database")]
        told = admin.get(f"database/{database}/connection").json()["result"]
        assert "password" not in json.dumps(told["parameters"]).lower() or not told["parameters"].get("password")
        assert ":" not in urllib.parse.urlsplit(told["sqlalchemy_uri"]).netloc.partition("@")[0]
    finally:
        admin.session.close()
    assert analyst.get("security/users/").status_code in (401, 403, 404)


def login(page: Page, settings: Settings) -> None:
    """The page's own form."""
    page.goto(f"{superset.url(settings)}/login/")
    page.locator("#username").fill("analyst")
    page.locator("#password").fill(superset.password_file(settings, "analyst").read_text(encoding="utf-8").strip())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("welcome|dashboard"), timeout=60_000)


def test_the_pages_ask_no_other_host_and_every_chart_is_drawn(here: Settings, chrome: Browser) -> None:
    asked: list[str] = []
    refused: list[str] = []
    page = chrome.new_page(viewport={"width": 1440, "height": 2600})
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: refused.append(f"{request.failure} {request.url}"))
    login(page, here)
    for dashboard in DASHBOARDS:
        page.goto(f"{superset.url(here)}/superset/dashboard/{dashboard.domain}/")
        expect(page.get_by_text(dashboard.question_th)).to_be_visible(timeout=60_000)
        for chart in dashboard.charts:
            expect(page.get_by_text(chart.title, exact=True).first).to_be_visible(timeout=60_000)
        page.wait_for_load_state("networkidle", timeout=90_000)
        assert page.locator(".ant-alert-error").count() == 0, dashboard.domain
    page.close()
    hosts = {urllib.parse.urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {f"127.0.0.1:{here.port('SUPERSET')}"}
    assert len(asked) > 100
    outside = [told for told in refused if f"127.0.0.1:{here.port('SUPERSET')}" not in told]
    assert [told for told in outside if not told.lower().startswith(("csp", "net::err_blocked_by_csp"))] == []
