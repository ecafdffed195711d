"""``make dist``: our wheel, and one file that runs with a bare Python (docs/decisions/153-single-file.md)."""

import argparse
import sys
import tempfile
from pathlib import Path

from infra.packaging import building

from khlang.errors import SetupError


def single_file(folder: Path, ours: Path, lock: Path, *, compress: bool = True) -> Path:
    """Build ``khlang.pyz`` for this platform and this Python: a zip that unpacks itself once, into a cache.

    Args:
        folder: Where it goes.
        ours: Our wheel.
        lock: The hashed requirements that go into it.
        compress: A third of the size, for half a minute more.
    """
    target = folder / "khlang.pyz"
    shiv = str(Path(sys.executable).with_name("shiv"))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        site = Path(scratch) / "site"
        building.install(site, ours, lock)
        options = ("--reproducible", "--compressed" if compress else "--uncompressed")
        building.run(shiv, *options, "--site-packages", str(site), "-e", "khlang.cli:main", "-o", str(target))
    return target


def main() -> int:
    """Build both; ``--all`` puts every extra into the single file."""
    parser = argparse.ArgumentParser(prog="make dist")
    parser.add_argument("--all", action="store_true", help="PDF receipts, databases and voprf besides")
    parser.add_argument("--to", type=Path, default=building.ROOT / "dist")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    try:
        ours = building.wheel(asked.to)
        made = single_file(asked.to, ours, building.LOCK_ALL if asked.all else building.LOCK)
    except SetupError as fault:
        print(f"{fault.code}: {fault}", file=sys.stderr)
        return fault.exit_code
    for path in (ours, made):
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
