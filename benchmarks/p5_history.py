"""P5: curate the next month, and the same month again, in a table ten times as long ÷ in a short one.

Two lakes: one has a month, the other ten, of the same persons. In turns each takes the same content as its next
month (the first turn) and then as that month accepted again, so that the history is all that differs.
"""

import argparse
import secrets
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
from curatebench import TABLE, curator, extract, interleaved, line

from khlang import lake, session, settings
from khlang.curation import objects
from khlang.curation.rekey import Pool
from khlang.curation.run import Curator, Work

TARGET = 1.1
HISTORY = {"short": 1, "long": 10}
NEXT = "2026-11"


def accept(place: objects.Lake, rows: pl.DataFrame, period: str) -> Work:
    """Put an accepted copy of a month where curate looks for it."""
    submission = lake.Submission(TABLE.agency, TABLE.name, period, "0" * 32)
    folder = Path(place.at(submission.accepted))
    folder.mkdir(parents=True)
    months = {"2569-01": f"2569-{period[5:]}", "2026-01": period}  # both ways of writing a month, as of this period
    rows.with_columns(pl.col("wage_month").replace(months)).write_parquet(
        folder / "part-0001.parquet", row_group_size=250_000
    )
    return Work(submission, 1, rows.height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    rows = extract(given.rows)
    with tempfile.TemporaryDirectory(prefix="khlang-p5-") as name:
        key = Path(name) / "pool.key"
        key.write_text(secrets.token_hex(32))
        spark = session.spark(settings.load(), "p5", environ={})
        session.fit(spark, given.rows)
        sides: dict[str, tuple[Curator, Work]] = {}
        for side, months in HISTORY.items():
            place = objects.folder(Path(name) / side)
            ours = curator(spark, place, Pool(str(key)))
            for month in range(1, months + 1):
                promoted(ours, accept(place, rows, f"2026-{month:02d}"))
            sides[side] = (ours, accept(place, rows, NEXT))

        def curate(side: str, turn: int) -> None:
            ours, work = sides[side]
            promoted(ours, replace(work, sequence=turn))

        promoted(sides["short"][0], sides["short"][1])  # the next month of each, once: what is known again is faster
        promoted(sides["long"][0], sides["long"][1])
        taken = interleaved(
            given.times, short=lambda turn: curate("short", turn + 1), long=lambda turn: curate("long", turn + 1)
        )
        spark.stop()
    print(
        line(
            id="P5",
            ours=round(taken["long"].wall, 3),
            peer=round(taken["short"].wall, 3),
            ratio=round(taken["long"].wall / taken["short"].wall, 2),
            ratio_cpu=round(taken["long"].cpu / taken["short"].cpu, 2),
            target=TARGET,
            n=given.times,
            rows=given.rows,
            months=HISTORY,
        )
    )


def promoted(ours: Curator, work: Work) -> None:
    decision = ours.one(work, TABLE)
    assert decision.verdict == "promoted", decision.failures


if __name__ == "__main__":
    main()
