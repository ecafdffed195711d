"""The page of refusals: what is read from the source, Thai for officials, and no message with a place for a value."""

import ast
import re
from pathlib import Path

import pytest
from infra.reference import provoked, refusals, syntax
from infra.reference.sites import KINDS, Site, sites
from tests import provoked as plugin

SOURCE = """
from khlang.agency import words
from khlang.agency.words import AGAIN as ONCE_MORE
from khlang.errors import InputError, SealingKeyError
BOTH = "แก้ไข / Mend it."
def plain(path, row):
    raise InputError(f"{path.name} แถว {row} / {path.name}, row {row}.", BOTH, code="SEAL-ROW")
def default():
    raise SealingKeyError("No key.")
def made(th, en, code):
    return refusal(SealingKeyError, code, th=th, en=f"{en}.", remedy=BOTH)
def uses():
    raise made("กุญแจผิด", "The key is wrong", "KEY-WRONG")
def table():
    for code, text in (("SEAL-A", "ก / a"), ("SEAL-B", "ข / b")):
        raise InputError(text, code=code)
def later():
    message = "ก่อน / before"
    if True:
        raise InputError(message, code="SEAL-C")
    message = "หลัง / after"
    raise InputError(message, code="SEAL-D")
async def waits():
    raise InputError("ช้า / Slow.", code="SEAL-E")
def holes(files, found):
    name = files[0] if files else "#1"
    code = found.get("name") or "?"
    raise InputError(f"{name}: ไม่มี / {name}: {code} {found[1]} {found['row']}.", words.AGAIN, code="SEAL-F")
def taken():
    raise InputError("อีก / Again.", ONCE_MORE, code="SEAL-G")
"""
OTHER = 'AGAIN = "ซ้ำ / Again."\n'
FOUND = sites(refusals.ROOT / "src" / "khlang")
#: A placeholder that would put a value, an identifier or a secret into a message.
TELLING = re.compile(r"\{(cid|pid|value|values|identifier|key_hex|secret|password|token|cell|s1|p1|sealing_key)\}")


@pytest.fixture
def read(tmp_path: Path) -> dict[str, Site]:
    package = tmp_path / "khlang"
    (package / "agency").mkdir(parents=True)
    (package / "agency" / "x.py").write_text(SOURCE, encoding="utf-8")
    (package / "agency" / "words.py").write_text(OTHER, encoding="utf-8")
    return {site.code: site for site in sites(package)}


def test_every_way_of_writing_a_refusal_is_read(read: dict[str, Site]) -> None:
    assert set(read) == {"SEAL-ROW", "KEY", "KEY-WRONG", *(f"SEAL-{letter}" for letter in "ABCDEFG")}
    assert read["SEAL-ROW"].message == "{name} แถว {row} / {name}, row {row}."
    assert read["SEAL-ROW"].remedy == "แก้ไข / Mend it."
    assert (read["KEY"].message, read["KEY"].exit_code) == ("No key.", 21)
    assert (read["KEY-WRONG"].message, read["KEY-WRONG"].kind) == ("กุญแจผิด / The key is wrong.", "SealingKeyError")
    assert [read[f"SEAL-{letter}"].message for letter in "ABCD"] == ["ก / a", "ข / b", "ก่อน / before", "หลัง / after"]


def test_what_is_another_each_time_is_a_hole_and_a_remedy_of_another_module_is_read(read: dict[str, Site]) -> None:
    assert read["SEAL-F"].message == "{name}: ไม่มี / {name}: {code} {found} {row}."
    assert read["SEAL-F"].remedy == read["SEAL-G"].remedy == "ซ้ำ / Again."


def test_an_engineers_message_has_the_thai_of_its_class(read: dict[str, Site]) -> None:
    assert refusals.texts(read["KEY"]) == (KINDS["SealingKeyError"].thai, "No key.")
    assert refusals.texts(read["SEAL-A"]) == ("ก", "a")


def test_each_class_has_a_thai_word_of_its_own() -> None:
    words = [kind.thai for kind in KINDS.values()]
    assert len(set(words)) == len(words)
    assert all(re.search("[ก-๙]", word) for word in words)


def test_no_call_of_an_error_is_overlooked() -> None:
    """Every construction of one of our errors with a literal code is on the page."""
    package = refusals.ROOT / "src" / "khlang"
    listed = {site.code for site in FOUND}
    for path in package.rglob("*.py"):
        for call in syntax.calls(ast.parse(path.read_text(encoding="utf-8"))):
            for word in call.keywords:
                if word.arg == "code" and syntax.name(call.func) in KINDS and isinstance(word.value, ast.Constant):
                    assert word.value.value in listed, f"{path}:{call.lineno}"


