"""Superset's set-up: loopback, secrets in files, walls around what an analyst has no business with."""

from pathlib import Path

import pytest

from khlang import contracts
from khlang import settings as settings_module
from khlang.errors import ServiceError, SetupError
from khlang.serve.dashboards import declared
from khlang.settings import Settings
from khlang.stack import secrets, superset

ROOT = Path(__file__).parents[3]
DASHBOARDS = declared.load(ROOT / "infra" / "superset", contracts.load())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    program = tmp_path / "python"
    program.touch()
    monkeypatch.setattr(superset, "python", lambda _: program)
    settings = settings_module.load({"KHLANG_VAR": str(tmp_path / "var")})
    secrets.ensure(settings)
    superset.prepare(settings, DASHBOARDS)
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
    superset.prepare(here, DASHBOARDS[:1])
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
        superset.prepare(settings, [])


def test_a_load_or_a_server_that_fails_is_told_with_its_log(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHLANG_FENCE", "off")
    monkeypatch.setattr(superset, "python", lambda _: Path("/bin/false"))
    with pytest.raises(ServiceError, match=r"superset\.log"):
        superset.load(here)
    with pytest.raises(ServiceError, match=r"superset\.log"), superset.running(here):
        pytest.fail("there is no server")
