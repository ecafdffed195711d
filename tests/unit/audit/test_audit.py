"""The audit's ledger: nothing removed, changed, inserted or doubled unseen; nothing of a person in it."""

import json
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audit_memory import Memory, told

from khlang import chain, signatures
from khlang.audit import event, ledger, redact, telling
from khlang.errors import InputError, IntegrityError

KEY = Ed25519PrivateKey.generate()
PUBLIC = signatures.public_hex(KEY)
CID = "9100000000016"


def written(count: int, objects: Memory | None = None) -> Memory:
    objects = objects or Memory()
    mine = ledger.Ledger(objects, lambda: KEY)
    for number in range(count):
        mine.append(told(number))
    return objects


@cache
def forty() -> dict[str, bytes]:
    return written(40).held


def faults(objects: Memory) -> list[str]:
    return [
        f.says
        for f in chain.verify(ledger.entries(objects), ledger.heads(objects), public=PUBLIC, identity=event.identity)[1]
    ]


def test_positive_control_an_untouched_ledger_has_no_fault() -> None:
    objects = Memory(dict(forty()))
    assert faults(objects) == []
    assert len(list(objects.keys(ledger.HEADS))) == 2


@settings(max_examples=40)
@given(st.integers(0, 39), st.sampled_from(["removed", "changed", "inserted", "doubled", "swapped"]), st.integers(1, 9))
@pytest.mark.attack(
    "an audit line dropped, changed, doubled or inserted",
    guard="the chain of hashes",
    control="test_positive_control_an_untouched_ledger_has_no_fault",
)
def test_whatever_is_done_to_an_entry_is_seen(place: int, done: str, other: int) -> None:
    objects = Memory(dict(forty()))
    keys = list(objects.keys(ledger.ENTRIES))
    key, beside = keys[place], keys[(place + other) % 40]
    if done == "removed":
        del objects.held[key]
    elif done == "changed":
        objects.held[key] = objects.held[key].replace(b"analyst", b"nobody")
    elif done == "inserted":
        objects.held[f"{key}~"] = chain.entry(chain.Head(place + 1), told(99))[0]
    elif done == "doubled":
        objects.held[f"{key}~"] = objects.held[key]
    else:
        objects.held[key], objects.held[beside] = objects.held[beside], objects.held[key]
    # The last entries are after the last signed head: what is done to the very last one of them is not seen by the
    # chain alone, and that is why a head is signed when the gateway ends and by `khlang audit sign`.
    ledger_end = done in {"removed", "changed"} and place == 39
    assert bool(faults(objects)) is not ledger_end


@pytest.mark.attack(
    "the ledger's end cut off",
    guard="the signed head",
    control="test_positive_control_an_untouched_ledger_has_no_fault",
)
def test_what_is_cut_off_at_the_end_is_seen_by_the_signed_head() -> None:
    objects = Memory(dict(forty()))
    ledger.Ledger(objects, lambda: KEY).sign()
    del objects.held[list(objects.keys(ledger.ENTRIES))[-1]]
    assert faults(objects) == ["a head of 40 entries was signed, and there are 39"]


def test_a_ledger_written_anew_has_no_head_of_the_pools_key() -> None:
    objects, forged = written(16), Memory()
    mine = ledger.Ledger(forged, Ed25519PrivateKey.generate)
    for number in range(16):
        mine.append(told(number) | {"user": "nobody"})
    assert faults(forged) == ["a head is not signed by the pool's key"]
    forged.held |= {key: body for key, body in objects.held.items() if key.startswith(ledger.HEADS)}
    assert faults(forged) == ["the entries up to here are not those whose head was signed"]


@pytest.mark.parametrize("dies_at", range(8))
def test_killed_at_any_write_and_told_again_everything_stands_once(dies_at: int) -> None:
    objects = Memory(dies_at=dies_at)
    with pytest.raises(ConnectionError):
        written(20, objects)
    objects.dies_at = -1
    written(20, objects)
    assert faults(objects) == []
    assert len(list(objects.keys(ledger.ENTRIES))) == 20


def test_an_event_told_twice_stands_once_and_two_writers_make_one_chain() -> None:
    objects = Memory()
    one, two = ledger.Ledger(objects, lambda: KEY), ledger.Ledger(objects, lambda: KEY)
    assert [one.append(told(1)), two.append(told(2)), one.append(told(3)), two.append(told(1))] == [
        True,
        True,
        True,
        False,
    ]
    assert one.append(told(1, "created"))
    assert faults(objects) == []


def test_after_a_hole_nothing_is_written() -> None:
    objects = written(3)
    del objects.held[list(objects.keys(ledger.ENTRIES))[1]]
    with pytest.raises(IntegrityError, match="holes"):
        ledger.Ledger(objects, lambda: KEY).append(told(9))


