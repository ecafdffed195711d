"""The waste questions as an analyst asks them, and the answers as they may be shown.

What counts households or complaints has passed the threshold of ``khlang.release``: no count of fewer than ten, none
that follows by subtraction. Distances, weights and sites tell of nobody and are shown as they are.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.release.threshold import protect_row, protect_rows, values
from khlang.serve import client
from khlang.serve.figures import by_period
from khlang.serve.places import code_names, province_names
from khlang.settings import Settings

if TYPE_CHECKING:
    from trino.dbapi import Connection

Row = dict[str, Any]
#: Counts of the answer → the whole that each is a part of.
FIGURES: dict[str, str | None] = {
    "households": None,
    "served_households": "households",
    "waste_complaints": None,
}
BY_PROVINCE = """
SELECT period, province_code, sum(households) AS households, sum(served_households) AS served_households,
       sum(waste_complaints) AS waste_complaints, sum(waste_collected_tonnes) AS tonnes,
       sum(recycled_tonnes) AS recycled_tonnes, avg(sanitary_distance_m) / 1000.0 AS distance_km,
       count_if(is_far_from_sanitary) AS far_amphoe
FROM waste_by_amphoe GROUP BY period, province_code ORDER BY period, province_code
"""
#: Upper ends of the bands of distance, in metres; the last has none.
BANDS = (25_000, 50_000)
BY_BAND = f"""
SELECT period, CASE WHEN sanitary_distance_m <= {BANDS[0]} THEN 0 WHEN sanitary_distance_m <= {BANDS[1]} THEN 1
       ELSE 2 END AS band, sum(households) AS households,
       sum(served_households) AS served_households, sum(waste_complaints) AS waste_complaints
FROM waste_by_amphoe WHERE sanitary_distance_m IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 (numbers of our own)
BY_SITE_KIND = """
SELECT period, waste_site_kind_code, count(*) AS sites, count_if(is_full_soon) AS full_soon,
       count_if(is_overfull) AS overfull, approx_percentile(CAST(site_years_left AS DOUBLE), 0.5) AS middle_years
FROM site_years GROUP BY period, waste_site_kind_code ORDER BY period, waste_site_kind_code
"""

BY_AMPHOE = """
SELECT period, amphoe_code, sanitary_distance_m / 1000.0 AS distance_km FROM waste_by_amphoe
WHERE sanitary_distance_m IS NOT NULL ORDER BY period, amphoe_code
"""


def amphoe(connection: "Connection") -> dict[str, list[Row]]:
    """How far a sanitary site is from each amphoe: period → rows with amphoe_code and distance_km."""
    return by_period(client.ask(connection, BY_AMPHOE).dicts())


def provinces(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """Every province: period → rows, the farthest from a sanitary site first, protected."""
    names = province_names(settings)
    return {
        period: shown(rows, names) for period, rows in by_period(client.ask(connection, BY_PROVINCE).dicts()).items()
    }


def shown(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Row]:
    """One period's provinces as they may be shown, the farthest first (pure)."""
    ordered = sorted(rows, key=lambda row: (-float(row["distance_km"] or 0), row["province_code"]))
    return [
        {"code": row["province_code"], "name_th": names[row["province_code"]]}
        | counts
        | {
            "distance_km": None if row["distance_km"] is None else round(float(row["distance_km"]), 1),
            "far_amphoe": int(row["far_amphoe"]),
            "recycled_share": _share(row["recycled_tonnes"], row["tonnes"]),
        }
        for row, counts in zip(ordered, protected(ordered), strict=True)
    ]


def protected(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The counts of each row as they may be shown, and complaints per thousand households where both may (pure)."""
    made = [values(cells) for cells in protect_rows(rows, FIGURES)]
    return [row | {"complaints_per_1000": _per_thousand(row)} for row in made]


def bands(connection: "Connection") -> dict[str, list[Row]]:
    """Complaints by how far a sanitary site is: period → rows, the nearest band first, protected."""
    found = {}
    for period, rows in by_period(client.ask(connection, BY_BAND).dicts()).items():
        named = [{"band": BAND_NAMES[int(row["band"])]} for row in rows]
        found[period] = [name | counts for name, counts in zip(named, protected(rows), strict=True)]
    return found


def sites(settings: Settings, connection: "Connection") -> dict[str, list[Row]]:
    """How long sites last, by kind: period → rows. They tell of nobody."""
    names = code_names(settings, "waste_site_kind")
    return {
        period: [
            {
                "kind": row["waste_site_kind_code"],
                "name_th": names[row["waste_site_kind_code"]],
                "sites": int(row["sites"]),
                "full_soon": int(row["full_soon"]),
                "overfull": int(row["overfull"]),
                "middle_years": None if row["middle_years"] is None else round(float(row["middle_years"]), 2),
            }
            for row in rows
        ]
        for period, rows in by_period(client.ask(connection, BY_SITE_KIND).dicts()).items()
    }


def months(connection: "Connection", by_kind: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The whole country, one row a period: protected counts, waste, far amphoe and sites that are full soon."""
    return [
        {"period": period}
        | country(rows)
        | {
            "tonnes": float(sum(row["tonnes"] for row in rows)),
            "far_amphoe": sum(int(row["far_amphoe"]) for row in rows),
            "full_soon_sites": sum(row["full_soon"] for row in by_kind[period]),
        }
        for period, rows in by_period(client.ask(connection, BY_PROVINCE).dicts()).items()
    ]


def country(found: Sequence[Mapping[str, Any]]) -> Row:
    """The sums over all provinces of unprotected rows, protected (pure)."""
    totals = {name: sum(int(row[name]) for row in found) for name in FIGURES}
    return values(protect_row(totals, FIGURES))


def population(settings: Settings, periods: Sequence[str]) -> list[Row]:
    """What is: the counts of the answer in the simulated population, one row a period."""
    import polars as pl

    folder = settings.truth / "population"
    real = []
    for period in periods:
        amphoe = pl.read_parquet(folder / "waste_by_amphoe" / f"{period}.parquet")
        sites = pl.read_parquet(folder / "site_years" / f"{period}.parquet")
        counted = country(amphoe.select(*FIGURES).to_dicts())
        real.append({"period": period} | counted | {"full_soon_sites": int(sites["is_full_soon"].sum())})
    return real


BAND_NAMES = ("ไม่เกิน 25 กม.", "25–50 กม.", "เกิน 50 กม.")


def _per_thousand(row: Mapping[str, int | None]) -> float | None:
    complaints, households = row["waste_complaints"], row["households"]
    return None if complaints is None or not households else round(1000 * complaints / households, 1)


def _share(part: Any, whole: Any) -> float | None:
    return round(float(part) / float(whole), 4) if whole else None
