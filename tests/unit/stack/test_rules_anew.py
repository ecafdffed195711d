"""``khlang stack up`` on servers that run: a mart that was added since is opened to its readers, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from khlang import settings
from khlang.stack import lifecycle, secrets
from khlang.stack.services import SERVICES


class Running:
    """A supervisor under which everything lives; it was never asked to start anything."""

    def __init__(self, _: object) -> None:
        """As the real one."""

    def running(self) -> bool:
        return True

    def processes(self) -> dict[str, Any]:
        return {service.name: {"statename": "RUNNING"} for service in SERVICES}


def test_the_access_rules_of_a_running_trino_are_those_of_the_contracts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = settings.load({"KHLANG_VAR": str(tmp_path)})
    secrets.ensure(here)
    rules = tmp_path / "trino" / "etc" / "rules.json"
    rules.parent.mkdir(parents=True)
    monkeypatch.setattr(lifecycle, "Supervisor", Running)
    for name in ("check_artefacts", "_folders", "_wait"):
        monkeypatch.setattr(lifecycle, name, lambda *_: None)
    lifecycle.up(here, only=("minio",), report=lambda *_: None)
    assert not rules.exists(), "Trino was not asked for"
    lifecycle.up(here, report=lambda *_: None)
    assert "welfare_by_amphoe" in json.dumps(json.loads(rules.read_text(encoding="utf-8")))
