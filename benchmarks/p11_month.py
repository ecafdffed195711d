"""P11: from raw extracts to an analyst's answer: ours ÷ a hand-written DuckDB script with no control at all.

Ours are the stages of the last demo that had everything to do (seal, send, land to serve, ask), with the servers up.
The peer (``benchmarks/p11_peer``) reads the same files in one process, for the same domains, and must come to every
figure of every mart, or nothing is printed. A mart that it does not answer is named in ``left_out``.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from p11_peer import months
from p11_peer.months import Outside

from khlang import contracts
from khlang import settings as settings_module
from khlang.errors import KhlangError, SetupError
from khlang.simulate import run as simulation
from khlang.simulate.domain import chosen

TARGET = 4.0
STAGES = ("seal", "send", "pool", "ask")
EXAMPLES = """Examples:
  make bench ID=P11                                     # the last demo of this folder, all its domains
  python -m benchmarks --id P11 --peer-only --people 2000 --months 2 --domains energy,waste --times 1
  python -m benchmarks --id P11 --peer-only --outside var/outside --domains all
"""
Document = dict[str, Any]


def timed(outside: Outside, domains: Sequence[str], periods: Sequence[str]) -> tuple[float, list[str]]:
    """Seconds of all months, and the marts that were answered; each month is held against the truth, off the clock.

    Raises:
        IntegrityError: A figure differs.
    """
    begun = time.monotonic()
    with duckdb.connect() as connection:
        months.begin(connection, domains)
        taken = time.monotonic() - begun
        for period in periods:
            begun = time.monotonic()
            months.month(connection, domains, period, agencies=outside.agencies)
            taken += time.monotonic() - begun
            months.judge(connection, period, truth=outside.truth)
        return taken, months.answered(connection)


def measured(outside: Outside, domains: Sequence[str], periods: Sequence[str], times: int) -> Document:
    """The peer's part of the line: median seconds, and what it covers."""
    runs = [timed(outside, domains, periods) for _ in range(times)]
    marts = runs[0][1]
    wanted = {table.name for table in contracts.load().marts if table.domain in domains}
    return {
        "id": "P11",
        "peer": round(statistics.median(seconds for seconds, _ in runs), 2),
        "n": times,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "months": len(periods),
        "domains": list(domains),
        "marts": len(marts),
        "left_out": sorted(wanted - set(marts)),
    }


def of_demo(times: int) -> Document:
    """The last demo's stages beside the peer of its domains.

    Raises:
        SetupError: No demo has run here.
    """
    here = settings_module.load()
    first = here.var / "demo" / "first.json"
    if not first.exists():
        raise SetupError("No demo has run here.", "Run: make demo")
    told = json.loads(first.read_text(encoding="utf-8"))
    plan, stages = told["plan"], {stage: told["stages"][stage] for stage in STAGES}
    outside = Outside(here.outside / "agencies", here.truth)
    peer = measured(outside, named(plan["domains"]), plan["periods"], times)
    ours = sum(stages.values())
    return peer | {
        "ours": round(ours, 2),
        "ratio": round(ours / peer["peer"], 2),
        "target": TARGET,
        "rows": sum(row["rows"] for row in told["extracts"]),
        "people": plan["people"],
        "stages": stages,
    }


def peer_alone(given: argparse.Namespace) -> Document:
    """The peer of a simulated country: one that is there, or one made for it in a folder that goes again."""
    if given.outside:
        outside = Outside(given.outside / "agencies", given.outside / "truth")
        if not outside.periods:
            raise SetupError(f"There is no truth under {given.outside}.", "Name the --out of khlang simulate.")
        return measured(outside, named(given.domains), outside.periods, given.times)
    with tempfile.TemporaryDirectory() as folder:
        outside = Outside(Path(folder) / "agencies", Path(folder) / "truth")
        start = date.fromisoformat("2026-01-01")
        plan = simulation.Plan(
            given.people, given.months, start, given.seed, outside.agencies, outside.truth, tuple(given.domains)
        )
        simulation.simulate(plan, lambda step: print(step, file=sys.stderr))
        made = measured(outside, named(given.domains), outside.periods, given.times)
        return made | {"people": given.people}


def named(domains: Sequence[str]) -> list[str]:
    """The domains asked for and those they need, each after what it needs."""
    return [domain.name for domain in chosen(domains)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="p11_month.py", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5, help="how often the peer runs; the median counts")
    parser.add_argument("--peer-only", action="store_true", help="no demo: the peer alone, against the truth")
    parser.add_argument("--domains", type=lambda text: text.split(","), default=["all"], help="of --peer-only")
    parser.add_argument("--outside", type=Path, help="--peer-only of this folder of agencies/ and truth/; only read")
    parser.add_argument("--people", type=int, default=2000, help="--peer-only of so many, simulated anew")
    parser.add_argument("--months", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    try:
        print(json.dumps(peer_alone(given) if given.peer_only else of_demo(given.times)))
    except KhlangError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
