"""Importing GX is what a gate would wait for most: what it does not need stays out, and only then."""

import subprocess
import sys

PROGRAM = """
import sys
from khlang.gates import expectations
gx = expectations.load()
heavy = sorted(name for name in ("scipy.stats._stats_py", "altair.vegalite.v6.api", "botocore") if name in sys.modules)
import scipy.stats, botocore
print(heavy, scipy.stats.norm.cdf(0), type(botocore).__name__)
"""


def test_the_heavy_parts_are_put_off_and_still_there_for_who_asks() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.strip() == "['altair.vegalite.v6.api'] 0.5 module" or done.stdout.strip() == "[] 0.5 module"
