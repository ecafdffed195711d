"""Link rates on Spark; which of them a change makes stale stands in ``tests/unit/test_link_stale.py``."""

from tests.martkit import DATASETS, Shop

from khlang.link import ops


def test_link_rates_count_persons_and_those_in_the_register(shop: Shop) -> None:
    decision = {
        "dataset": "welfare_registrants",
        "period": "2026-01",
        "sequence": 1,
        "revision": 1,
        "verdict": "promoted",
    }
    decision |= {"rows_in": 5, "rows_curated": 2, "pid_reasons": {"pid": {"missing": 1, "bad_check": 1}}}
    decision |= {"rejects": [{"reason": "DUPLICATE", "column": "pid", "count": 1}]}
    assert ops.build_link_rates(shop.shop, ready=shop.ready, decisions=[decision]) == [("link_rates", "2026-01")]
    rows = {row["dataset"]: row for row in shop.rows("ops", "link_rates", "dataset")}
    assert set(rows) == DATASETS
    got = rows["welfare_registrants"]
    assert (got["persons"], got["persons_linked"], got["link_rate"], got["duplicates"]) == (2, 1, 0.5, 1)
    assert (got["unlinked_missing"], got["unlinked_bad_check"], got["unlinked_bad_format"]) == (1, 1, 0)
    assert rows["vehicles"]["link_rate"] is None
    assert ops.build_link_rates(shop.shop, ready=shop.ready, decisions=[decision]) == []
