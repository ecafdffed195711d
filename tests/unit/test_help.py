"""Whoever asks a command for help gets an example to copy, and it is one that the command would take."""

import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from khlang.cli import khlang

Path = tuple[str, ...]


def tree(command: click.Command, path: Path) -> Iterator[tuple[Path, click.Command]]:
    """Every command below this one, itself first."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, f"{name} is listed and is not there"
            yield from tree(below, (*path, name))


COMMANDS = dict(tree(khlang, ("khlang",)))


def examples(path: Path) -> list[list[str]]:
    """The words of each example line of a command's help, as a shell would split them."""
    text = CliRunner().invoke(khlang, [*path[1:], "--help"], prog_name="khlang").output
    _, heading, below = text.partition("Examples:\n")
    assert heading, f"{' '.join(path)} --help has no Examples:"
    lines = [split(line) for line in below.splitlines() if line.strip().startswith("khlang ")]
    return [line[: line.index(">")] if ">" in line else line for line in lines]


def split(line: str) -> list[str]:
    """The words of a line without its comment; a backslash is a Windows path's own."""
    words = shlex.shlex(line, posix=True, punctuation_chars=False)
    words.escape, words.whitespace_split = "", True
    return list(words)


def check_example(words: list[str]) -> None:
    """The command exists, knows every option, gets all it requires, and each fixed choice is one of its own."""
    depth = max(size for size in range(1, len(words) + 1) if tuple(words[:size]) in COMMANDS)
    command = COMMANDS[tuple(words[:depth])]
    if isinstance(command, click.Group):
        assert words[depth:] == [], f"{words[depth]} is no command of {' '.join(words[:depth])}"
        return
    if "--help" in words:
        return
    context = click.Context(command, info_name=command.name)
    given, left, _ = command.make_parser(context).parse_args(words[depth:])
    assert left == [], f"too many words: {left}"
    for parameter in command.get_params(context):
        value = given.get(parameter.name or "")
        assert value not in (None, ()) or not parameter.required, f"{parameter.name} is required"
        if value is not None and not isinstance(parameter.type, click.Path):
            parameter.type_cast_value(context, value)


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
        "khlang contract lint welfare",
        "khlang demo --people 3",
    ],
)
def test_an_example_that_the_command_would_refuse_is_seen(wrong: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        check_example(shlex.split(wrong))
