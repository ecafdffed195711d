"""P2: ``khlang agency seal`` of a CSV, end to end ÷ DuckDB's CSV → Parquet of the same file, which hashes nothing.

DuckDB runs with its defaults (Snappy), the faster of its ways; zstd, which ours writes, is reported beside it. It
reads no Windows-874 without an extension: there its peer time is that of the same rows in UTF-8.
"""

import argparse
import json
import platform
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import agency_kit

from khlang import fast
from khlang.agency import submission
from khlang.agency.reading import ReadOptions

TARGET = 1.3
BLOCK = 50_000


def written(path: Path, rows: int, encoding: str) -> None:
    """The Ministry of Finance's extract: every block is the same but for its persons."""
    base = agency_kit.write_csv(path.with_suffix(".base"), agency_kit.registrants(BLOCK), encoding="utf-8")
    header, *lines = base.read_text("utf-8").splitlines()
    tails = [line.split(",", 1)[1] for line in lines]
    persons = random.Random(7)
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(header + "\r\n")
        for start in range(0, rows, BLOCK):
            some = tails[: min(BLOCK, rows - start)]
            file.writelines(f"{agency_kit.cid(persons.randrange(10**11))},{tail}\r\n" for tail in some)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="khlang-p2-") as name:
        root = Path(name)
        kit = agency_kit.make(root)
        files = {"utf-8": root / "u.csv", "cp874": root / "t.csv"}
        for encoding, path in files.items():
            written(path, given.rows, encoding)
        taken: dict[str, list[float]] = {"utf-8": [], "cp874": [], "snappy": [], "zstd": []}
        for _ in range(given.times):
            for codec in ("snappy", "zstd"):
                begun = time.perf_counter()
                target = f"TO '{root}/o.parquet' (FORMAT parquet, COMPRESSION {codec})"
                duckdb.connect().execute(f"COPY (FROM read_csv('{files['utf-8']}')) {target}")
                taken[codec].append(time.perf_counter() - begun)
            for encoding, path in files.items():
                begun = time.perf_counter()
                made = submission.seal(
                    kit.home, path, dataset="welfare_registrants", period="2569-01",
                    options=ReadOptions(accept=frozenset({"SAME-AS-LAST-MONTH", "SEAL-HEAVY"})),
                )  # fmt: skip
                taken[encoding].append(time.perf_counter() - begun)
                assert made.manifest["rows"] == given.rows
                made.folder.rename(root / f"away-{encoding}-{len(taken[encoding])}")
        median = {name: statistics.median(seconds) for name, seconds in taken.items()}
    print(json.dumps({
        "id": "P2", "ours": round(median["utf-8"], 2), "peer": round(median["snappy"], 2),
        "ratio": round(median["utf-8"] / median["snappy"], 2), "target": TARGET, "n": given.times, "rows": given.rows,
        "machine": platform.processor() or platform.machine(), "windows_874": round(median["cp874"], 2),
        "ratio_windows_874": round(median["cp874"] / median["snappy"], 2), "duckdb_zstd": round(median["zstd"], 2),
        "kernel": fast.KERNEL is not None,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
