"""Every static check, each run to its end; reports all that failed and changes nothing. ``make check`` runs it."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv" / "bin"
AIRFLOW = ROOT / ".venv-airflow" / "bin" / "python"
# Airflow puts the DAG folder on its path by itself; without a home of its own it would make one.
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT / "dags"),
    "MYPYPATH": f"{ROOT / 'dags'}:{ROOT / 'src'}",
    "AIRFLOW_HOME": str(ROOT / "var" / "check"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
}
PARSE_SECONDS = 1.0  # of all DAG files together, net of Airflow's own import
PARSE = f"""
import sys, time, warnings
warnings.simplefilter("ignore")
from airflow.sdk import BaseOperator
from airflow.dag_processing.dagbag import DagBag
begun = time.monotonic()
bag = DagBag("dags")
took = time.monotonic() - begun
for name, error in bag.import_errors.items():
    print(name, error.strip().splitlines()[-1])
print(f"{{len(bag.dags)}} DAGs parsed in {{took:.2f}} s, limit {PARSE_SECONDS} s")
sys.exit(bool(bag.import_errors) or not bag.dags or took > {PARSE_SECONDS})
"""
CHECKS: dict[str, Sequence[str]] = {
    "ruff check": (str(TOOLS / "ruff"), "check", "--no-fix", "-q", "."),
    "ruff format": (str(TOOLS / "ruff"), "format", "--check", "-q", "."),
    "types of khlang": (str(TOOLS / "mypy"), "-p", "khlang"),
    "types of jobs": (str(TOOLS / "mypy"), "jobs"),
    "types of dags": (str(TOOLS / "mypy"), "--python-executable", str(AIRFLOW), "dags"),
    "import contracts": (str(TOOLS / "lint-imports"),),
    "refusals are not stale": (str(TOOLS / "python"), "-m", "infra.reference.refusals", "--check"),
    "attacks are not stale": (str(TOOLS / "python"), "-m", "infra.reference.attacks", "--check"),
    "the manifest's page is not stale": (str(TOOLS / "python"), "-m", "infra.reference.manifest", "--check"),
    "docs are not stale": (str(TOOLS / "khlang"), "contract", "docs", "--check"),
    "domain pages are not stale": (str(TOOLS / "khlang"), "domains", "docs", "--check"),
    "DAGs parse": (str(AIRFLOW), "-c", PARSE),
}


def main() -> int:
    """Run all checks and list those that failed; exit code 1 when any did."""
    failed = []
    for name, command in CHECKS.items():
        begun = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        took = time.monotonic() - begun
        print(f"{'FAILED' if done.returncode else 'ok':<7} {name} ({took:.0f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print("\n".join(f"        {line}" for line in (done.stdout + done.stderr).strip().splitlines()))
    if failed:
        print(f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
