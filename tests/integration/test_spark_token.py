"""The Spark Connect server serves who shows this installation's token, tells it to nobody, and sees nothing outside."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.stackfixture import environment

from khlang.settings import Settings
from khlang.stack import secrets

# In a process of its own: pyspark takes one engine a process, and other tests of this run have the classic one.
CLIENT = """
import dataclasses, json, os, pathlib, sys
from pyspark.errors import PySparkException
from pyspark.sql.functions import lit, udf
from khlang import session, settings
from khlang.errors import KhlangError

here, told = settings.load(), {}
for name in ("right", "none", "wrong"):  # the first is what pyspark takes for the session of its functions
    mine = here if name == "right" else dataclasses.replace(here, var=pathlib.Path(sys.argv[1]) / name)
    try:
        opened = session.spark(mine, "t", environ={"SPARK_REMOTE": here.spark_remote})
        told[name] = opened.range(3).count()
        spark = opened if name == "right" else spark
    except KhlangError as error:
        told[name] = [error.exit_code, error.code, str(error)]
told["get"] = spark.conf.get("spark.connect.authenticate.token", "unset")
told["host"] = spark.conf.get("spark.driver.host", "unset")
told["listed"] = [str(row) for words in ("SET", "SET -v") for row in spark.sql(words).collect()]
told["listed"].append(str(spark.conf.getAll))
told["environment"] = dict(os.environ)


@udf("string")
def worker(path):
    try:
        return pathlib.Path(path).read_text()
    except OSError:
        return "not found"


for folder in ("outside", "control"):
    path = f"{here.var}/{folder}/probe.key"
    try:
        told[folder] = [row[0] for row in spark.read.text("file://" + path).collect()]
    except PySparkException as error:
        told[folder] = [error.getCondition()]
    told[folder].append(spark.range(1).select(worker(lit(path))).first()[0])
print(json.dumps(told))
spark.stop()  # the second session of a process is not closed in time by itself, and gRPC then waits for ever
"""


@pytest.fixture(scope="module")
def told(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What three clients of the running server are told: with no token, a wrong one, the right one."""
    folder = tmp_path_factory.mktemp("clients")
    for name in ("none", "wrong"):
        (folder / name / "secrets").mkdir(parents=True)
    (folder / "wrong" / "secrets" / "spark-connect.token").write_text("x" * 64)
    for name in ("outside", "control"):
        (stack.var / name).mkdir(exist_ok=True)
        (stack.var / name / "probe.key").write_text("not for the pool")
    command = [sys.executable, "-c", CLIENT, str(folder)]
    done = subprocess.run(
        command, env=environment(stack), capture_output=True, text=True, check=False, timeout=120, cwd=stack.root
    )
    (stack.outside / "probe.key").unlink()
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize("client", ["none", "wrong"])
def test_a_client_without_the_token_is_refused(told: dict[str, Any], client: str) -> None:
    exit_code, code, message = told[client]
    assert (exit_code, code) == (50, "ACCESS")
    assert "does not take the token of spark-connect.token" in message
    assert "make down, then make up" in message


def test_a_client_with_the_token_is_served(told: dict[str, Any]) -> None:
    assert told["right"] == 3


def test_a_session_cannot_read_the_token_back(told: dict[str, Any], stack: Settings) -> None:
    token = stack.spark_token.read_text().strip()
    assert told["get"] == "unset"
    assert told["host"] == "127.0.0.1"  # what the server was started with can be read so
    assert len(told["listed"]) > 50
    assert token not in str(told["listed"])
    assert token not in told["environment"].values()


def test_a_session_cannot_read_the_key_of_the_store_back(told: dict[str, Any], stack: Settings) -> None:
    assert "fs.s3a.auth.profile.file" in str(told["listed"])
    assert not [value for value in secrets.minio(stack, "curate").values() if value in str(told["listed"])]


def test_a_session_finds_nothing_outside(told: dict[str, Any]) -> None:
    """Neither the server nor a worker that runs what the session sends; a file beside that folder is found by both."""
    assert told["outside"] == ["PATH_NOT_FOUND", "not found"]
    assert told["control"] == ["not for the pool", "not for the pool"]


def test_no_page_of_spark_shows_its_settings(stack: Settings) -> None:
    written = (stack.var / "spark" / "server.conf").read_text()
    assert "spark.ui.enabled false\n" in written
    assert stack.spark_token.read_text().strip() not in written
    assert not list(Path(stack.var / "spark").rglob("*eventlog*"))
