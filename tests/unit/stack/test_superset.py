"""Superset's set-up: loopback, secrets in files, walls around what an analyst has no business with."""

from pathlib import Path

import pytest

from khlang import contracts, inside
from khlang import settings as settings_module
from khlang.errors import ServiceError, SetupError, UsageError
from khlang.serve.dashboards import bundle, declared
from khlang.settings import Settings
from khlang.stack import seats, secrets, superset

ROOT = Path(__file__).parents[3]
DASHBOARDS = declared.load(ROOT / "infra" / "superset", contracts.load())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    program = tmp_path / "python"
    program.touch()
    monkeypatch.setattr(superset, "python", lambda _: program)
    settings = settings_module.load({"KHLANG_VAR": str(tmp_path / "var")})
    secrets.ensure(settings)
    superset.prepare(settings, DASHBOARDS, contracts.load())
    return settings


def test_no_secret_is_on_a_command_line_in_the_environment_or_in_what_is_imported(here: Settings) -> None:
    names = ("superset-key", "superset-admin.password", "superset-analyst.password", "trino-analyst.password")
    found = [(here.secrets / name).read_text(encoding="utf-8").strip() for name in names]
    assert len(set(found)) == 4
    assert min(map(len, found)) >= 32
    told = superset.server(here)
    assets = [path.read_text(encoding="utf-8") for path in (here.var / "superset" / "assets").rglob("*.yaml")]
    assert len(assets) > len(DASHBOARDS)
    for text in (*told.argv, *told.env.values(), *assets):
        assert not any(secret in text for secret in found)
    for path in (*(here.var / "superset").rglob("*"), *here.secrets.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_passwords_stay_as_they_are_at_the_next_start_and_old_assets_go(here: Settings) -> None:
    before = superset.password_file(here, "admin").read_text(encoding="utf-8")
    superset.prepare(here, DASHBOARDS[:1], contracts.load())
    assert superset.password_file(here, "admin").read_text(encoding="utf-8") == before
    assert [path.stem for path in (here.var / "superset" / "assets" / "dashboards").iterdir()] == ["agriculture"]


def test_it_listens_on_loopback_and_the_pools_files_lie_behind_the_fence(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KHLANG_FENCE", raising=False)
    (here.var / "minio").mkdir()
    told = superset.server(here)
    assert f"127.0.0.1:{here.port('SUPERSET')}" in told.argv
    hidden = {told.argv[place + 1] for place, word in enumerate(told.argv) if word == "--also"}
    assert {str(here.secrets), str(here.var / "minio"), str(here.var / "run")} <= hidden
    assert told.argv[1] == str(here.outside)
    assert told.env["KHLANG_STACK"]  # by which `make down` finds it


def test_it_asks_no_outside_host() -> None:
    text = (ROOT / "infra" / "superset" / "superset_config.py").read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert '"default-src": ["\'self\'"]' in text


def test_without_the_program_the_remedy_is_told(tmp_path: Path) -> None:
    settings = settings_module.load({"KHLANG_VAR": str(tmp_path), "KHLANG_ROOT": str(tmp_path)})
    with pytest.raises(SetupError, match="make superset"):
        superset.prepare(settings, [], {})


def test_a_load_or_a_server_that_fails_is_told_with_its_log(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHLANG_FENCE", "off")
    monkeypatch.setattr(superset, "python", lambda _: Path("/bin/false"))
    with pytest.raises(ServiceError, match=r"superset\.log"):
        superset.load(here)
    with pytest.raises(ServiceError, match=r"superset\.log"), superset.running(here):
        pytest.fail("there is no server")


CONTRACTS = contracts.load()
THERE = {"welfare_eligibility": {"pid", "province_code", "period"}, "welfare_by_amphoe": {"amphoe_code", "registrants",
         "period"}, "welfare_eligibility_v1": {"pid"}, "own": {"x"}}  # fmt: skip


@pytest.fixture
def entered(here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> seats.Seat:
    """This process stands in a workspace, as who entered it."""
    mine = tmp_path / "entered"
    mine.mkdir()
    inside.login_file(mine).write_text("analyst-a.poverty", encoding="utf-8")
    inside.pass_file(mine).write_text("a-pass-of-minutes", encoding="utf-8")
    monkeypatch.setenv(inside.VARIABLE, str(mine))
    return seats.seat(here)


def test_in_a_workspace_it_asks_by_the_pass_and_needs_nothing_of_the_pool(here: Settings, entered: seats.Seat) -> None:
    tables = seats.shown(CONTRACTS, THERE, entered.project)
    superset.prepare(here, seats.drawn(DASHBOARDS, tables), tables, entered)
    told = superset.server(here, entered)
    assert told.env["KHLANG_TRINO"].startswith("trino://analyst-a.poverty@workspace@127.0.0.1:")
    assert Path(told.env["KHLANG_TRINO_PASS"]).read_text() == "a-pass-of-minutes"
    assert "a-pass-of-minutes" not in " ".join((*told.argv, *told.env.values()))
    assert told.argv[0] == str(superset.python(here)), "the workspace's fence stands around it already"
    assert "KHLANG_STACK" not in told.env
    assert entered.base == here.var / "workspaces" / "poverty" / "superset" / "analyst-a"
    assert not list(entered.base.rglob("trino.password"))
    assert {path.stat().st_mode & 0o077 for path in entered.base.rglob("*")} == {0}
    assert superset.password_file(here, "analyst", entered).is_relative_to(entered.base)
    address = (entered.base / "assets" / "databases" / "trino.yaml").read_text(encoding="utf-8")
    assert "trino://analyst-a.poverty%40workspace@127.0.0.1" in address
    assert address.count("/lake/poverty") == 1


def test_it_draws_what_the_project_has_and_no_chart_of_a_column_that_was_not_asked_for() -> None:
    tables = seats.shown(CONTRACTS, THERE, "poverty")
    assert sorted(tables) == ["welfare_by_amphoe", "welfare_eligibility"]
    assert {one.name for one in tables["welfare_eligibility"].stored} == {"pid", "province_code", "period"}
    charts = [chart for dashboard in seats.drawn(DASHBOARDS, tables) for chart in dashboard.charts]
    assert charts
    assert all(chart.columns <= THERE[chart.mart] for chart in charts)
    assert len(charts) < sum(len(dashboard.charts) for dashboard in DASHBOARDS)
    files = bundle.files(seats.drawn(DASHBOARDS, tables), tables, url="trino://x@y/lake/poverty", beside=sorted(tables))
    assert {"datasets/welfare_eligibility.yaml", "datasets/welfare_by_amphoe.yaml"} <= set(files)
    assert not any("debt_baht" in text or "lake.demo." in text for text in files.values())


def test_outside_it_asks_as_the_analyst_or_as_a_login_and_nobody_plays_who_is_inside(here: Settings) -> None:
    assert seats.seat(here) == seats.pilot(here)
    login = seats.seat(here, "analyst-a.poverty")
    assert (login.user, login.project, login.bearer) == ("analyst-a.poverty", "poverty", None)
    secrets.write_private(secrets.trino_password_file(here, login.user), "its-own-password")
    superset.prepare(here, [], {}, login)
    assert (login.base / "private" / "trino.password").read_text(encoding="utf-8") == "its-own-password"
    for wrong in ("engineer", "analyst-a.poverty@workspace"):
        with pytest.raises(UsageError) as refused:
            seats.seat(here, wrong)
        assert refused.value.code == "SUPERSET-USER"


def test_who_is_inside_plays_nobody_else(here: Settings, entered: seats.Seat) -> None:
    assert seats.seat(here, "analyst-a.poverty") == entered
    with pytest.raises(UsageError) as refused:
        seats.seat(here, "analyst-b.poverty")
    assert refused.value.code == "SUPERSET-USER"
    assert "entered as analyst-a.poverty" in str(refused.value)
