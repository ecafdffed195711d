"""A command that was typed wrongly: Thai and English, what to do, exit code 2, and nothing of a value."""

import re
import sys

import click
import pytest
from tests.commandkit import COMMANDS, Path, check_example, split

from khlang import cli

REQUIRED = [
    (path, one)
    for path, command in COMMANDS.items()
    if not isinstance(command, click.Group)
    for one in command.params
    if one.required
]
CID = "9123456789010"


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What the command says on its second stream, its exit code being 2."""
    monkeypatch.setattr(sys, "argv", ["khlang", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    said = capsys.readouterr()
    assert (left.value.code, said.out) == (2, "")
    return said.err


def test_a_missing_reason_is_told_in_thai_and_english(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(capsys, monkeypatch, "agency", "withdraw", "3f2a") == (
        "USAGE-MISSING: ยังไม่ได้ระบุ --reason / --reason is missing.\n"
        '  → ตัวอย่าง / Example: khlang agency withdraw 3f2a --reason "ส่งไฟล์ผิดเดือน"'
        " · ดูทั้งหมด / See all: khlang agency withdraw --help\n"
    )


@pytest.mark.parametrize(
    ("words", "thai", "english"),
    [
        ("agency status --lang de", "หนึ่งใน: th, en", "one of: th, en"),
        ("agency init --bundle nowhere.json", "ไฟล์ที่มีอยู่", "a file that is there"),
        ("agency send nowhere", "โฟลเดอร์ที่มีอยู่", "a folder that is there"),
        ("agency receipt --verify nowhere", "ไฟล์หรือโฟลเดอร์ที่มีอยู่", "a file or folder that is there"),
        ("pool init --start 2026-01 --months 0", "จำนวน ตั้งแต่ 1 ไม่เกิน 120", "a number from 1 to 120"),
        ("pool expire --today tomorrow", "วันที่", "a date, YYYY-MM-DD"),
        ("agency withdrw", "หมายถึง withdraw หรือไม่", "Did you mean withdraw?"),
        ("agency withdraw 3f --resaon x", "หมายถึง --reason หรือไม่", "Did you mean --reason?"),
        ("agency withdraw 3f --lang", "--lang ใช้ไม่ถูก", "--lang is used wrongly"),
        ("agency withdraw 3f 4a --reason x", "คำเกิน", "too many"),
        ("nothing", "ไม่มีคำสั่ง nothing", "no such command nothing"),
    ],
)
def test_each_fault_is_told_in_both_languages_with_what_to_do(
    words: str, thai: str, english: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = told(capsys, monkeypatch, *words.split())
    assert thai in said
    assert english in said
    assert re.match(r"USAGE-[A-Z]+: .*[ก-๙].* / .*[.?]\n  → .*ดูทั้งหมด / See all: khlang.* --help\n$", said)


@pytest.mark.parametrize(
    "words", [f"agency {CID}", f"agency status --lang {CID}", f"agency send --{CID}", f"agency ui {CID}"]
)
def test_a_number_that_was_typed_is_not_said_again(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CID not in told(capsys, monkeypatch, *words.split())


@pytest.mark.parametrize("path", sorted({path for path, _ in REQUIRED}), ids=" ".join)
def test_what_a_command_requires_is_told_with_an_example_that_it_takes(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [
        name for one in COMMANDS[path].params for name in ([one.envvar] if isinstance(one.envvar, str) else [])
    ]:
        monkeypatch.delenv(name, raising=False)
    said = told(capsys, monkeypatch, *path[1:])
    assert said.startswith("USAGE-MISSING: ยังไม่ได้ระบุ ")
    example = said.partition("Example: ")[2].partition(" · ")[0]
    check_example(split(example))


def test_a_group_by_itself_tells_its_commands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "withdraw" in told(capsys, monkeypatch, "agency")
