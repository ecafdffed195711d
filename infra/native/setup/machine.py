"""What the machine itself must have: disk, and a few packages of its distribution."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from khlang.errors import SetupError
from setup.progress import Progress, call

DISK_GB = 6
JAVA_VERSIONS = (17, 21)
BROWSERS = ("chromium", "google-chrome")  # what opens the agency's page in the tests
FONTS = Path("/usr/share/fonts/truetype/tlwg")


def check_disk(cache: Path) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises:
        SetupError: Less than 6 GB are free where the cache lies.
    """
    place = cache
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 1e9
    if free < DISK_GB:
        raise SetupError(f"Too little disk: {free:.1f} GB free at {place}, {DISK_GB} GB are needed.",
                         "Free some, or point XDG_CACHE_HOME to a larger disk.")  # fmt: skip


def java_version() -> int:
    """The major version of the machine's Java; 0 without one."""
    if not shutil.which("java"):
        return 0
    done = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found.group(1)) if found else 0


def missing_packages() -> list[str]:
    """Packages of Debian and Ubuntu that stand for what is not here."""
    wanted = []
    if java_version() not in JAVA_VERSIONS:
        wanted.append("openjdk-17-jre-headless")
    wanted += [package for program, package in (("mvn", "maven"), ("git", "git"), ("unshare", "util-linux"))
               if not shutil.which(program)]  # fmt: skip
    if not FONTS.exists():
        wanted.append("fonts-thai-tlwg")
    if not any(shutil.which(name) for name in BROWSERS):
        wanted.append(BROWSERS[0])
    if not importlib.util.find_spec("ensurepip"):  # Debian leaves it out of python3 itself
        wanted.append("python3-venv")
    return wanted


def packages(progress: Progress) -> None:
    """Install what is missing.

    Raises:
        SetupError: Something is missing and this user may not install it.
    """
    wanted = missing_packages()
    if not wanted:
        return
    named = " ".join(wanted)
    java = "There is no Java 17 or 21 for Spark. " if "openjdk-17-jre-headless" in wanted else ""
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    if not shutil.which("apt-get") or (prefix and not shutil.which("sudo")):
        raise SetupError(f"{java}Missing on this machine, and this user cannot install it: {named}.",
                         f"Ask an administrator for: apt-get install {named}")  # fmt: skip
    with progress.step(f"packages of the system: {named}"):
        env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
        why = f"{java}The packages {named} cannot be installed"
        call([*prefix, "apt-get", "update", "-qq"], env=env, why=why)
        call([*prefix, "apt-get", "install", "-qq", "-y", "--no-install-recommends", *wanted], env=env, why=why)
