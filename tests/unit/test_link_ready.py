"""What is at rest: nothing accepted of it waits for its verdict."""

from khlang.link.ready import ready, settled, waiting, whole


def test_accepted_without_a_verdict_makes_its_dataset_wait_and_no_other() -> None:
    judged = [("vehicles", "2026-01", 1)]
    accepted = [("vehicles", "2026-01", 1), ("house_registry", "2026-01", 1), ("vehicles", "2026-02", 1)]
    assert waiting(judged, accepted) == {("house_registry", "2026-01"), ("vehicles", "2026-02")}


def test_correction_makes_its_dataset_wait_again() -> None:
    accepted = [("vehicles", "2026-01", 1), ("vehicles", "2026-01", 2)]
    assert waiting([("vehicles", "2026-01", 1)], accepted) == {("vehicles", "2026-01")}


def test_what_was_overtaken_does_not_wait() -> None:
    accepted = [("vehicles", "2026-01", 1), ("vehicles", "2026-01", 2)]
    assert waiting([("vehicles", "2026-01", 2)], accepted) == set()


def test_told_is_what_is_at_rest() -> None:
    decisions = [{"dataset": "vehicles", "period": month} for month in ("2026-01", "2026-02")]
    assert settled(decisions, {("vehicles", "2026-02"), ("house_registry", "2026-01")}) == decisions[:1]


def test_what_was_withdrawn_is_told_by_a_negative_version_until_something_comes_after() -> None:
    one = {"dataset": "vehicles", "period": "2026-01", "txn_version": 10100, "verdict": "promoted"}
    two, three = one | {"txn_version": 20100, "verdict": "withdrawn"}, one | {"txn_version": 30100}
    assert ready([one])(("vehicles",)) == {"2026-01": {"vehicles": 10100}}
    assert ready([one, two])(("vehicles",)) == {"2026-01": {"vehicles": -20100}}
    assert whole(ready([one, two]))(("vehicles",)) == {}
    assert whole(ready([three, two, one]))(("vehicles",)) == {"2026-01": {"vehicles": 30100}}
