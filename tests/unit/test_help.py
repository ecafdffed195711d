"""Whoever asks a command for help gets an example to copy, and it is one that the command would take."""

import shlex

import click
import pytest
from click.testing import CliRunner
from tests.commandkit import COMMANDS, Path, check_example, split

from khlang.cli import khlang


def examples(path: Path) -> list[list[str]]:
    """The words of each example line of a command's help, as a shell would split them."""
    text = CliRunner().invoke(khlang, [*path[1:], "--help"], prog_name="khlang").output
    _, heading, below = text.partition("Examples:\n")
    assert heading, f"{' '.join(path)} --help has no Examples:"
    lines = [split(line) for line in below.splitlines() if line.strip().startswith("khlang ")]
    return [line[: line.index(">")] if ">" in line else line for line in lines]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_has_an_example_that_the_command_takes(path: Path) -> None:
    shown = examples(path)
    assert any(tuple(words[: len(path)]) == path for words in shown), f"no example of {' '.join(path)}"
    for words in shown:
        check_example(words)


@pytest.mark.parametrize(
    "wrong",
    [
        "khlang stack restart",
        "khlang stack up --every",
        "khlang stack up --only nobody",
        "khlang stack logs",
        "khlang stack logs --service",
        "khlang contract docs welfare",
        "khlang demo --people 3",
    ],
)
def test_an_example_that_the_command_would_refuse_is_seen(wrong: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        check_example(shlex.split(wrong))
