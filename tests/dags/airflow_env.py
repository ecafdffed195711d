"""Runs a script of this folder with Airflow's own Python, in an Airflow of its own: SQLite, no server."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from khlang import settings as settings_module
from khlang.stack import airflow

HERE = Path(__file__).parent
ROOT = settings_module.load().root
AIRFLOW = ROOT / ".venv-airflow" / "bin"


def database(home: Path) -> None:
    """Airflow's database, as every installation begins with it."""
    shutil.copyfile(airflow.make_template(settings_module.load()), home / "airflow.db")


def environment(home: Path, dags: Path = ROOT / "dags") -> dict[str, str]:
    """What Airflow needs."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PYTHONPATH": str(dags),
        "PYTHONWARNINGS": "ignore",
        "KHLANG_PYTHON": str(ROOT / ".venv" / "bin" / "python"),
    }


def run(script: str, home: Path, given: str = "", *, dags: Path = ROOT / "dags") -> dict[str, Any]:
    """The JSON document that a script prints as its last line when it is given this text."""
    command = [str(AIRFLOW / "python"), str(HERE / script)]
    done = subprocess.run(
        command,
        env=environment(home, dags),
        cwd=home,
        input=given,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    document: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return document
