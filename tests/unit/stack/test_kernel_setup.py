"""When set-up compiles the optional kernel: on request only; what is in the cache is laid, what fails is said."""

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from khlang.errors import SetupError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "infra" / "native"))
    for name in [name for name in sys.modules if name == "setup" or name.startswith("setup.")]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("setup.kernel")


@pytest.fixture
def program(tmp_path: Path) -> Any:
    (tmp_path / "kernel" / "src").mkdir(parents=True)
    (tmp_path / "kernel" / "Cargo.toml").write_text("[package]\n")
    (tmp_path / "kernel" / "src" / "lib.rs").write_text("// one\n")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (tmp_path / ".venv" / "lib" / version / "site-packages").mkdir(parents=True)
    return SimpleNamespace(root=tmp_path, cache=tmp_path / "cache")


class Quiet:
    """Shows nothing, and lets every step run."""

    def step(self, title: str) -> "Quiet":
        assert title
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def laid(program: Any) -> list[Path]:
    return list((program.root / ".venv").rglob("khlang_kernel*"))


def test_a_first_set_up_compiles_nothing(kernel: ModuleType, program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "_compiled", lambda *_: pytest.fail("compiled"))
    kernel.build(Quiet(), program, compiling=False)
    assert laid(program) == []


def test_asked_for_it_is_compiled_once_and_laid(
    kernel: ModuleType, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def compiled(_cargo: str, _sources: Path, target: Path) -> None:
        target.parent.mkdir(parents=True)
        target.write_bytes(b"library")
        made.append(target)

    monkeypatch.setattr(kernel, "_compiled", compiled)
    monkeypatch.setattr(kernel.shutil, "which", lambda _: "cargo")
    kernel.build(Quiet(), program, compiling=True)
    kernel.build(Quiet(), program, compiling=False)
    assert [path.read_bytes() for path in laid(program)] == [b"library"]
    assert len(made) == 1
    (program.root / "kernel" / "src" / "lib.rs").write_text("// two\n")
    kernel.build(Quiet(), program, compiling=True)
    assert len(set(made)) == 2, "other sources are another kernel"


@pytest.mark.parametrize("cargo", [None, "cargo"])
def test_what_cannot_be_built_is_said_and_stops_nothing(
    kernel: ModuleType, program: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cargo: Any
) -> None:
    def broken(*_: object) -> None:
        raise SetupError("It does not compile.")

    monkeypatch.setattr(kernel, "_compiled", broken)
    monkeypatch.setattr(kernel.shutil, "which", lambda _: cargo)
    kernel.build(Quiet(), program, compiling=True)
    assert "sealing kernel: not built" in capsys.readouterr().out
    assert laid(program) == []
