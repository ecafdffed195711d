"""JupyterLab's set-up: loopback, a token in a file, and walls around what an analyst has no business with."""

from pathlib import Path

import pytest

from khlang import settings as settings_module
from khlang.errors import SetupError
from khlang.settings import Settings
from khlang.stack import lab, secrets


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    program = tmp_path / "jupyter-lab"
    program.touch()
    monkeypatch.setattr(lab, "program", lambda _: program)
    settings = settings_module.load({"KHLANG_VAR": str(tmp_path / "var")})
    secrets.ensure(settings)
    lab.prepare(settings)
    return settings


def test_neither_token_nor_password_is_on_the_command_line_or_in_the_configuration(here: Settings) -> None:
    token = lab.token_file(here).read_text(encoding="utf-8").strip()
    password = secrets.trino_password_file(here, "analyst").read_text(encoding="utf-8").strip()
    told = lab.launch(here)
    config = (here.var / "lab" / "jupyter_lab_config.py").read_text(encoding="utf-8")
    for text in (*told.argv, *told.env.values(), config):
        assert token not in text
        assert password not in text
    assert len(token) >= 32
    for path in (here.var / "lab").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_it_listens_on_loopback_and_its_kernel_is_the_jobs(here: Settings) -> None:
    config = (here.var / "lab" / "jupyter_lab_config.py").read_text(encoding="utf-8")
    assert 'c.ServerApp.ip = "127.0.0.1"' in config
    compile(config, "jupyter_lab_config.py", "exec")
    kernel = (here.var / "lab" / "data" / "kernels" / "khlang" / "kernel.json").read_text(encoding="utf-8")
    assert "/.venv/bin/python" in kernel
    assert "khlang.serve.magic" in kernel


def test_the_pools_secrets_and_files_lie_behind_the_fence(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KHLANG_FENCE", raising=False)
    (here.var / "minio").mkdir()
    told = lab.launch(here)
    hidden = {told.argv[place + 1] for place, word in enumerate(told.argv) if word == "--also"}
    assert {str(here.secrets), str(here.var / "minio"), str(here.var / "run")} <= hidden
    assert told.argv[1] == str(here.outside)
    assert Path(told.env["KHLANG_PASSWORDS"]).is_relative_to(here.var / "lab")


def test_in_a_workspace_it_asks_as_who_entered_and_builds_no_second_fence(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "entered"
    mine.mkdir()
    (mine / "login").write_text("analyst-a.poverty", encoding="utf-8")
    monkeypatch.setenv("KHLANG_WORKSPACE", str(mine))
    monkeypatch.chdir(tmp_path)
    lab.prepare(here)
    told = lab.launch(here)
    assert told.argv[0] == str(lab.program(here))
    assert told.env["KHLANG_WORKSPACE"] == str(mine)
    assert lab.token_file(here).is_relative_to(mine)
    assert not list((mine / "lab").rglob("*.password"))
    assert repr(str(tmp_path)) in (mine / "lab" / "jupyter_lab_config.py").read_text(encoding="utf-8")
    assert "analyst-a.poverty" in (mine / "lab" / "data" / "kernels" / "khlang" / "kernel.json").read_text()


def test_without_the_program_the_remedy_is_told(tmp_path: Path) -> None:
    settings = settings_module.load({"KHLANG_VAR": str(tmp_path), "KHLANG_ROOT": str(tmp_path)})
    with pytest.raises(SetupError, match="make lab"):
        lab.prepare(settings)
