"""P14: TPC-H through Trino with access rules, row filter and audit ÷ the same Trino with none of them, geometric mean.

Both servers stand at once, read the same Delta tables of the same store with the same memory, TLS and passwords, and
are asked in turns. The data are those of Trino's own ``tpch`` connector, in the scale that ``--scale`` names (a schema
of it: tiny is SF 0.01, sf1 is SF 1). Ours asks as an account behind all compiled rules; ``lineitem`` and ``orders``
have a filter that keeps every row, so that filtering is paid for and the answers are the same.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import exp, log
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from curatebench import line  # noqa: E402
from tests import stackfixture  # noqa: E402

from khlang import artefacts  # noqa: E402
from khlang.errors import KhlangError, ServiceError  # noqa: E402
from khlang.serve import client  # noqa: E402
from khlang.settings import Settings  # noqa: E402
from khlang.stack import access, health, secrets, trino  # noqa: E402

TARGET = 1.10
SCHEMA, USER = "demo", "analyst"
TABLES = ("nation", "region", "supplier", "customer", "part", "partsupp", "orders", "lineitem")
FILTERS = {"lineitem": "l_orderkey > 0", "orders": "o_orderkey > 0"}
QUERIES = tuple(
    text.partition("\n")[2] if text.startswith("--") else text
    for part in (ROOT / "benchmarks" / "p14_tpch.sql").read_text(encoding="utf-8").split(";")
    if (text := part.strip())
)
WAIT_SECONDS = 180
#: The lines of our configuration that the other server goes without.
GUARDS = ("access-control.config-files", "event-listener.config-files")


@contextmanager
def peer(settings: Settings) -> Iterator[Settings]:
    """A second Trino beside ours: the same configuration without its guards, and two catalogs more."""
    port = stackfixture.free_ports(1)[0]
    base, etc = settings.var / "plain", settings.var / "plain" / "etc"
    shutil.copytree(settings.var / "trino", base, symlinks=True, ignore=shutil.ignore_patterns("data"))
    (base / "data").mkdir()
    tpch = artefacts.load(settings).trino / "plugin" / "tpch"
    (base / "plugin" / "tpch").symlink_to(tpch)
    mine, old = f"{settings.var}/trino/", f"{settings.port('TRINO')}"
    for file in etc.rglob("*.properties"):
        kept = [each for each in file.read_text().splitlines() if not each.startswith(GUARDS)]
        told = "\n".join(kept).replace(mine, f"{base}/")
        file.write_text(told.replace(f":{old}", f":{port}").replace(f"port={old}", f"port={port}") + "\n")
    (etc / "catalog" / "tpch.properties").write_text("connector.name=tpch\ntpch.column-naming=STANDARD\n")
    maker = (etc / "catalog" / "loader.properties").read_text().replace("TRINO_LOADER", "ROOT")
    maker = maker.replace("disable-location-checks=false", "disable-location-checks=true")  # it makes tables
    (etc / "catalog" / "maker.properties").write_text(maker)
    launch = trino.launch(settings)
    argv = [each.replace(mine, f"{base}/") for each in launch.argv]
    root = secrets.minio(settings, "root")
    env = {**launch.env, "ROOT_ACCESS_KEY": root["access_key"], "ROOT_SECRET_KEY": root["secret_key"]}
    here = replace(settings, ports={**settings.ports, "TRINO": port})
    with (base / "log").open("wb") as log_:
        server = subprocess.Popen(argv, env=env, cwd=base / "data", stdout=log_, stderr=log_)
        try:
            _until(here)
            yield here
        finally:
            server.terminate()
            server.wait(60)


def _until(settings: Settings) -> None:
    last = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < last:
        try:
            if health.trino(settings):
                return
        except (KhlangError, OSError):
            time.sleep(1)
    raise ServiceError("The second Trino does not answer.", "See its log under the benchmark's folder.")


def make(settings: Settings, scale: str) -> int:
    """Write the tables; gives the rows of lineitem."""
    with client.connect(settings, USER, catalog="maker") as connection:
        where = f"s3://lake/projects/{SCHEMA}"
        client.ask(connection, f"CREATE SCHEMA IF NOT EXISTS maker.{SCHEMA} WITH (location = '{where}')")
        made = [client.ask(connection, f"CREATE TABLE maker.{SCHEMA}.{name} AS SELECT * FROM tpch.{scale}.{name}")
                for name in TABLES]  # fmt: skip
    return int(made[-1].rows[0][0])


def guard(settings: Settings) -> int:
    """Let the analyst read the tables, by the last rules before the refusal; gives the count of rules."""
    path = access.rules_file(settings)
    document = json.loads(path.read_text())
    rule = {"user": USER, "catalog": "lake", "schema": SCHEMA, "privileges": ["SELECT"]}
    mine = [{**rule, "table": name} | ({"filter": FILTERS[name]} if name in FILTERS else {}) for name in TABLES]
    document["tables"][-1:-1] = mine
    secrets.write_private(path, json.dumps(document))
    time.sleep(3)  # Trino looks every second
    return len(document["tables"])


def ask(connection: Any, sql: str) -> tuple[float, list[str]]:
    """Seconds, and the answer's rows as text, numbers to six digits."""
    began = time.perf_counter()
    rows = client.ask(connection, sql).rows
    taken = time.perf_counter() - began
    return taken, [" ".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in row) for row in rows]


def measured(ours: Any, plain: Any, times: int) -> tuple[list[float], list[float]]:
    """Median seconds of each query on both sides, in turns; the first turn does not count."""
    seconds: list[tuple[list[float], list[float]]] = [([], []) for _ in QUERIES]
    for turn in range(times + 1):
        for number, sql in enumerate(QUERIES):
            sides = ((0, ours), (1, plain)) if (turn + number) % 2 else ((1, plain), (0, ours))
            answers = {}
            for side, connection in sides:
                taken, answers[side] = ask(connection, sql)
                if turn:
                    seconds[number][side].append(taken)
            if answers[0] != answers[1]:
                raise ServiceError(f"Query {number + 1} has two answers.", "Both sides read the same tables.")
        print(f"turn {turn} of {times}", file=sys.stderr, flush=True)
    medians = [[statistics.median(each[side]) for each in seconds] for side in (0, 1)]
    return medians[0], medians[1]


def geometric(seconds: list[float]) -> float:
    """The geometric mean."""
    return exp(sum(map(log, seconds)) / len(seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="tiny", help="a schema of Trino's tpch: tiny, sf1, …")
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with stackfixture.standing("p14", "minio", "gateway", "trino") as settings, peer(settings) as beside:
        rows = make(beside, given.scale)
        rules = guard(settings)
        with client.connect(settings, USER) as one, client.connect(beside, USER) as two:
            ours, plain = measured(one, two, given.times)
    print(line(id="P14", ours=round(geometric(ours), 4), peer=round(geometric(plain), 4),
               ratio=round(geometric(ours) / geometric(plain), 3), target=TARGET, n=given.times, rows=rows,
               scale=given.scale, queries=len(QUERIES), rules=rules,
               worst=round(max(a / b for a, b in zip(ours, plain, strict=True)), 2)))  # fmt: skip


if __name__ == "__main__":
    main()
