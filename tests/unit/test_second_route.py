"""Comparison keys: one form of a name, at least three fields a key, and who is whom by them."""

import hmac
import re
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest
from tests import secondkit

from khlang import comparison, names
from khlang.contracts import second_route
from khlang.contracts.second_route import ComparisonKey
from khlang.errors import CanaryError, ContractError, SealingKeyError, SetupError
from khlang.link.second import matching, model, opening
from khlang.manifest import Link
from khlang.simulate import labelled

ROOT = Path(__file__).parents[2]
KEY = "ab" * 32
FIELDS = {name: [name] for name in second_route.FIELDS}
PARTS = ["given_sound", "family_sound", "birth_date", "sex"]


def one(function: Any, text: str | None) -> str | None:
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    made: str | None = frame.select(function(pl.col("t"))).item()
    return made


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("น.ส. สม ใจ", "สมใจ"),
        ("นางสาวสมใจ", "สมใจ"),
        ("ด.ช.กล้า", "กล้า"),
        ("นายิกา", "นายิกา"),
        ("สม\u200bใจ\u00a0", "สมใจ"),
        ("เเก้ว", "แก้ว"),
        ("Mr. Smith", "smith"),
        ("Mrinal", "mrinal"),
        (" -. ", None),
        (None, None),
    ],
)
def test_a_name_has_one_form(typed: str | None, form: str | None) -> None:
    assert one(names.exact, typed) == form


def test_sara_am_is_one_however_it_is_typed() -> None:
    forms = {one(names.exact, text) for text in ("น้ำฝน", "น้\u0e4d\u0e32ฝน", "น\u0e4d้\u0e32ฝน", "นำ้ฝน")}
    assert len(forms) == 1


@pytest.mark.parametrize(
    ("one_way", "another"),
    [("ณัฐ", "นัฐ"), ("ศิริ", "สิริ"), ("ธนพงษ์", "ทนพงศ์"), ("พร้อม", "พรอม"), ("หญิง", "ยิง"), ("smith", "smyth")],
)
def test_names_that_sound_alike_have_one_code(one_way: str, another: str) -> None:
    assert one(names.sound, one_way) == one(names.sound, another)


def test_names_that_do_not_sound_alike_have_two() -> None:
    assert len({one(names.sound, text) for text in ("สมชาย", "สมหญิง", "ประยูร", "กมล", "smith", "jones")}) == 6


def test_a_key_is_the_hmac_that_the_decision_says() -> None:
    fields = pl.DataFrame({"given_name": ["สมชาย"], "family_name": ["ใจดี"], "birth_date": ["๕ ม.ค. ๒๕๑๐"],
                           "sex": ["ชาย"], "amphoe": ["๑๐๐๑"]})  # fmt: skip
    parts = ("given", "birth_date", "sex", "amphoe")
    made = comparison.columns(fields, [ComparisonKey("k", parts)], key=KEY, epoch="e01").item()
    message = "khlang-lnk-v1\0given+birth_date+sex+amphoe\0สมชาย\x001967-01-05\x001\x001001"
    assert made == "l1.e01." + hmac.digest(KEY.encode(), message.encode(), "sha256").hex()[:32]


def test_a_missing_part_makes_no_key() -> None:
    fields = pl.DataFrame({"given_name": ["ก", None], "birth_date": ["x", "1967-01-05"], "sex": ["1", "1"]})
    made = comparison.columns(fields, [ComparisonKey("k", ("given", "birth_date", "sex"))], key=KEY, epoch="e01")
    assert made["k"].to_list() == [None, None]


@pytest.mark.parametrize("parts", [["given"], ["given", "given_sound", "family"], ["birth_date", "birth_year", "sex"]])
def test_a_key_of_fewer_than_three_fields_is_refused(parts: list[str]) -> None:
    said = {"rows": "all", "fields": FIELDS, "keys": [{"name": "k", "parts": parts}]}
    with pytest.raises(ContractError, match="fewer than three fields") as caught:
        second_route.read("contracts/a.yaml", said)
    assert caught.value.code == "CONTRACT-KEY-FIELDS"


