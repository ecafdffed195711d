"""``khlang simulate`` as a person calls it."""

import pytest
from click.testing import CliRunner

from khlang.errors import PeriodError, UsageError
from khlang.simulate.cli import simulate


def run(*options):
    return CliRunner().invoke(simulate, options)


def test_help_shows_examples():
    answer = run("--help")
    assert answer.exit_code == 0
    assert "Examples:" in answer.output
    assert "--people 20000 --months 3" in answer.output


def test_a_run_says_what_it_wrote(tmp_path):
    answer = run("--people", "500", "--months", "1", "--out", str(tmp_path))
    assert answer.exit_code == 0, answer.output
    assert "4 extracts of 500 persons" in answer.stderr
    assert sorted(path.name for path in (tmp_path / "agencies").iterdir()) == ["dlt", "dopa", "mof", "sso"]


@pytest.mark.parametrize(
    ("options", "error", "message", "code"),
    [
        (["--start", "2569"], PeriodError, "--start is no month.", 24),
        (["--start", "2026-13"], PeriodError, "--start is no month.", 24),
        (["--domains", "fishing"], UsageError, "There is no domain 'fishing'.", 2),
        (["--agencies", "mof,xyz"], UsageError, "--agencies names an unknown agency: xyz.", 2),
    ],
)
def test_refusals(tmp_path, options, error, message, code):
    refused = run("--out", str(tmp_path), *options).exception
    assert isinstance(refused, error)
    assert (refused.message, refused.exit_code) == (message, code)
    assert refused.remedy
    assert not list(tmp_path.iterdir())


def test_too_few_people_is_a_wrong_use(tmp_path):
    answer = run("--people", "5", "--out", str(tmp_path))
    assert answer.exit_code == 2
    assert "100<=x<=66000000" in answer.output
