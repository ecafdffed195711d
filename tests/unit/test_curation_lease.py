import threading
from pathlib import Path

import pytest

from khlang.curation import lease
from khlang.curation.objects import FolderObjects
from khlang.errors import LeaseLostError


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path)


class Clock:
    """Jumps a second each time it is read: nobody waits in a test."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "POLL_SECONDS", 0.0)


def test_tokens_grow_and_old_claims_are_taken_away(objects: FolderObjects) -> None:
    for token in (1, 2, 3):
        with lease.hold(objects, "curated.t_v1") as held:
            assert held.token == token
            held.check()
    assert {key.split("/")[2] for key in objects.keys("_leases/curated.t_v1/")} == {"00000003"}


def test_one_holder_at_a_time(objects: FolderObjects) -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with lease.hold(objects, "spine.spine_v1"):
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_dead_holder_is_succeeded_after_its_beat_stood_still(objects: FolderObjects) -> None:
    assert objects.put_new("_leases/t/00000001/claim", b"")
    clock = Clock()
    with lease.hold(objects, "t", clock=clock) as held:
        assert held.token == 2
    assert clock.now > lease.STALE_SECONDS


def test_a_beating_holder_is_waited_for(objects: FolderObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    objects.put_new("_leases/t/00000001/claim", b"")
    clock, beats = Clock(), iter(range(10_000))
    monkeypatch.setattr(
        lease.time, "sleep", lambda _: objects.put("_leases/t/00000001/beat", str(next(beats)).encode())
    )
    with pytest.raises(LeaseLostError) as refused, lease.hold(objects, "t", clock=clock):
        pass
    assert refused.value.exit_code == 40
    assert "held by another writer" in str(refused.value)


def test_a_writer_that_slept_through_a_takeover_is_fenced(objects: FolderObjects) -> None:
    with lease.hold(objects, "t") as held:
        assert objects.put_new("_leases/t/00000002/claim", b"")
        with pytest.raises(LeaseLostError) as refused:
            held.check()
    assert refused.value.code == "LEASE"
    assert "took over" in refused.value.message
