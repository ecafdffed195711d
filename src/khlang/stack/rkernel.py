"""R in the lab and in a workspace, where the machine has it: a kernel beside Python's, ``sql()``, a Thai font.

R is the system's own (Debian: ``r-base-core``, ``r-cran-irkernel``); nothing here installs it, and a lab without it has
Python alone.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from khlang import inside, private, serve
from khlang.errors import SetupError
from khlang.serve import thai
from khlang.stack import secrets

NAME = "khlang-r"
PROFILE = Path(serve.__file__).with_name("khlang.R")
PACKAGES = ("r-base-core", "r-cran-irkernel")
SECONDS = 60
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def missing() -> tuple[str, ...]:
    """The packages that R in the lab still needs; empty where all is there."""
    program = shutil.which("Rscript")
    if program is None:
        return PACKAGES
    asked = 'q(status = if (requireNamespace("IRkernel", quietly = TRUE)) 0L else 1L)'
    plain = {name: value for name, value in os.environ.items() if not name.startswith("R_")}
    done = subprocess.run([program, "--vanilla", "-e", asked], env=plain, timeout=SECONDS, check=False,
                          capture_output=True)  # fmt: skip
    return () if done.returncode == 0 else PACKAGES[1:]


def require() -> None:
    """Refuse where R is asked for and not there; raises SetupError (LAB-R), naming the packages."""
    if lacks := missing():
        raise SetupError(
            f"R for the lab is not installed: {', '.join(lacks)}.", f"apt-get install {' '.join(lacks)}", code="LAB-R"
        )


def environment(folder: Path) -> dict[str, str]:
    """What R is started with: our profile, nobody else's, and where its font is (``folder``: its own files)."""
    return {
        "R_PROFILE_USER": str(PROFILE),
        "R_ENVIRON_USER": os.devnull,
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
    }


def prepare(folder: Path) -> Mapping[str, str]:
    """Write which fonts R draws with; gives its environment."""
    private.folder(folder)
    told = _FONTS.format(fonts=escape(str(thai.font().parent)), cache=escape(str(folder / "fonts")))
    secrets.write_private(folder / "fonts.conf", told)
    return environment(folder)


def install(kernels: Path) -> None:
    """Write the kernel beside Python's, into a folder of kernels."""
    folder = private.folder(kernels / NAME)
    argv = ["R", "--no-echo", "--no-save", "--no-restore", "-e", "IRkernel::main()", "--args", "{connection_file}"]
    spec = {"argv": argv, "display_name": f"Khlang R ({inside.me()})", "language": "R",
            "env": dict(prepare(folder))}  # fmt: skip
    secrets.write_private(folder / "kernel.json", json.dumps(spec, indent=1))
