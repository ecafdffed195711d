"""The stack's own secrets: made at the first start, never defaulted, each in a file only its owner can read."""

import json
import os
import secrets
from pathlib import Path

from khlang.settings import Settings

ROLES = ("gateway", "land", "curate", "linkage", "trino-loader", "trino-read", "trino-scratch")
TRINO_USERS = ("analyst", "engineer", "loader")
AIRFLOW_USER = "admin"


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)


def text_file(path: Path, size: int = 24) -> str:
    """The secret in a file, made on first use."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(size))
    return path.read_text(encoding="utf-8").strip()


def _key_pair(path: Path) -> dict[str, str]:
    """An S3 access key and its secret, made on first use."""
    if not path.exists():
        pair = {"access_key": f"k{secrets.token_hex(9)}", "secret_key": secrets.token_urlsafe(30)}
        write_private(path, json.dumps(pair))
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def minio(settings: Settings, role: str) -> dict[str, str]:
    """The key pair of a role of the object store, or of ``root``."""
    return _key_pair(settings.secrets / f"minio-{role}.json")


def trino_password_file(settings: Settings, user: str) -> Path:
    """Where a Trino user's password lies."""
    return settings.secrets / f"trino-{user}.password"


def airflow_password_file(settings: Settings) -> Path:
    """Where the password of Airflow's ``admin`` lies."""
    return settings.secrets / f"airflow-{AIRFLOW_USER}.password"


def text(settings: Settings, name: str) -> str:
    """A random text for the services among themselves, such as ``trino-internal``."""
    return text_file(settings.secrets / name)


def ensure(settings: Settings) -> None:
    """Make every secret that is not there yet."""
    private_folder(settings.secrets)
    for role in ("root", *ROLES):
        minio(settings, role)
    for user in TRINO_USERS:
        text_file(trino_password_file(settings, user))
    text_file(airflow_password_file(settings))
    for name in ("trino-internal", "airflow-jwt", "airflow-web", "spark-connect.token", "audit.token"):
        text_file(settings.secrets / name, 48)
    fernet = settings.secrets / "airflow-fernet"
    if not fernet.exists():
        from cryptography.fernet import Fernet

        write_private(fernet, Fernet.generate_key().decode())
