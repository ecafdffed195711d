"""The Spark Connect server, and the properties that it and a job's own session share."""

import shutil
from pathlib import Path

from khlang import artefacts
from khlang.errors import SetupError
from khlang.settings import Settings
from khlang.stack import secrets
from khlang.stack.process import Launch, base_environment

PROFILE = "curate"


def read_properties(path: Path) -> dict[str, str]:
    """Read ``name value`` lines; blank lines and ``#`` comments are passed over."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split(None, 1) for line in lines if line and not line.startswith("#"))
    return {name: value.strip() for name, value in pairs}


def properties(settings: Settings) -> dict[str, str]:
    """All settings of a session on this installation but how it shows itself to the store."""
    jars = artefacts.load(settings).jars
    return read_properties(settings.root / "infra" / "config" / "spark" / "spark-defaults.conf") | {
        "spark.driver.extraClassPath": f"{jars}/*",
        "spark.executor.extraClassPath": f"{jars}/*",
        "spark.hadoop.fs.s3a.endpoint": settings.minio_url,
        "spark.connect.grpc.binding.port": str(settings.port("SPARK_CONNECT")),
        "spark.sql.warehouse.dir": str(settings.var / "spark" / "warehouse"),
        "spark.local.dir": str(settings.var / "spark" / "local"),
        "spark.jars.ivy": str(settings.cache / "ivy"),
    }


def credentials(settings: Settings, role: str = "curate") -> str:
    """A role's key of the store as a profile file, as Amazon's client reads it."""
    pair = secrets.minio(settings, role)
    return f"[{PROFILE}]\naws_access_key_id = {pair['access_key']}\naws_secret_access_key = {pair['secret_key']}\n"


def prepare(settings: Settings) -> None:
    """Write the server's properties, and the key of the store into a file of its own beside them.

    Not among the properties: any session reads those back by ``spark.conf.get``, and whatever prints them tells it.
    """
    folder = secrets.private_folder(settings.var / "spark")
    (folder / "local").mkdir(exist_ok=True)
    key = folder / "store.credentials"
    secrets.write_private(key, credentials(settings))
    wanted = properties(settings) | {
        "spark.hadoop.fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.auth.ProfileAWSCredentialsProvider",
        "spark.hadoop.fs.s3a.auth.profile.file": str(key),
        "spark.hadoop.fs.s3a.auth.profile.name": PROFILE,
    }
    secrets.write_private(folder / "server.conf", "".join(f"{k} {v}\n" for k, v in wanted.items()))


def launch(settings: Settings) -> Launch:
    """``spark-submit`` of the Connect server that comes with pyspark."""
    if not shutil.which("java"):
        raise SetupError("There is no java on this machine.", "Run: make setup")
    program = artefacts.load(settings)
    arguments = ("--properties-file", str(settings.var / "spark" / "server.conf"),
                 "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal")  # fmt: skip
    env = base_environment(settings) | {
        "PYSPARK_PYTHON": str(program.python),
        "PYSPARK_DRIVER_PYTHON": str(program.python),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_NO_DAEMONIZE": "1",
        # Not spark.connect.authenticate.token: a session reads back every property of the server by spark.conf.get.
        "SPARK_CONNECT_AUTHENTICATE_TOKEN": secrets.text(settings, settings.spark_token.name),
    }
    return Launch((str(program.root / ".venv" / "bin" / "spark-submit"), *arguments), env, settings.var / "spark")
