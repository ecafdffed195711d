"""A machine that lacks something: one message, what to do, exit code 10."""

import shutil
import subprocess
import sys
import types
from collections import namedtuple
from pathlib import Path

import pytest

from khlang import artefacts
from khlang import settings as settings_module
from khlang.errors import SetupError
from khlang.stack import lifecycle

NATIVE = settings_module.load({}).root / "infra" / "native"


@pytest.fixture
def setup_steps(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """The modules of set-up, which lie outside the package because they run before it is installed."""
    monkeypatch.syspath_prepend(str(NATIVE))
    from setup import machine, maps, python_envs, run, servers
    from setup.progress import Progress

    parts = {"machine": machine, "maps": maps, "python_envs": python_envs, "servers": servers, "run": run}
    return types.SimpleNamespace(Progress=Progress, **parts)


def program_in(cache: Path) -> artefacts.Artefacts:
    return artefacts.load(settings_module.load({"KHLANG_CACHE": str(cache)}))


def test_an_old_python() -> None:
    script = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0);"
        f"runpy.run_path({str(NATIVE / 'bootstrap.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 10
    assert "Python 3.9.2 is too old" in done.stderr
    assert "Install Python 3.11 or later" in done.stderr


def test_too_little_disk(setup_steps, monkeypatch, tmp_path) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**11, 10**11 - 10**9, 10**9))
    with pytest.raises(SetupError, match=r"Too little disk: 1\.0 GB free .*, 6 GB are needed") as caught:
        setup_steps.machine.check_disk(tmp_path / "not" / "there")
    assert caught.value.exit_code == 10
    assert "XDG_CACHE_HOME" in caught.value.remedy


def test_no_java_and_no_right_to_install_it(setup_steps, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="There is no Java 17 or 21 for Spark") as caught:
        setup_steps.machine.packages(setup_steps.Progress(tmp_path))
    assert caught.value.exit_code == 10
    assert "openjdk-17-jre-headless" in caught.value.remedy


def test_a_java_of_another_version_counts_as_none(setup_steps, monkeypatch) -> None:
    monkeypatch.setattr(setup_steps.machine, "java_version", lambda: 11)
    assert "openjdk-17-jre-headless" in setup_steps.machine.missing_packages()
    monkeypatch.setattr(setup_steps.machine, "java_version", lambda: 21)
    assert "openjdk-17-jre-headless" not in setup_steps.machine.missing_packages()


def test_no_go_and_none_to_fetch(setup_steps, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match=r"No Go ≥ 1\.24 on this machine, and none can be fetched") as caught:
        setup_steps.servers.minio(setup_steps.Progress(tmp_path), program_in(tmp_path))
    assert caught.value.exit_code == 10
    assert "make setup" in caught.value.remedy


def test_no_npm_and_none_to_fetch(setup_steps, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="No npm on this machine, and none can be fetched") as caught:
        setup_steps.maps.outlines(setup_steps.Progress(tmp_path), program_in(tmp_path))
    assert caught.value.exit_code == 10
    assert not setup_steps.maps.complete(program_in(tmp_path))


def test_a_file_that_is_not_the_pinned_one_is_refused_and_removed(setup_steps, tmp_path) -> None:
    fetched = tmp_path / "trino.tar.gz"
    fetched.write_bytes(b"something else")
    with pytest.raises(SetupError, match=r"trino\.tar\.gz is not the file that was pinned"):
        setup_steps.servers.check_file(fetched, "0" * 64, fetched.name)
    assert not fetched.exists()


def test_the_stack_before_set_up(tmp_path) -> None:
    settings = settings_module.load({"KHLANG_CACHE": str(tmp_path), "KHLANG_VAR": str(tmp_path / "var")})
    with pytest.raises(SetupError, match=r"The stack is not set up: .* is missing") as caught:
        lifecycle.check_artefacts(settings)
    assert (caught.value.exit_code, caught.value.remedy) == (10, "Run: make setup")


def test_jars_and_their_list_are_of_the_pinned_versions() -> None:
    versions = program_in(Path("/none")).versions
    names = [line.split()[1] for line in (NATIVE / "jars.sha256").read_text().splitlines()]
    assert f"delta-spark_{versions['SCALA_VERSION']}-{versions['DELTA_VERSION']}.jar" in names
    assert f"hadoop-aws-{versions['HADOOP_VERSION']}.jar" in names
    assert f"s3-{versions['AWSSDK_VERSION']}.jar" in names


def test_one_packages_lines_are_cut_out_of_a_list(setup_steps) -> None:
    names = {"pyspark-x==1": "aa", "pyspark==4.2.0": "bb", "pytest==9": "cc"}
    listed = "".join(f"{name} \\\n    --hash=sha256:{sha256}\n" for name, sha256 in names.items())
    assert setup_steps.python_envs.requirement(listed, "pyspark") == "pyspark==4.2.0 \\\n    --hash=sha256:bb\n"
    with pytest.raises(KeyError):
        setup_steps.python_envs.requirement(listed, "spark")


STEPS = {
    "servers": ("minio", "java_runtime", "jars", "trino", "jdbc"),
    "python_envs": ("jobs", "airflow"),
    "maps": ("outlines",),
}


@pytest.fixture
def steps_taken(setup_steps, monkeypatch) -> list[str]:
    """The names of the steps, as they are taken; none does anything."""
    taken: list[str] = []
    for module, names in STEPS.items():
        for name in names:
            monkeypatch.setattr(getattr(setup_steps, module), name, lambda *_, name=name: taken.append(name))
    monkeypatch.setattr(setup_steps.python_envs, "tools", lambda *_: "uv")
    monkeypatch.setattr(setup_steps.machine, "packages", lambda _: None)
    return taken


def test_every_step_is_taken_and_mavens_one_after_the_other(setup_steps, steps_taken, tmp_path) -> None:
    setup_steps.run.install(setup_steps.Progress(tmp_path))
    assert sorted(steps_taken) == sorted(name for names in STEPS.values() for name in names)
    assert [name for name in steps_taken if name in STEPS["servers"][1:]] == list(STEPS["servers"][1:])


@pytest.mark.parametrize("failing", ["minio", "trino"])
def test_what_fails_beside_the_others_is_told(setup_steps, steps_taken, monkeypatch, tmp_path, failing) -> None:
    def fails(*_: object) -> None:
        raise SetupError("no network", "again")

    monkeypatch.setattr(setup_steps.servers, failing, fails)
    with pytest.raises(SetupError, match="no network"):
        setup_steps.run.install(setup_steps.Progress(tmp_path))
    assert "airflow" in steps_taken
