"""Starting, stopping and breaking a small stack of its own: the object store alone."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.stackfixture import environment, installation

from khlang.settings import Settings
from khlang.stack import lifecycle, supervisor, watch
from khlang.stack.services import find, healthy
from khlang.stack.supervisor import Supervisor, control_folders, fence_command, socket_path

Parts = Callable[..., Settings]


def khlang(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "khlang"), *arguments]
    return subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)


def pid(settings: Settings, name: str) -> int:
    return int(Supervisor(settings).processes()[name]["pid"])


def expect_soon(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def alone() -> Iterator[Settings]:
    """The object store, for tests that leave it up; one that hangs is given two seconds to end."""
    with installation() as settings, pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor, "PROGRAM", supervisor.PROGRAM.replace("stopwaitsecs = 20", "stopwaitsecs = 2"))
        lifecycle.up(settings, only=("minio",), report=lambda *_: None)
        yield settings


def test_up_twice_is_one_stack(alone: Settings) -> None:
    first = pid(alone, "minio")
    done = khlang(alone, "stack", "up", "--only", "minio")
    assert done.returncode == 0, done.stderr
    assert pid(alone, "minio") == first


def test_down_leaves_no_process_and_no_port(stack_parts: Parts) -> None:
    settings = stack_parts("minio")
    stray = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        env={"KHLANG_STACK": (settings.var / "run" / "stack.id").read_text()},
        start_new_session=True,
    )
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        assert stray.pid in lifecycle.marked(settings)
        done = khlang(settings, "stack", "down")
        assert done.returncode == 0, done.stderr
        assert stray.wait(10) == -signal.SIGTERM
        assert lifecycle.marked(settings) == []
        assert stranger.poll() is None
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", settings.port("MINIO"))) != 0
    finally:
        stranger.kill()
        stranger.wait()
    assert "not running" in khlang(settings, "stack", "down").stdout


def test_a_port_in_use_is_named_with_its_setting(stack_parts: Parts) -> None:
    settings = stack_parts()
    port = settings.port("MINIO")
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        done = khlang(settings, "stack", "up", "--only", "minio")
    assert done.returncode == 11
    assert f"PORT-IN-USE: In use by another program: port {port} (minio, MINIO=)" in done.stderr
    assert f"{settings.var}/ports.env" in done.stderr
    assert not Supervisor(settings).running()


def test_a_killed_service_comes_back(alone: Settings) -> None:
    first = pid(alone, "minio")
    os.kill(first, signal.SIGKILL)
    expect_soon(lambda: pid(alone, "minio") not in (0, first) and healthy(find("minio"), alone))


def test_a_service_that_hangs_is_restarted(alone: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pid(alone, "minio")
    monkeypatch.setattr(type(find("minio")), "grace", 0, raising=False)
    monkeypatch.setattr("khlang.stack.health.SECONDS", 0.5)
    os.kill(first, signal.SIGSTOP)
    expect_soon(lambda: not healthy(find("minio"), alone))  # a busy machine stops a process a little later
    expect_soon(lambda: Supervisor(alone).processes()["minio"]["statename"] == "RUNNING")
    failures = {"minio": 3}
    process = Supervisor(alone).processes()["minio"] | {"now": 10**10}
    assert watch.judge(find("minio"), alone, process, failures) == "it failed 4 probes in a row"
    Supervisor(alone).restart("minio")
    expect_soon(lambda: pid(alone, "minio") not in (0, first) and healthy(find("minio"), alone))


def test_a_service_waits_for_what_it_stands_on(stack_parts: Parts) -> None:
    settings = stack_parts("minio", "gateway")
    store, first = pid(settings, "minio"), pid(settings, "gateway")
    os.kill(store, signal.SIGSTOP)
    try:
        os.kill(first, signal.SIGKILL)
        expect_soon(lambda: pid(settings, "gateway") not in (0, first))
        again = pid(settings, "gateway")
        expect_soon(lambda: b"khlang.stack.launch" in Path(f"/proc/{again}/cmdline").read_bytes())
        time.sleep(2)
        assert b"khlang.stack.launch" in Path(f"/proc/{again}/cmdline").read_bytes()
        assert "waits for minio" in khlang(settings, "stack", "status").stdout
    finally:
        os.kill(store, signal.SIGCONT)
    expect_soon(lambda: healthy(find("gateway"), settings))
    assert pid(settings, "gateway") == again  # the same process became the gateway
    assert b"khlang.landing.gateway" in Path(f"/proc/{again}/cmdline").read_bytes()


def test_a_service_alone_is_told_what_it_stands_on(stack_parts: Parts) -> None:
    done = khlang(stack_parts(), "stack", "up", "--only", "gateway")
    assert done.returncode == 2
    assert "USAGE: gateway starts after minio, which does not run." in done.stderr
    assert "Add: --only minio" in done.stderr


def test_a_service_that_cannot_start_says_why(stack_parts: Parts) -> None:
    settings = stack_parts()
    data = settings.var / "minio"
    data.mkdir(parents=True)
    (data / "data").write_text("a file where a folder must be")
    done = khlang(settings, "stack", "up", "--only", "minio")
    assert done.returncode == 12
    assert "SERVICE: minio does not start" in done.stderr
    assert "minio.log" in done.stderr


def test_status_of_a_stopped_stack(stack_parts: Parts) -> None:
    done = khlang(stack_parts(), "stack", "status")
    assert done.returncode == 12
    assert "stopped" in done.stdout


def test_a_long_path_gets_a_short_socket(stack_parts: Parts) -> None:
    import dataclasses

    settings = stack_parts()
    deep = dataclasses.replace(settings, var=settings.var / ("d" * 60) / ("e" * 60))
    deep.var.mkdir(parents=True)
    shutil.copy(settings.var / "ports.env", deep.var)
    try:
        lifecycle.up(deep, only=("minio",), report=lambda *_: None)
        assert healthy(find("minio"), deep)
    finally:
        lifecycle.down(deep)
    assert lifecycle.marked(deep) == []
    assert not socket_path(deep).parent.exists()


def test_the_fence_hides_what_is_outside(alone: Settings) -> None:
    kept = alone.outside / "authority" / "source.key"
    kept.parent.mkdir()
    kept.write_text("not for the pool")
    inside = f"/proc/{pid(alone, 'minio')}/root{alone.outside}"
    assert list(Path(inside).iterdir()) == []  # what the service itself sees there
    fence = alone.root / "infra" / "native" / "fence"
    reader = [str(fence), str(alone.outside), "cat", str(kept)]
    done = subprocess.run(reader, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "not for the pool" not in done.stdout
    # The positive control: without the fence it is read.
    assert subprocess.run(reader[2:], capture_output=True, text=True, check=True).stdout == "not for the pool"


def test_a_service_cannot_reach_the_supervisor(alone: Settings) -> None:
    """Else it could have a program of its own started before the fence."""
    for folder in control_folders(alone):
        assert list(folder.iterdir())  # the positive control: the operator sees them
        assert list(Path(f"/proc/{pid(alone, 'minio')}/root{folder}").iterdir()) == []
    program = f"import socket; socket.socket(socket.AF_UNIX).connect({str(socket_path(alone))!r})"
    reach = [sys.executable, "-c", program]
    assert subprocess.run(reach, capture_output=True, check=False).returncode == 0
    fenced = subprocess.run([*fence_command(alone), *reach], capture_output=True, text=True, check=False)
    assert fenced.returncode != 0
    assert "Error" in fenced.stderr


def test_a_fenced_process_cannot_take_the_fence_away(stack_parts: Parts) -> None:
    settings = stack_parts()
    settings.outside.mkdir()
    (settings.outside / "x").write_text("not for the pool")
    fence = [str(settings.root / "infra" / "native" / "fence"), str(settings.outside)]
    attempts = (
        f"umount {settings.outside}; cat {settings.outside}/x",
        f"cat /proc/{os.getpid()}/root{settings.outside}/x",
        f"nsenter -t {os.getpid()} -m cat {settings.outside}/x",
        f"unshare -m umount {settings.outside} && cat {settings.outside}/x",
        f"mkdir -p {settings.var}/m && mount --bind / {settings.var}/m && cat {settings.var}/m{settings.outside}/x",
    )
    for attempt in attempts:
        done = subprocess.run([*fence, "sh", "-c", attempt], capture_output=True, text=True, check=False)
        assert "not for the pool" not in done.stdout, attempt
        assert done.returncode != 0, attempt