@pytest.mark.parametrize("site", [site for site in FOUND if site.module.startswith("agency/")], ids=lambda s: s.code)
def test_an_official_is_told_in_thai_first(site: Site) -> None:
    assert re.search("[ก-๙]", site.message.partition(" / ")[0]), f"{site.module}: {site.message}"
    assert " / " in site.message


def test_no_message_has_a_place_for_a_value() -> None:
    assert [site for site in FOUND if TELLING.search(site.message + site.remedy)] == []


def test_every_refusal_comes_up_somewhere_and_stands_on_the_page() -> None:
    page = refusals.page(FOUND, {provoked.key(site): [] for site in FOUND})
    assert all(f"| `{site.code}` | {site.exit_code} |" in page for site in FOUND)
    assert len(page.splitlines()) > len(FOUND)


def test_every_refusal_was_provoked() -> None:
    """A test per row: a new one needs a test that was seen to provoke it, not one that only names its code."""
    assert refusals.untried(*refusals.collect()) == [], f"write a test that provokes it, then: {refusals.AGAIN}"


def test_a_row_that_nothing_provoked_is_told(read: dict[str, Site]) -> None:
    one = read["SEAL-ROW"]
    tried = {provoked.key(site): ["tests/a.py::test_a"] for site in read.values()}
    assert refusals.untried(list(read.values()), tried) == []
    tried[provoked.key(one)] = []
    assert refusals.untried(list(read.values()), tried) == [f"SEAL-ROW (agency/x.py): {one.message}"]


def test_what_was_seen_still_stands() -> None:
    """A test that was renamed or taken out leaves its row; the plugin holds those that run to what they provoked."""
    kept, rows = provoked.read(refusals.ROOT), {provoked.key(site) for site in FOUND}
    assert kept == provoked.standing(refusals.ROOT), refusals.AGAIN
    assert set(kept) <= rows, "a text was changed: KHLANG_PROVOKED=1 make test ARGS=FILE of the test that provokes it"


def test_only_a_test_that_is_written_stands(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_a.py").write_text("def test_one():\n    pass\n", encoding="utf-8")
    named = ["tests/test_a.py::test_one", "tests/test_a.py::test_gone", "tests/test_b.py::test_one"]
    provoked.write(tmp_path, {"A 1": named})
    assert provoked.standing(tmp_path) == {"A 1": named[:1]}


def test_an_error_is_the_row_whose_text_it_has(read: dict[str, Site]) -> None:
    match = plugin.matcher(list(read.values()))
    assert match("SEAL-ROW", "a.csv แถว 7 / a.csv, row 7.") == [provoked.key(read["SEAL-ROW"])]
    assert match("SEAL-ROW", "another text") == []
    assert match("SEAL-A", "ข / b") == []


def test_a_row_that_is_part_of_a_text_is_found_in_it() -> None:
    part = Site("CANARY-X", "CanaryError", "x.py", "ไม่มีแถวทดสอบ / there are no canary rows", "")
    brief = Site("CANARY-X", "CanaryError", "x.py", "ไม่มี / none", "")
    match = plugin.matcher([part, brief])
    assert match("CANARY-X", "แถวของ pid: ไม่มีแถวทดสอบ / Those of pid: there are no canary rows.") == [
        provoked.key(part)
    ]
    assert match("CANARY-X", "แถวของ pid: ไม่มีแถวทดสอบ / Those of pid differ; there is none.") == []


def test_what_was_not_seen_again_is_told_and_leaves() -> None:
    kept = {"A 1": ["t::one"], "B 2": ["t::two"], "C 3": ["t::other"]}
    seen = {"A 1": {"t::one", "t::failed"}, "B 2": {"t::failed"}, "D 4": {"t::two"}}
    ran = {"t::one", "t::two"}
    assert [line.split()[0] for line in plugin.idle(kept, seen, ran, whole=True)] == ["t::two"]
    assert plugin.idle(kept, seen, ran, whole=False) == []
    found = provoked.merged(kept, seen, ran, ["A 1", "B 2", "C 3", "D 4"])
    assert found == {"A 1": ["t::one"], "C 3": ["t::other"], "D 4": ["t::two"]}
