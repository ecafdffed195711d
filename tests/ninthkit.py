"""A copy of the project with a ninth domain in it, and its commands as a person would type them there."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.stackfixture import environment

from khlang.settings import Settings

ROOT = Path(__file__).parents[1]
FIXTURE = ROOT / "tests" / "fixtures" / "ninth"
COPIED = ("src", "contracts", "expectations", "dags", "jobs", "infra", "notebooks", "docs/reference")
#: What a new dataset or domain must leave as it is; the DAGs' index is derived, and written anew.
UNTOUCHED = ("src/khlang/agency", "src/khlang/contracts", "src/khlang/landing", "src/khlang/curation",
             "src/khlang/gates", "dags", "jobs", "infra")  # fmt: skip
DERIVED = frozenset({"dags/index.json"})


def copied(folder: Path) -> Path:
    """The project without its state, with the fixture's files laid over it and its fields added."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / name)
    for name in (".venv", ".venv-airflow"):  # programs, no part of the project
        (folder / name).symlink_to(ROOT / name)
    fields = folder / "contracts" / "fields.yaml"
    known = fields.read_text(encoding="utf-8")
    shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
    fields.write_text(known.rstrip("\n") + "\n" + fields.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def prints(root: Path) -> dict[str, str]:
    """Path → hash of every file that must stay as it is."""
    found: dict[str, str] = {}
    for name in UNTOUCHED:
        for path in sorted((root / name).rglob("*")):
            key = path.relative_to(root).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and key not in DERIVED:
                found[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def run(settings: Settings, *words: str, code: int = 0) -> str:
    """Run Python in the copy, on the copy's own package; its output."""
    env = {**environment(settings), "PYTHONPATH": f"{settings.root / 'src'}{os.pathsep}{settings.root}"}
    done = subprocess.run(
        [sys.executable, *words], cwd=settings.root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, f"{' '.join(words)[:200]}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


#: What offices do, by the demo's own parts, and the pool's jobs one after the other in one process: one JVM, not four.
OFFICES = """
from khlang import settings
from khlang.demo import enrol, offices
here = settings.load()
enrol.enrol(here, start="2026-01", months=1)
sealed = offices.seal(here, offices.extracts(here, ["2026-01"], {"library_loans"}), print)
offices.send(here, sealed, print)
"""
POOL = """
import runpy, sys
for words in (["land", "--batch", "library_loans"], ["curate", "--dataset", "library_loans"],
              ["marts", "--domain", "culture"], ["serve", "--domain", "culture"]):
    sys.argv = [words[0], *words[1:]]
    try:
        runpy.run_path(f"jobs/{words[0]}.py", run_name="__main__")
    except SystemExit as left:
        if left.code:
            raise
"""
NOTEBOOK = """
from pathlib import Path
from khlang.demo.pages.notebook import run
print(run(Path("notebooks/11_culture.ipynb"), Path.cwd()))
"""
#: The domain's answer, as the demo asks for it and shows it.
TOLD = """
import sys
from pathlib import Path
from khlang import settings
from khlang.demo.asking import teller
from khlang.serve import client
here = settings.load()
with client.connect(here, "analyst") as connection:
    told = teller("culture")(here, connection, ["2026-01"])
told.draw(Path(sys.argv[1]))
print(*(card.text for card in told.cards), *(cell for table in told.tables for row in table.cells for cell in row))
"""