@pytest.mark.parametrize(
    "change",
    [{"rows": "some"}, {"keys": []}, {"fields": {"shoe_size": ["a"]}}, {"keys": [{"name": "K", "parts": PARTS}]},
     {"optional": "false"},
     {"keys": [{"name": "k", "parts": [*PARTS, "shoe"]}]}, {"keys": [{"name": n, "parts": PARTS} for n in "ab"]}],
)  # fmt: skip
def test_a_second_route_that_is_none_is_refused(change: dict[str, Any]) -> None:
    said = {"rows": "all", "fields": FIELDS, "keys": [{"name": "k", "parts": PARTS}]} | change
    with pytest.raises(ContractError, match="secondRoute"):
        second_route.read("contracts/a.yaml", said)


KEYS = (
    ComparisonKey("a", ("given", "birth_date", "sex"), certain=True),
    ComparisonKey("b", ("family", "sex", "amphoe")),
)


def declared() -> dict[str, list[tuple[str, ...]]]:
    """Where keys are declared → the parts of each."""
    howto = ROOT / "docs" / "how-to" / "second-route.md"
    pilot = [ROOT / "contracts" / "welfare" / f"{name}.yaml" for name in secondkit.PILOT]
    sources = [*sorted((ROOT / "tests" / "second" / "contracts").rglob("*.yaml")), *pilot, howto]
    line = re.compile(r"^ *- \{name: \w+, parts: \[([^]]+)\]", re.MULTILINE)
    return {path.name: [tuple(found.split(", ")) for found in line.findall(path.read_text(encoding="utf-8"))]
            for path in sources}  # fmt: skip


def test_the_keys_that_are_shown_and_tried_are_those_that_were_measured_and_attacked() -> None:
    told = declared()
    assert len(told) == 5
    assert all(parts == list(labelled.KEYS) for parts in told.values()), told


def test_a_deterministic_pass_takes_only_who_is_alone_on_both_sides() -> None:
    rows = pl.DataFrame({"row_number": [1, 2, 3], "a": ["x", "y", "y"], "b": [None, None, None]},
                        schema={"row_number": pl.Int64, "a": pl.String, "b": pl.String})  # fmt: skip
    register = pl.DataFrame({"pid": [10, 20, 30, 31], "a": ["x", "y", "z", "z"], "b": [None] * 4},
                            schema={"pid": pl.Int64, "a": pl.String, "b": pl.String})  # fmt: skip
    found = matching.candidates(rows, register, KEYS).candidates
    assert found.select("row_number", "pid", "route", "weight", "linked_by", "keys_agreed", "place").rows() == [
        (1, 10, "second", 0.999, "a", 1, 1)
    ]


def test_chance_is_counted_among_different_people() -> None:
    assert model.chance(pl.Series(["a", "a", "b", None])) == pytest.approx(2 / 12)
    assert model.chance(pl.Series(["a", "b"])) == model.SMALLEST


def link_file(**changes: Any) -> tuple[pl.DataFrame, Link, second_route.SecondRoute, list[dict[str, str | None]]]:
    route = second_route.SecondRoute("all", {}, (ComparisonKey("k", ("given", "birth_date", "sex")),))
    canary, other = (f"l1.e01.{digit * 32}" for digit in "01")
    frame = pl.DataFrame({"row_number": [0, 1], "k": [changes.get("canary", canary), changes.get("value", other)]})
    return frame, {"epoch": "e01", "kcv": "", "recipes": [], "parts": []}, route, [{"k": canary}]


def test_a_link_file_of_another_key_or_epoch_is_refused() -> None:
    keys, link, route, expected = link_file()
    opening.check(keys, link, route, expected=expected)
    keys, link, route, expected = link_file(canary=f"l1.e01.{'2' * 32}")
    with pytest.raises(CanaryError) as caught:
        opening.check(keys, link, route, expected=expected)
    assert caught.value.code == "LINK-CANARY"
    keys, link, route, expected = link_file(value=f"l1.e02.{'2' * 32}")
    with pytest.raises(SealingKeyError) as form:
        opening.check(keys, link, route, expected=expected)
    assert form.value.code == "LINK-FORM"


def test_a_submission_without_a_link_file_is_not_opened() -> None:
    made, place, route = cast("Any", {"parts": []}), cast("Any", None), link_file()[2]
    with pytest.raises(SetupError, match="has no link file") as caught:
        opening.opened(cast("Any", None), cast("Any", None), made, place, route)
    assert caught.value.exit_code == 10
