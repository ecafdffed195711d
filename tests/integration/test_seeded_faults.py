"""Six seeded faults through the real gateway and land: six different refusals, and no row landed."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
from tests.landkit import Pool, place, read

from khlang import lake, store
from khlang.landing import registry

S1 = "s1.e01." + "0" * 32


def _profile(pool: Pool, folder: Path, **changes: str) -> None:
    pool.forge(folder, profile=read(folder)["profile"] | changes)


def _normaliser(pool: Pool, folder: Path) -> None:
    one = registry.canaries(pool.settings, "mof")["welfare_registrants"]["pid"][0]
    pool.rewrite(folder, lambda rows: rows.with_columns(pl.col("pid").replace(one, S1)))


def _type(pool: Pool, folder: Path) -> None:
    pool.rewrite(folder, lambda rows: rows.with_columns(pl.col("house_id").str.replace(r".{8}$", "00000000")))


def _truncated(pool: Pool, folder: Path) -> None:
    pool.rewrite(folder, lambda rows: rows.filter(pl.col("registered_on").is_not_null()), canary_rows=0)


def _altered(pool: Pool, folder: Path) -> None:
    made = read(folder)
    key = place(made).landing_key(made["parts"][0]["name"])
    data = store.get(pool.root(), lake.LANDING, key) or b""
    store.put(pool.root(), lake.LANDING, key, data[:-5] + b"wrong")


FAULTS: dict[str, tuple[str, Callable[[Pool, Path], None]]] = {
    "wrong key": ("KEY-KCV", lambda pool, folder: _profile(pool, folder, kcv="0" * 16)),
    "wrong epoch": ("KEY-EPOCH", lambda pool, folder: _profile(pool, folder, epoch="e09")),
    "wrong normaliser": ("CANARY-NORMALISER", _normaliser),
    "wrong type": ("CANARY-TYPE", _type),
    "truncated canaries": ("CANARY-ABSENT", _truncated),
    "altered file": ("PART-SHA256", _altered),
}


def test_six_faults_are_six_refusals_and_no_row_lands(pool: Pool, period: str) -> None:
    told: dict[str, str] = {}
    for number, (name, (_, break_it)) in enumerate(FAULTS.items()):
        folder = pool.seal(period, seed=100 + number)
        if name != "altered file":
            break_it(pool, folder)
        made = pool.send(folder).manifest
        if name == "altered file":
            break_it(pool, folder)
        (decision,) = [one for one in pool.land() if one["submission"] == made["submission"]]
        assert decision["verdict"] == "refused"
        told[name] = decision["code"]
    assert told == {name: code for name, (code, _) in FAULTS.items()}
    assert len(set(told.values())) == 6
    copies = [key for key in store.list_keys(pool.hall.s3, lake.LAKE, "accepted/") if f"/{period}/" in key]
    assert copies == []
