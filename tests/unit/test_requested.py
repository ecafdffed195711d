"""A file that a keeper is handed and that is no request: told by name, with what it lacks, and nothing is enrolled."""

from pathlib import Path

import pytest
from tests.refusalkit import command, expect_raised

from khlang.errors import KhlangError

CALLS = [("pool", "approver"), ("pool", "enrol", "--request"), ("keys", "admit", "--elements", "9", "--request")]
FILES = {"no JSON": "{", "no object": "[]", "without its fields": '{"agency": "mof"}', "no text": "\udcff"}


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_file_that_is_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...], text: str
) -> None:
    monkeypatch.setenv("KHLANG_VAR", str(tmp_path / "var"))
    (tmp_path / "request.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = command(*call, tmp_path / "request.json")

    def raised() -> None:
        assert isinstance(done.exception, KhlangError), done.exception
        raise done.exception

    expect_raised(raised, code="REQUEST-FILE", exit_code=20, says="request.json is no request with agency")
    assert not (tmp_path / "var" / "registry" / "agencies").exists()
