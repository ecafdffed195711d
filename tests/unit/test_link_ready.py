"""Which periods are at rest: nothing accepted of them waits for its verdict."""

from khlang.link.ready import settled, waiting


def test_accepted_without_a_verdict_makes_its_period_wait() -> None:
    judged = [("vehicles", "2026-01", 1)]
    accepted = [("vehicles", "2026-01", 1), ("house_registry", "2026-01", 1), ("vehicles", "2026-02", 1)]
    assert waiting(judged, accepted) == {"2026-01", "2026-02"}


def test_correction_makes_its_period_wait_again() -> None:
    assert waiting([("vehicles", "2026-01", 1)], [("vehicles", "2026-01", 1), ("vehicles", "2026-01", 2)]) == {
        "2026-01"
    }


def test_what_was_overtaken_does_not_wait() -> None:
    accepted = [("vehicles", "2026-01", 1), ("vehicles", "2026-01", 2)]
    assert waiting([("vehicles", "2026-01", 2)], accepted) == set()


def test_told_are_the_periods_at_rest() -> None:
    decisions = [{"period": "2026-01"}, {"period": "2026-02"}]
    assert settled(decisions, {"2026-02"}) == [{"period": "2026-01"}]
