"""What a refusal must be, whoever is refused: told in both languages with a way out, no value in it, nothing left."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from khlang.cli import khlang
from khlang.errors import KhlangError

# Thirteen or twelve digits in a row that are no part of a hash: what a citizen ID looks like.
_IDENTIFIER = re.compile(r"(?<![0-9A-Za-z])[0-9๐-๙]{12,13}(?![0-9A-Za-z])")
# Twelve characters of a submission's number, where the tool names it by them: once in 300 all of them are digits.
_SUBMISSION = re.compile(r"(khlang-\w+-\w+-\d{4}-\d{2}-|agency approve |submission )[0-9a-f]{12}(?![0-9A-Za-z])")
_THAI, _ENGLISH = re.compile("[ก-๙]{4}"), re.compile("[A-Za-z]{3}")


@dataclass(frozen=True)
class Refused:
    """The refusal of one command, and everything it printed before."""

    error: KhlangError
    printed: str


def command(*line: object) -> Any:
    """One ``khlang`` command, its arguments as a shell would hand them over."""
    return CliRunner().invoke(khlang, [str(word) for word in line])


def expect_command_refused(*line: object, code: str, exit_code: int, says: str, keeps: Path) -> Refused:
    """A command is refused as officials are refused, and leaves the folder ``keeps`` as it was."""
    before = tree(keeps)
    done = command(*line)
    assert isinstance(done.exception, KhlangError), done.output
    expect_official(done.exception, code=code, exit_code=exit_code, says=says)
    assert not holds_identifier(done.output), "a value was printed"
    assert tree(keeps) == before
    return Refused(done.exception, done.output)


def holds_identifier(text: str) -> bool:
    """Whether something in it looks like a citizen ID."""
    return _IDENTIFIER.search(_SUBMISSION.sub("", text)) is not None


def expect_official(error: KhlangError, *, code: str, exit_code: int, says: str) -> None:
    """A refusal that an official reads: Thai, English, a remedy, no identifier."""
    expect_error(error, code=code, exit_code=exit_code, says=says)
    assert _THAI.search(error.message), "no Thai"


def expect_error(error: KhlangError, *, code: str, exit_code: int, says: str = "") -> None:
    """A refusal by its code: it says what is wrong and what to do, and names no value."""
    assert (error.code, error.exit_code) == (code, exit_code)
    assert says in str(error)
    assert _ENGLISH.search(error.message)
    assert error.remedy
    assert not holds_identifier(str(error)), "a value is in the message"


def expect_raised(do: Callable[[], object], *, code: str, exit_code: int, says: str = "") -> KhlangError:
    """A call is refused."""
    with pytest.raises(KhlangError) as caught:
        do()
    expect_error(caught.value, code=code, exit_code=exit_code, says=says)
    return caught.value


def tree(folder: Path) -> dict[Path, int]:
    """Every file of a folder, hidden ones too, with its time of writing."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
