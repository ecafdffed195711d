"""Set a machine up for Khlang: programs, Python environments, servers and jars, cached by version and checksum.

Run by ``make setup``. What is there is skipped; a step that takes longer than two seconds says so. Standard library
only, and this file is readable by any Python 3, so that an old one gets a message and not a syntax error.
"""

import sys

LEAST = (3, 11)


def main():
    """Run every step; a refusal is one message and its exit code."""
    if sys.version_info < LEAST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        print(f"SETUP: Python {found} is too old.", file=sys.stderr)
        print("  → Install Python 3.11 or later and run: make setup PYTHON=python3.11", file=sys.stderr)
        return 10
    from pathlib import Path  # noqa: PLC0415  after the check of the version

    here = Path(__file__).resolve().parent
    sys.path[:0] = [str(here), str(here.parents[1] / "src")]
    from setup import run  # noqa: PLC0415  its folder is on the path only now

    return run.main()


if __name__ == "__main__":
    sys.exit(main())
