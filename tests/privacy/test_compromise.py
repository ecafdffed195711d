"""The compromise table is computed by attacks, its page is not stale, and the control gives everybody back."""

import hashlib

from tests.privacy import compromise
from tests.privacy.compromise import HOLDINGS, PAGE, PEOPLE, artefacts, page, recovered, table


def test_a_plain_hash_gives_everybody_back() -> None:
    """Positive control: what is held is SHA-256 of each CID, and no key is needed."""
    made = artefacts()
    held = {hashlib.sha256(one.encode()).hexdigest() for one in made.rows}
    found = {one for one in made.rows if hashlib.sha256(one.encode()).hexdigest() in held}
    assert len(found) == PEOPLE


def test_nobody_recovers_anybody_alone() -> None:
    assert {one: recovered(one, one) for one in HOLDINGS} == dict.fromkeys(HOLDINGS, 0)


def test_both_keys_recover_everybody_and_every_other_pair_is_explained() -> None:
    assert recovered("K_src", "K_pool") == PEOPLE
    unexplained = {pair: n for pair, n in table().items() if n and pair not in compromise.REASONS}
    assert unexplained == {}
    assert {pair for pair in compromise.REASONS if not table()[pair]} == set(), "an explanation of nothing"


def test_row_order_would_tell_if_rows_were_not_shuffled() -> None:
    made = artefacts()
    same = sum(one == other for one, other in zip(_sealed_in_file_order(), made.landing, strict=True))
    assert same < 20, "the order of what was sent says nothing of the order of the file"


def _sealed_in_file_order() -> list[str]:
    import polars as pl

    from khlang import pseudonym

    made = artefacts()
    s = pseudonym.seal_column(pl.Series(made.rows), key=made.keys["src"], epoch="e01", type="th-cid", simulation=True)
    return s["s"].to_list()


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it: python -m tests.privacy.compromise"
