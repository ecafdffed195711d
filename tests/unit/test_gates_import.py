"""Importing GX is what a gate would wait for most: what it does not need stays out, and only then."""

import subprocess
import sys

PROGRAM = """
import sys
from khlang.gates import expectations
gx = expectations.load()
parts = ("scipy.stats._stats_py", "altair.vegalite.v6.api", "botocore", "sqlalchemy")
heavy = sorted(name for name in parts if name in sys.modules)
import gc, scipy.stats, botocore, sqlalchemy
print(heavy, scipy.stats.norm.cdf(0), type(botocore).__name__, type(sqlalchemy).__name__, gc.isenabled())
"""


def test_the_heavy_parts_are_put_off_and_still_there_for_who_asks() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=300)
    told = "0.5 module module True"
    assert done.stdout.strip() in {f"['altair.vegalite.v6.api'] {told}", f"[] {told}"}