@pytest.mark.parametrize(
    ("written_as", "kept"),
    [
        ("SELECT pid FROM t WHERE period = '2026-01'", "SELECT pid FROM t WHERE period = '2026-01'"),
        ("SELECT 1 FROM t WHERE known_from <= '2026-06-01'", "SELECT 1 FROM t WHERE known_from <= '2026-06-01'"),
        ("SELECT * FROM t WHERE amphoe_code = '1001' LIMIT 20", "SELECT * FROM t WHERE amphoe_code = '1001' LIMIT 20"),
        (f"SELECT '{CID}'", "SELECT '…'"),
        (f"SELECT {CID}", "SELECT #"),
        ("SELECT 9-1000-00000-01-6", "SELECT #"),
        ("SELECT * FROM t WHERE pid = 123456789012345", "SELECT * FROM t WHERE pid = #"),
        ("SELECT 'สมชาย ใจดี'", "SELECT '…'"),
        ("SELECT 'Somchai' AS สมชาย", "SELECT '…' AS …"),
        ("SELECT ๙๑๐๐๐๐๐๐๐๐๐๑๖", "SELECT …"),
        (f"SELECT 1 -- {CID}\n FROM t /* Somchai */", "SELECT 1 FROM t"),
        ('SELECT "a b" FROM "lake"."demo"', 'SELECT "…" FROM "lake"."demo"'),
        ("SELECT 'it''s Somchai", "SELECT '…'"),
    ],
)
def test_the_shape_of_a_query_is_kept_and_nothing_that_was_pasted(written_as: str, kept: str) -> None:
    assert redact.query(written_as) == kept


@settings(max_examples=40)
@given(st.text(max_size=30), st.sampled_from(["'{}'", '"{}"', "-- {}", "/* {} */", "{}", "'{}"]))
def test_no_citizen_id_and_no_thai_word_comes_through(noise: str, form: str) -> None:
    kept = redact.query(f"SELECT {form.format(f'{noise} {CID} สมชาย')} FROM t")
    assert CID not in kept
    assert not any("\u0e00" <= letter <= "\u0e7f" for letter in kept)


BODY = {
    "metadata": {
        "queryId": "20260105_101500_00001_abcde",
        "query": f"SELECT wage_baht FROM welfare_eligibility WHERE note = '{CID}'",
        "queryState": "FINISHED",
        "plan": f"Filter {CID}",
        "tables": [
            {"catalog": "lake", "schema": "demo", "table": "welfare_eligibility_v1", "filters": [],
             "columns": [{"column": "wage_baht"}, {"column": "pid", "mask": "x"}]}
        ],
    },
    "context": {"user": "analyst", "source": "khlang", "schema": "demo", "clientInfo": CID},
    "statistics": {"outputRows": 3},
    "failureInfo": {"errorCode": {"name": "DIVISION_BY_ZERO"}, "failureMessage": f"value {CID}"},
    "endTime": "2026-01-05T10:15:00.000Z",
}  # fmt: skip


def test_of_an_event_only_what_is_named_is_kept() -> None:
    kept = event.read(BODY)
    assert CID not in json.dumps(kept)
    assert (kept["kind"], kept["user"], kept["error"]) == ("completed", "analyst", "DIVISION_BY_ZERO")
    assert kept["tables"][0]["columns"] == ["pid", "wage_baht"]
    assert kept["tables"][0]["masks"] == 1


@pytest.mark.parametrize("body", [None, [], {}, {"metadata": {}}, {"metadata": {"queryId": "../x"}}])
def test_what_names_no_query_is_refused(body: object) -> None:
    with pytest.raises(InputError, match="names no query"):
        event.read(body)


def test_owners_and_analysts_are_told_who_used_what() -> None:
    from khlang import contracts

    known = contracts.load()
    again = {**BODY, "metadata": {**BODY["metadata"], "queryId": "20260105_101500_00002_abcde"}}  # type: ignore[dict-item]
    events = [event.read(BODY), event.read(again)]
    rows = telling.who(events, known, agency="sso")
    assert [(row["user"], row["project"], row["dataset"], row["queries"]) for row in rows] == [
        ("analyst", "demo", "insured_persons", 2)
    ]
    assert rows[0]["columns"] == "pid wage_baht"
    assert telling.who(events, known, agency="nobody") == []
    assert [row["query"] for row in telling.mine(events, user="analyst")] == [one["query"] for one in events]
    assert telling.mine(events, user="engineer") == []


def test_a_gap_in_trinos_own_numbers_is_told() -> None:
    def query(number: int) -> event.Event:
        return told(0) | {"query": f"20260105_101500_{number:05d}_abcde"}

    whole = [query(number) for number in (0, 1, 2)]
    assert telling.gaps(whole) == []
    assert telling.gaps([whole[0], whole[2]]) == ["abcde: no query 00001"]
    assert telling.gaps([*whole, query(0) | {"query": "20260106_000000_00005_fghij"}]) == []
