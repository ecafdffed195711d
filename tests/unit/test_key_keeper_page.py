"""docs/how-to/key-keeper.md: every command on it is given, in its order, to the commands themselves.

What needs Spark or the object store is noted instead of done.
"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests import agency_kit

from khlang import period, session, store
from khlang.cli import khlang
from khlang.curation import cli as keeper
from khlang.curation import objects, rotate, rotation
from khlang.landing import bridges, expiry

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "key-keeper.md"
COUNTS = dict.fromkeys(("bridged", "standing", "late", "conflict", "unknown", "unlinkable", "redrawn"), 0)


def commands(text: str) -> list[list[str]]:
    """Words of every command line in the page's blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    # The page names months of 2026; today's are still open whenever this runs.
    month = period.today().isoformat()[:7]
    today = {"2026-01": month, "2569-01": f"{int(month[:4]) + 543}{month[4:]}"}
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [[today.get(word, word) for word in words] for words in lines]


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was asked of Spark and the store."""
    seen: list[tuple[Any, ...]] = []

    def rotated(here: Any, spark: Any, kind: str, name: str, **_: Any) -> dict[str, int]:
        del here, spark
        seen.append(("rotate", kind, name))
        return COUNTS

    def bridged(here: Any, spark: Any) -> dict[str, int]:
        del here
        seen.append(("bridges", spark[1]))
        return COUNTS

    def vacuumed(*_: Any, hours: int) -> dict[str, int]:
        seen.append(("vacuum", hours))
        return {}

    monkeypatch.setenv("KHLANG_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("KHLANG_AGENCY_HOME", str(tmp_path / "mof"))
    monkeypatch.setenv("KHLANG_KEY_STORE", "file")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session, "spark", lambda here, app: (here, app))
    monkeypatch.setattr(store, "client", lambda here, role: (here, role))
    monkeypatch.setattr(objects, "bucket", lambda here: objects.folder(here.var / "lake"))
    monkeypatch.setattr(rotate, "rotate", rotated)
    monkeypatch.setattr(rotate, "bridges", bridged)
    monkeypatch.setattr(keeper.vacuum_, "vacuum", vacuumed)
    monkeypatch.setattr(expiry, "delete_opened", lambda s3, months: len(s3) * 0 + len(list(months)))
    monkeypatch.setattr(expiry, "delete_headers", lambda s3, months: len(s3) * 0 + len(list(months)))
    monkeypatch.setattr(bridges, "delete_done", lambda here, s3, today: 0)  # noqa: ARG005
    monkeypatch.setattr("uvicorn.run", lambda app, **how: seen.append(("serve", app.title, how["port"])))
    (tmp_path / "var" / "tls").mkdir(parents=True)
    for name in ("ca.pem", "pool.pem", "keys.pem", "keys.key.pem", "var/tls/ca.pem"):
        (tmp_path / name).write_text("", encoding="ascii")
    agency_kit.write_csv(tmp_path / "register.csv", agency_kit.registrants(3))
    return seen


def test_every_command_of_the_page_is_one_that_works(done: list[tuple[Any, ...]], tmp_path: Path) -> None:
    given = commands(PAGE.read_text(encoding="utf-8"))
    assert len(given) > 30
    for words in given:
        assert words[0] == "khlang"
        ran = CliRunner().invoke(khlang, words[1:], prog_name="khlang")
        assert ran.exit_code == 0, f"{shlex.join(words)}: {ran.output} {ran.exception!r}"
        made = tmp_path / "mof" / "enrolment.json"
        if made.exists():
            (tmp_path / "enrolment.json").write_text(made.read_text(encoding="utf-8"), encoding="utf-8")
    assert done == [
        ("vacuum", 168),
        ("bridges", "bridges"),
        ("rotate", "compromised", "e03"),
        ("rotate", "pool", "p02"),
        ("serve", "Khlang key authority", 8700),
    ]
    assert rotation.state(objects.folder(tmp_path / "var" / "lake").objects) is None


def test_a_word_that_is_none_is_seen(done: list[tuple[Any, ...]]) -> None:
    for wrong in ("khlang pool turn", "khlang keys rotate --compromise"):
        assert CliRunner().invoke(khlang, shlex.split(wrong)[1:]).exit_code == 2
    assert done == []
