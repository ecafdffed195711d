"""R's `sql()`: real R and its real kernel; what answers is a program that writes down how it was asked."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jupyter_client import BlockingKernelClient, KernelManager
from tests.refusalkit import expect_raised

from khlang.errors import UsageError
from khlang.serve.cli import sql
from khlang.serve.client import Answer
from khlang.serve.show import render
from khlang.stack import rkernel

SECONDS = 120
ANSWER = Answer(
    ("จังหวัด", "คน", "pid", "long", "share", "baht", "yes", "day", "at", "words", "none"),
    ("varchar(20)", "integer", "bigint", "bigint", "double", "decimal(9,2)", "boolean", "date", "timestamp(3)",
     "array(varchar)", "varchar"),
    (
        ("ขอนแก่น", 7, 2**47, 2**60 + 1, 0.5, Decimal("12.25"), True, date(2026, 1, 31), datetime(2026, 1, 31, 7, 30),  # noqa: DTZ001  # as Trino's own
         ["ก", "ข"], None),
        (None, None, None, None, float("nan"), None, None, None, None, None, None),
    ),
)  # fmt: skip
SAID = """#!{python}
import json, os, sys
from pathlib import Path
query, given = (Path(sys.argv[place]).read_text() for place in (5, 7))
told = {{"argv": sys.argv[1:], "sql": query, "given": json.loads(given), "library": os.getenv("LD_LIBRARY_PATH")}}
Path(os.environ["KHLANG_ROOT"], "asked.json").write_text(json.dumps(told))
if "refuse" in told["sql"]:
    sys.stderr.write(Path(sys.argv[5]).name + ": COLUMN_NOT_FOUND: ไม่พบคอลัมน์\\n  → DESCRIBE\\n")
    sys.exit(51)
sys.stdout.write(Path(os.environ["KHLANG_ROOT"], "answer").read_text())
"""
LACKS = rkernel.missing()
with_r = pytest.mark.skipif(bool(LACKS), reason=f"apt-get install {' '.join(LACKS)}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An installation whose `khlang` says how it was asked, and answers."""
    program = tmp_path / "root" / ".venv" / "bin" / "khlang"
    program.parent.mkdir(parents=True)
    program.write_text(SAID.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "root" / "answer").write_text(render(ANSWER, "columns"), encoding="utf-8")
    return tmp_path / "root"


def told(root: Path) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads((root / "asked.json").read_text())
    return asked


def r(root: Path, code: str) -> subprocess.CompletedProcess[str]:
    """A script in R, as a job of a workspace runs."""
    file = root / "job.R"
    file.write_text(code, encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "KHLANG_ROOT": str(root), **rkernel.prepare(root / "r")}
    return subprocess.run(["Rscript", str(file)], env=env, capture_output=True, text=True, check=False, cwd=root)


@with_r
def test_an_answer_is_a_frame_with_its_types_and_its_thai(root: Path) -> None:
    done = r(root, 'x <- sql("SELECT 1 AS \\"จังหวัด\\""); cat(names(x), sep = "|"); cat("\\n"); str(as.list(x))')
    assert done.returncode == 0, done.stderr
    names, *_ = done.stdout.splitlines()
    assert names == "|".join(ANSWER.columns)
    assert told(root)["sql"] == 'SELECT 1 AS "จังหวัด"\n'
    assert told(root)["library"] is None, "R's libraries would take the place of Python's"
    for part in (
        'chr [1:2] "ขอนแก่น" NA', "int [1:2] 7 NA", "num [1:2] 0.5 NaN", "logi [1:2] TRUE NA",
        'Date[1:2], format: "2026-01-31"', 'chr [1:2] "1152921504606846977" NA', "POSIXct[1:2]", "chr [1:2] NA NA",
    ):  # fmt: skip
        assert part in done.stdout, done.stdout
    exact = r(root, 'cat(format(sql("SELECT 1")$pid[1], scientific = FALSE), sql("SELECT 1")$words[1])')
    assert exact.stdout == f'{2**47} ["ก", "ข"]'


