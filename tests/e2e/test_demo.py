"""The main job on the real servers, seen from outside: the report, a plain client, and a second run."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import trino
from tests.demofixture import MONTHS, Demo, run_demo
from tests.stackfixture import environment

from khlang import store
from khlang.contracts import load
from khlang.lake import LAKE, RECEIPTS
from khlang.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def ask(report: dict[str, Any], sql: str) -> list[list[Any]]:
    """What the README tells a user of the plain client to do, with nothing but report.json."""
    url = re.fullmatch(r"https://([\d.]+):(\d+)", report["trino_url"])
    assert url
    password = Path(report["password_file"]).read_text(encoding="utf-8").strip()
    connection = trino.dbapi.connect(
        host=url[1],
        port=int(url[2]),
        http_scheme="https",
        user=report["user"],
        auth=trino.auth.BasicAuthentication(report["user"], password),
        verify=report["ca_file"],
        catalog="lake",
        schema="demo",
    )
    try:
        return connection.cursor().execute(sql).fetchall()
    finally:
        connection.close()


def written(settings: Settings) -> dict[str, list[str]]:
    """Every commit of every table, and every receipt."""
    root = store.client(settings, "root")
    commits = [key for key in store.list_keys(root, LAKE) if "/_delta_log/" in key]
    return {"commits": commits, "receipts": list(store.list_keys(root, RECEIPTS))}


def test_every_extract_is_promoted(demo: Demo) -> None:
    datasets = [table for table in load(demo.settings.contracts).datasets if table.domain == "welfare"]
    assert len(demo.report["extracts"]) == len(datasets) * MONTHS
    assert {row["verdict"] for row in demo.report["extracts"]} == {"promoted"}
    assert all(row["rows"] > 0 for row in demo.report["extracts"])


def test_every_mart_equals_the_observable_truth(demo: Demo) -> None:
    names = {mart.name for mart in load(demo.settings.contracts).marts if mart.domain == "welfare"}
    assert {mart["name"] for mart in demo.report["marts"]} == names
    assert [mart["name"] for mart in demo.report["marts"] if not mart["equals_truth"]] == []
    assert all(mart["rows"] > 0 and mart["domain"] == "welfare" for mart in demo.report["marts"])


def test_plain_client_reads_every_figure_of_the_truth(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # with these the client looks at no other authority
        monkeypatch.delenv(name, raising=False)
    table = load(demo.settings.contracts)["welfare_by_amphoe"]
    columns = [column.name for column in table.stored]
    rows = ask(demo.report, f"SELECT {', '.join(columns)} FROM welfare_by_amphoe")
    files = sorted((demo.settings.truth / "observable" / "welfare_by_amphoe").glob("*.parquet"))
    truth = pl.concat([pl.read_parquet(file).select(columns) for file in files]).rows()
    rows = [tuple(row) for row in rows]
    assert Counter(rows) == Counter(truth)
    damaged = [(*truth[0][:-2], truth[0][-2] + 1, truth[0][-1]), *truth[1:]]
    assert Counter(rows) != Counter(damaged), "one figure changed in one row must be seen"


def test_gap_to_the_population_is_shown(demo: Demo) -> None:
    assert len(demo.report["population"]["welfare"]) == MONTHS
    assert "gap to what is" in demo.printed


def test_report_is_read_with_no_network(demo: Demo) -> None:
    folder = demo.settings.var / "demo"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//|url\((?!data:)|@import|<script""", page)
    assert "Sarabun" in page
    assert "ครัวเรือนยากจน" in page
    assert (folder / "welfare.png").read_bytes().startswith(b"\x89PNG")


def test_report_says_where_to_look_and_holds_no_password(demo: Demo) -> None:
    text = json.dumps(demo.report) + demo.printed + (demo.settings.var / "demo" / "report.html").read_text()
    for place in demo.report["places"]:
        assert place["at"] in demo.printed.replace("\n", "") or place["name"] in demo.printed
        if place["password_file"]:
            secret = Path(place["password_file"]).read_text(encoding="utf-8").strip()
            assert secret
            assert secret not in text
    assert "make down" in demo.printed


def test_the_domains_page_is_written_from_what_the_demo_left(demo: Demo, tmp_path: Path) -> None:
    program = str(demo.settings.root / ".venv" / "bin" / "khlang")
    command = [program, "domains", "docs", "--folder", str(tmp_path)]
    subprocess.run(command, env=environment(demo.settings), check=True, capture_output=True)
    page = (tmp_path / "welfare.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\((pictures/[^)]+)\)", page)
    assert "pictures/welfare.png" in shown
    assert [name for name in shown if not (tmp_path / name).read_bytes().startswith(b"\x89PNG")] == []
    assert "FROM welfare_by_amphoe" in page
    made = json.loads((tmp_path / "made.json").read_text(encoding="utf-8"))["welfare"]
    assert {mart["name"]: mart["rows"] for mart in made["marts"]} == {
        mart["name"]: mart["rows"] for mart in demo.report["marts"]
    }
    assert {row["rules"] - row["met"] for row in made["extracts"]} == {0}
    assert str(demo.settings.var) not in page


def test_second_run_gives_the_same_and_writes_nothing(demo: Demo) -> None:
    before = written(demo.settings)
    again = run_demo(demo.settings)
    assert written(demo.settings) == before
    for part in ("answers", "link_rates", "extracts", "marts", "population"):
        assert again.report[part] == demo.report[part], part
