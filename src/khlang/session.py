"""The one way to a Spark session: the engine is a setting of whoever starts the job.

``SPARK_REMOTE`` set: a client of that Spark Connect server (``khlang.sparkclient``). Otherwise a classic session
(``spark-submit``, or the local one of tests) with ``infra/config/spark/spark-defaults.conf``, the jars of the cache
and the curate role's key.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from khlang import artefacts
from khlang.errors import SetupError
from khlang.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Below this many rows a query is run sooner than it is compiled: of three months of 20,000 people, generating and
#: compiling code was 97 s of the server's 350 s of CPU, and five when it was left out.
INTERPRETED_ROWS = 200_000


def spark(settings: Settings, app: str, *, environ: Mapping[str, str] = os.environ) -> "SparkSession":
    """Open the Spark session of this process.

    Args:
        settings: Where this installation keeps jars and secrets.
        app: Name shown in Spark's own lists, such as ``curate insured_persons``.
        environ: Where ``SPARK_REMOTE`` is looked up.

    Raises:
        ServiceError: The Connect server does not answer.
        AccessError: It does not take this installation's token.
        SetupError: Jars, configuration or the role's key are missing for a classic session.
    """
    remote = environ.get("SPARK_REMOTE", "")
    if not remote:
        return _classic(settings, app)
    from khlang import sparkclient

    return sparkclient.connect(settings, remote)


def fit(session: "SparkSession", rows: int) -> None:
    """Set a session for the work ahead: few rows are interpreted, many are worth compiling for. Same results.

    Args:
        session: The session; only its own settings change.
        rows: About how many rows the next queries read.
    """
    few = rows < INTERPRETED_ROWS
    session.conf.set("spark.sql.codegen.wholeStage", str(not few).lower())
    session.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN" if few else "FALLBACK")


def defaults(path: Path) -> dict[str, str]:
    """Read a Spark properties file: ``name value`` lines, ``#`` comments.

    Raises:
        SetupError: The file is missing.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise SetupError(f"Spark's configuration {path.name} is missing.", "Restore infra/config/spark.") from None
    pairs = (line.split(None, 1) for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}


def _classic(settings: Settings, app: str) -> "SparkSession":
    if os.environ.get("SPARK_HOME") == "":
        del os.environ["SPARK_HOME"]  # empty is read as a path by pyspark, and nothing is found under it
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers need this package and its polars
    from pyspark.sql import SparkSession

    jars = sorted(artefacts.load(settings).jars.glob("*.jar"))
    if not any(jar.name.startswith("delta-spark") for jar in jars):
        raise SetupError("The jars of Delta are not in the cache.", "Run `make setup`, which fetches them.")
    builder = SparkSession.builder.appName(app)
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # spark-submit has chosen these two already
        builder = builder.master(os.environ.get("KHLANG_SPARK_MASTER", "local[2]"))
        builder = builder.config("spark.jars", ",".join(map(str, jars)))
    for name, value in defaults(settings.root / "infra" / "config" / "spark" / "spark-defaults.conf").items():
        if name != "spark.master":
            builder = builder.config(name, value)
    session = builder.config("spark.hadoop.fs.s3a.endpoint", settings.minio_url).getOrCreate()
    _give_key(session, settings)
    return session


def store_key(settings: Settings) -> dict[str, str]:
    """The curate role's key as Hadoop properties; none where there is no object store (tests keep a lake in a folder).

    Raises:
        SetupError: The file is there and cannot be read.
    """
    path = settings.secrets / "minio-curate.json"
    if not path.exists():
        return {}
    try:
        secret = json.loads(path.read_text(encoding="utf-8"))
        pair = {"fs.s3a.access.key": secret["access_key"], "fs.s3a.secret.key": secret["secret_key"]}
        return pair | {"fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"}
    except (OSError, ValueError, KeyError):
        raise SetupError("The curate role's key of the object store is unreadable.", "Run `khlang stack up`.") from None


def _give_key(session: "SparkSession", settings: Settings) -> None:
    """Set the key on the running context: then it is in no configuration that Spark lists or logs."""
    hadoop = session.sparkContext._jsc.hadoopConfiguration()  # noqa: SLF001  # no public door to it
    for name, value in store_key(settings).items():
        hadoop.set(name, value)
