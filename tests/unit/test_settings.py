"""Settings come from the environment and one list of ports."""

from pathlib import Path

import pytest

from khlang import settings
from khlang.errors import SetupError


def _home(tmp_path: Path, ports: str) -> dict[str, str]:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "ports.env").write_text(ports, encoding="utf-8")
    return {"KHLANG_ROOT": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_state_lies_under_var_and_downloads_in_the_cache(tmp_path: Path) -> None:
    loaded = settings.load(_home(tmp_path, "MINIO=19000\n"))
    assert loaded.var == tmp_path / "var"
    assert loaded.cache == tmp_path / "cache" / "khlang"
    assert loaded.agency("mof") == tmp_path / "var" / "outside" / "agencies" / "mof"


def test_a_line_in_var_overrides_one_port(tmp_path: Path) -> None:
    environ = _home(tmp_path, "# all of them\nMINIO=19000  # store\nTRINO=18443\n")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "ports.env").write_text("TRINO=28443\n", encoding="utf-8")
    assert settings.load(environ).ports == {"MINIO": 19000, "TRINO": 28443}


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="Give each line as NAME=12345"):
        settings.load(_home(tmp_path, "MINIO=many\n"))


def test_a_port_that_is_not_set_says_where_to_set_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"Port TRINO is not set\. Add TRINO=<port> to infra/ports\.env"):
        settings.load(_home(tmp_path, "MINIO=19000\n")).port("TRINO")
