"""P1: HMACs a second of our kernel on one core ÷ the C limit (SHA-NI, both pads compressed before) in the same run.

The limit only hashes and adds its digests up. Ours reads Arrow text, normalises, checks, hashes and writes text; the
library path (no kernel) is reported beside it.
"""

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import largekit

from khlang import fast, pseudonym

TARGET = 0.60
KEY = "ab" * 32
LIMIT = Path(__file__).parent / "sha_limit.c"


def seal(values: pl.Series) -> None:
    done = pseudonym.seal_column(values, key=KEY, epoch="e01", type="th-cid", simulation=True)
    assert done["s"].null_count() <= len(values) // 100


def rate(rows: int, work: Callable[[], object]) -> float:
    """Rows a processor second: other programs on the machine, and further cores, do not count."""
    start = time.process_time()
    work()
    return rows / (time.process_time() - start)


def limit(program: Path, rows: int) -> float:
    return float(subprocess.run([program, str(rows)], check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    compiler = shutil.which("cc")
    if compiler is None:
        sys.exit("P1 needs a C compiler (cc) for the limit.")
    fast.THREADS = 1  # two threads may share one core, of which the limit has all
    kernel, values = fast.KERNEL, largekit.identifiers(0, given.rows)
    found: dict[str, list[float]] = {"limit": [], "kernel": [], "library": []}
    with tempfile.TemporaryDirectory(prefix="khlang-p1-") as folder:
        program = Path(folder) / "limit"
        subprocess.run([compiler, "-O3", "-msha", "-msse4.1", "-o", program, LIMIT], check=True)
        for _ in range(given.times):
            found["limit"].append(limit(program, given.rows))
            for name, module in (("kernel", kernel), ("library", None)):
                if name == "kernel" and kernel is None:
                    continue
                fast.KERNEL = module
                found[name].append(rate(given.rows, lambda: seal(values)))
    median = {name: statistics.median(rates) if rates else None for name, rates in found.items()}
    ours, peer = median["kernel"] or median["library"], median["limit"]
    assert ours
    assert peer
    line = {"id": "P1", "ours": round(ours), "peer": round(peer), "ratio": round(ours / peer, 2), "target": TARGET,
            "n": given.times, "rows": given.rows, "machine": platform.processor() or platform.machine(),
            "kernel": kernel is not None, "library": round(median["library"] or 0)}  # fmt: skip
    print(json.dumps(line))


if __name__ == "__main__":
    main()
