"""The commands of ``khlang``, and whether a written line is one that they would take: for help texts and documents."""

import shlex
from collections.abc import Iterator

import click

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


def split(line: str) -> list[str]:
    """The words of a line without its comment; a backslash is a Windows path's own."""
    words = shlex.shlex(line, posix=True, punctuation_chars=False)
    words.escape, words.whitespace_split = "", True
    return list(words)


def check_example(words: list[str], *, whole: bool = True) -> None:
    """The command exists, knows every option, gets all it requires, and each fixed choice is one of its own.

    ``whole``: False for a mention in a sentence, which may leave out what the command requires.
    """
    depth = max(size for size in range(1, len(words) + 1) if tuple(words[:size]) in COMMANDS)
    command = COMMANDS[tuple(words[:depth])]
    if words[depth:] == ["--help"]:
        return
    if isinstance(command, click.Group):
        assert words[depth:] == [], f"{words[depth]} is no command of {' '.join(words[:depth])}"
        return
    context = click.Context(command, info_name=command.name)
    given, left, _ = command.make_parser(context).parse_args(words[depth:])
    assert left == [], f"too many words: {left}"
    for parameter in command.get_params(context):
        value = given.get(parameter.name or "")
        assert value not in (None, ()) or not (parameter.required and whole), f"{parameter.name} is required"
        many = parameter.nargs == -1 and not isinstance(value, tuple)  # none were given: click has a mark for that
        if value is not None and not many and not isinstance(parameter.type, click.Path):
            parameter.type_cast_value(context, value)
