"""``python -m benchmarks [--id P4] [args…]``: runs the benchmarks, each a script that prints one JSON line."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def scripts() -> dict[str, Path]:
    """Id (``P4``) → script, in the order of their numbers."""
    found = {match[1].upper(): path for path in HERE.glob("p*.py") if (match := re.match(r"(p\d+)_", path.name))}
    return dict(sorted(found.items(), key=lambda item: int(item[0][1:])))


def main() -> int:
    known = scripts()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--id", choices=known, help="one of them")
    given, rest = parser.parse_known_args()
    chosen = [known[given.id]] if given.id else list(known.values())
    codes = [subprocess.run([sys.executable, str(path), *rest], check=False).returncode for path in chosen]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