@with_r
def test_no_row_has_columns_all_the_same(root: Path) -> None:
    (root / "answer").write_text(render(Answer(ANSWER.columns, ANSWER.types, ()), "columns"), encoding="utf-8")
    done = r(root, 'x <- sql("SELECT 1"); cat(dim(x), class(x$day), class(x$pid))')
    assert done.stdout == "0 11 Date numeric", done.stderr


@with_r
def test_parameters_are_typed_and_stand_on_no_command_line(root: Path) -> None:
    done = r(
        root, 'x <- sql("SELECT :m", m = "มกราคม \'26", n = 7L, share = 0.1, on = as.Date("2026-01-31"), ok = TRUE)'
    )
    assert done.returncode == 0, done.stderr
    assert told(root)["given"] == {"m": "มกราคม '26", "n:integer": "7", "share:double": "0.10000000000000001",
                                   "on:date": "2026-01-31", "ok:boolean": "true"}  # fmt: skip
    assert "มกราคม" not in " ".join(told(root)["argv"])
    for wrong in ('sql("SELECT :m", "x")', 'sql("SELECT :m", m = NA)', 'sql("SELECT :m", m = 1:2)'):
        refused = r(root, wrong)
        assert refused.returncode == 1
        assert "arameter" in refused.stderr


@with_r
def test_a_refusal_is_its_message_and_names_no_file(root: Path) -> None:
    done = r(root, 'sql("refuse me")')
    assert done.returncode == 1
    assert "sql(): COLUMN_NOT_FOUND: ไม่พบคอลัมน์" in done.stderr
    assert "→ DESCRIBE" in done.stderr


@with_r
def test_a_profile_of_the_persons_own_is_not_read(root: Path) -> None:
    (root / ".Rprofile").write_text('cat("mine")\n', encoding="utf-8")
    assert r(root, 'cat("job")').stdout == "job"


@pytest.fixture
def kernel(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlockingKernelClient]:
    """The kernel that the lab would start, over sockets in a folder of their owner."""
    rkernel.install(tmp_path / "kernels")
    spec = json.loads((tmp_path / "kernels" / rkernel.NAME / "kernel.json").read_text())
    for name, value in {**spec["env"], "KHLANG_ROOT": str(root), "LANG": "C.UTF-8"}.items():
        monkeypatch.setenv(name, value)
    for name in ("LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    manager = KernelManager(transport="ipc", connection_file=str(tmp_path / "k.json"))
    manager.ip = str(tmp_path / "k")
    manager._kernel_spec = None
    manager.kernel_spec.argv = spec["argv"]  # type: ignore[union-attr]
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SECONDS)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@with_r
def test_the_kernel_asks_and_draws(kernel: BlockingKernelClient) -> None:
    said: list[dict[str, Any]] = []
    code = 'x <- sql("SELECT 1"); plot(1, main = "ผู้ลงทะเบียน"); cat(getOption("repr.plot.family")); x[["จังหวัด"]][1]'
    done = kernel.execute_interactive(code, timeout=SECONDS, output_hook=lambda one: said.append(one["content"]))
    assert done["content"]["status"] == "ok", said
    shown = [one["data"] for one in said if "data" in one]
    assert any("image/png" in one for one in shown)
    assert any(one.get("text") == "Sarabun" for one in said)
    assert any("ขอนแก่น" in one.get("text/plain", "") for one in shown)


def test_a_lab_that_is_to_have_r_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert rkernel.missing() == rkernel.PACKAGES
    expect_raised(rkernel.require, code="LAB-R", exit_code=10, says="apt-get install r-base-core r-cran-irkernel")
    monkeypatch.setattr(shutil, "which", lambda _: "false")
    assert rkernel.missing() == ("r-cran-irkernel",)


def test_parameters_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "given.json"
    for text in ("[]", '{"n": 7}', "?"):
        file.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(sql, ["SELECT :n", "--parameters", str(file)])
        assert isinstance(done.exception, UsageError), done.output
        assert "holds no parameters" in str(done.exception)
