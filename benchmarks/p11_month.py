"""P11: from raw extracts to an analyst's answer: ours ÷ a hand-written DuckDB script with no control at all.

Ours are the stages of the last demo that had everything to do (seal, send, land to serve, ask), with the servers up.
The peer reads the same files in one process and must come to the same figures, or nothing is printed.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

import duckdb
import polars as pl

from khlang import settings as settings_module
from khlang.domains.welfare.definitions import load
from khlang.errors import IntegrityError, SetupError
from khlang.settings import Settings

HERE = Path(__file__).parent
TARGET = 4.0
STAGES = ("seal", "send", "pool", "ask")
ANSWER = """SELECT sum(registrants), sum(contradictions), sum(eligible), sum(poor_households), sum(without_registrant),
            sum(persons), sum(households) FROM by_amphoe"""
TRUTH = ("registrants", "contradictions", "eligible", "poor_households", "poor_households_without_registrant",
         "persons", "households")  # fmt: skip
Figures = tuple[int, ...]


def source(connection: duckdb.DuckDBPyConnection, file: Path, scratch: Path) -> str:
    """What stands behind FROM for one office's file."""
    if file.suffix == ".xlsx":
        frame = pl.read_excel(file, engine="calamine", read_options={"header_row": 3})
        connection.register(file.stem, frame.cast({pl.Date: pl.String}).to_arrow())
        return f'"{file.stem}"'
    if file.name.startswith("welfare_registrants"):  # Windows-874, which DuckDB does not read
        decoded = scratch / file.name
        decoded.write_text(file.read_text(encoding="cp874"), encoding="utf-8")
        file = decoded
    delimiter = "\\t" if file.suffix == ".txt" else ","
    return f"read_csv('{file}', all_varchar=true, header=true, delim=E'{delimiter}')"


def month(settings: Settings, period: str) -> Figures:
    """One month, from the files to the figures."""
    meaning = load()
    folder = settings.outside / "agencies"
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as scratch:
        files = {
            agency: next((folder / agency / "extracts").glob(f"*/{period}/*"))
            for agency in ("mof", "sso", "dopa", "dlt")
        }
        names = {name: source(connection, file, Path(scratch)) for name, file in files.items()}
        script = (HERE / "p11_peer.sql").read_text(encoding="utf-8")
        given = {
            **names,
            "period": period,
            "poor": str(meaning.poor_income_per_year_baht),
            "land": str(meaning.max_land_rai_farm),
            "tolerance": str(meaning.contradiction_tolerance_baht),
            "cars": ", ".join(f"'{kind}'" for kind in meaning.car_types_counted),
        }
        for name, value in given.items():
            script = script.replace("{" + name + "}", value)
        connection.execute(script)
        row = connection.execute(ANSWER).fetchone()
        assert row
        return tuple(int(value) for value in row)


def truth(settings: Settings, period: str) -> Figures:
    frame = pl.read_parquet(settings.truth / "observable" / "welfare_by_amphoe" / f"{period}.parquet")
    return tuple(int(frame[name].sum()) for name in TRUTH)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    here = settings_module.load()
    first = here.var / "demo" / "first.json"
    if not first.exists():
        raise SetupError("No demo has run here.", "Run: make demo")
    told = json.loads(first.read_text(encoding="utf-8"))
    periods, taken = told["plan"]["periods"], []
    for _ in range(times):
        begun = time.monotonic()
        found = [month(here, period) for period in periods]
        taken.append(time.monotonic() - begun)
        for period, figures in zip(periods, found, strict=True):
            if figures != truth(here, period):
                raise IntegrityError(f"The peer's figures of {period} differ from the truth.", "Mend p11_peer.sql.")
    peer = statistics.median(taken)
    ours = sum(told["stages"][stage] for stage in STAGES)
    print(
        json.dumps(
            {
                "id": "P11",
                "ours": round(ours, 2),
                "peer": round(peer, 2),
                "ratio": round(ours / peer, 2),
                "target": TARGET,
                "n": times,
                "rows": sum(row["rows"] for row in told["extracts"]),
                "machine": f"{os.cpu_count()} cores, {platform.machine()}",
                "people": told["plan"]["people"],
                "months": len(periods),
                "stages": {stage: told["stages"][stage] for stage in STAGES},
            }
        )
    )


if __name__ == "__main__":
    main()
