"""The taxonomy: each class of refusal has an exit code of its own, and a command shows message and remedy."""

import subprocess
import sys

import pytest

from khlang import errors


def _classes() -> list[type[errors.KhlangError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return [value for value in found if issubclass(value, errors.KhlangError)]


def test_every_class_has_its_own_exit_code_and_code() -> None:
    classes = _classes()
    assert len({one.exit_code for one in classes}) == len(classes)
    assert len({one.default_code for one in classes}) == len(classes)
    assert all(1 <= one.exit_code < 126 for one in classes), "126 and above belong to the shell"


@pytest.mark.parametrize("kind", _classes(), ids=lambda kind: kind.__name__)
def test_the_command_shows_message_remedy_and_exit_code(kind: type[errors.KhlangError]) -> None:
    program = (
        "import click, khlang.cli as cli, khlang.errors as errors\n"
        "@cli.khlang.command('broken')\n"
        f"def broken(): raise errors.{kind.__name__}('Row 7 is short.', 'Add the column.')\n"
        "cli.LazyGroup.get_command = lambda self, ctx, name: broken\n"
        "import sys; sys.argv = ['khlang', 'broken']\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == kind.exit_code
    assert done.stderr == f"{kind.default_code}: Row 7 is short.\n  → Add the column.\n"
    assert done.stdout == ""
