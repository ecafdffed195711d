import dataclasses
import os
from pathlib import Path

import pytest
from tests.stackfixture import free_ports

from khlang import session, settings, sparkclient
from khlang.errors import ServiceError, SetupError


def test_a_connect_server_that_is_down_is_said_at_once() -> None:
    (port,) = free_ports(1)
    with pytest.raises(ServiceError) as refused:
        session.spark(settings.load(), "t", environ={"SPARK_REMOTE": f"sc://127.0.0.1:{port}"})
    assert refused.value.exit_code == 12
    assert "Spark Connect server does not answer" in refused.value.message
    assert "khlang stack status" in refused.value.remedy


def with_token(folder: Path) -> settings.Settings:
    (folder / "secrets").mkdir()
    (folder / "secrets" / "spark-connect.token").write_text("not-to-be-shown\n")
    return settings.load({**os.environ, "KHLANG_VAR": str(folder)})


def test_the_token_is_kept_out_of_the_address(tmp_path: Path) -> None:
    here = with_token(tmp_path)
    door = sparkclient.door(here, here.spark_remote)
    assert isinstance(door, sparkclient.Door)
    assert "not-to-be-shown" not in f"{here.spark_remote} {door.url.geturl()} {list(door.metadata())} {door!r}"
    assert "not-to-be-shown" not in os.environ.values()
    assert door.host == "127.0.0.1"  # a number: a name could lead to ::1 first


@pytest.mark.parametrize("remote", ["sc://10.0.0.7:15002", "sc://spark.example:15002", "sc://127.0.0.1:1/;token=own"])
def test_the_token_is_shown_to_this_machine_alone(tmp_path: Path, remote: str) -> None:
    door = sparkclient.door(with_token(tmp_path), remote)
    assert not isinstance(door, sparkclient.Door)
    assert "not-to-be-shown" not in str(vars(door))


def test_missing_jars_are_said_before_java_starts(tmp_path: Path) -> None:
    here = dataclasses.replace(settings.load(), cache=tmp_path)
    with pytest.raises(SetupError) as refused:
        session.spark(here, "t", environ={})
    assert refused.value.exit_code == 10
    assert "make setup" in refused.value.remedy


def test_the_properties_file_keeps_what_was_decided() -> None:
    given = session.defaults(settings.load().root / "infra" / "config" / "spark" / "spark-defaults.conf")
    assert given["spark.databricks.delta.properties.defaults.enableDeletionVectors"] == "false"
    assert given["spark.sql.ansi.enabled"] == "true"
    assert int(given["spark.sql.shuffle.partitions"]) <= 8
    assert not [name for name in given if "key" in name or "secret" in name]


def test_a_missing_properties_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as refused:
        session.defaults(tmp_path / "spark-defaults.conf")
    assert "spark-defaults.conf is missing" in refused.value.message


def test_an_unreadable_key_is_said_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "minio-curate.json").write_text('{"access_key": "not-to-be-shown"')
    here = settings.load({**os.environ, "KHLANG_VAR": str(tmp_path)})
    with pytest.raises(SetupError) as refused:
        session.store_key(here)
    assert "not-to-be-shown" not in str(refused.value)
