"""Airflow: API server, scheduler and DAG processor over one SQLite file, each a service of its own.

No triggerer: no operator of ours is deferrable.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from khlang import artefacts
from khlang.errors import SetupError
from khlang.settings import Settings
from khlang.stack import secrets
from khlang.stack.process import Launch, base_environment


def environment(settings: Settings) -> dict[str, str]:
    """Airflow's settings; secrets are named by the command that reads them, so that no task inherits one."""
    home, etc = settings.var / "airflow", settings.secrets
    options = {
        "CORE__DAGS_FOLDER": str(settings.root / "dags"),
        "CORE__EXECUTOR": "LocalExecutor",
        # What may run at once is said by pools; this only bounds what waits for others without doing anything. Each is
        # a process that is forked when the scheduler starts, whether it is ever needed or not.
        "CORE__PARALLELISM": "8",
        "CORE__MAX_ACTIVE_TASKS_PER_DAG": "4",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{secrets.AIRFLOW_USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(etc / "airflow-passwords.json"),
        "CORE__EXECUTION_API_SERVER_URL": f"{settings.airflow_url}/execution/",
        "CORE__FERNET_KEY_CMD": f"cat {etc / 'airflow-fernet'}",
        "API__HOST": "127.0.0.1",
        "API__PORT": str(settings.port("AIRFLOW")),
        "API__BASE_URL": settings.airflow_url,
        "API__WORKERS": "1",
        "API__SECRET_KEY_CMD": f"cat {etc / 'airflow-web'}",
        "API_AUTH__JWT_SECRET_CMD": f"cat {etc / 'airflow-jwt'}",
        "API_AUTH__JWT_ISSUER": "khlang",
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "120",
        "DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "2",
        # How long the scheduler sleeps when there was nothing to do: the wait between one hop and the next.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.4",
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    return {
        "AIRFLOW_HOME": str(home),
        "PYTHONWARNINGS": "ignore",
        "SPARK_REMOTE": settings.spark_remote,  # the jobs that tasks start use the server's session
        # A fork of a process that has looked up a proxy dies on macOS; and there is no proxy on loopback.
        "NO_PROXY": "127.0.0.1,localhost",
        **{f"AIRFLOW__{name}": value for name, value in options.items()},
    }


def _template(settings: Settings) -> Path:
    """Where a migrated database with its pools lies for this set of pinned packages."""
    pins = (settings.root / "infra" / "requirements" / "airflow.txt").read_bytes() + _pools(settings).read_bytes()
    return artefacts.load(settings).started / f"airflow-{hashlib.sha256(pins).hexdigest()[:12]}.db"


def _pools(settings: Settings) -> Path:
    return settings.root / "infra" / "config" / "airflow" / "pools.json"


def _migrate(settings: Settings, database: Path) -> None:
    url = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{database}"}
    env = base_environment(settings) | environment(settings) | url
    for command in (("db", "migrate"), ("pools", "import", str(_pools(settings)))):
        whole = [str(artefacts.load(settings).airflow), *command]
        done = subprocess.run(whole, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SetupError(f"Airflow cannot make its database: {done.stderr.strip()[-400:]}", "Run: make setup")


def make_template(settings: Settings) -> Path:
    """Migrate an empty database, and make the pools, once for all installations that share the cache."""
    template = _template(settings)
    template.parent.mkdir(parents=True, exist_ok=True)
    with (template.parent / "airflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            fresh = template.with_suffix(f".{os.getpid()}")
            _migrate(settings, fresh)
            fresh.replace(template)
    return template


def prepare(settings: Settings) -> None:
    """Lay down the password file, and the database at the first start or after a change of the pins."""
    home = secrets.private_folder(settings.var / "airflow")
    password = secrets.airflow_password_file(settings).read_text(encoding="utf-8").strip()
    known = settings.secrets / "airflow-passwords.json"
    secrets.write_private(known, json.dumps({secrets.AIRFLOW_USER: password}))
    database, mark = home / "airflow.db", home / "migrated-by"
    template = make_template(settings)
    if not database.exists():
        shutil.copyfile(template, database)
    elif mark.read_text(encoding="utf-8") != template.name:
        _migrate(settings, database)
    database.chmod(0o600)
    mark.write_text(template.name, encoding="utf-8")


def launcher(*arguments: str) -> Callable[[Settings], Launch]:
    """The launch of one of Airflow's commands."""

    def launch(settings: Settings) -> Launch:
        env = base_environment(settings) | environment(settings)
        return Launch((str(artefacts.load(settings).airflow), *arguments), env, settings.root)

    return launch


api_server = launcher("api-server")
scheduler = launcher("scheduler", "--skip-serve-logs")
dag_processor = launcher("dag-processor")
