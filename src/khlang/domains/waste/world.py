"""The waste domain's part of the world: sites and what they hold, the month's weights, who is served, complaints."""

import calendar
from datetime import date

import numpy as np
import polars as pl

from khlang.domains.waste import definitions, places
from khlang.simulate.calibration import Assumptions, Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import period_of
from khlang.simulate.world import Part, World

BAHT = 100  # satang
DUMPED = ("GEN", "ORG")  # kinds that are brought to a site


def found(world: World, known: Calibration, seed: int) -> Part:
    """The sites as the first month leaves them, and that month's waste.

    ``sites``: grain waste_site_id (amphoe_code, province_code, kind, latitude, longitude; capacity and filled in kg).
    ``offices``: grain local_office_id. ``homes``: grain house (served, pays, fee in satang, paid: day of the month).
    ``weights``: grain local_office_id, kind (amphoe_code, waste_site_id, kg, late). ``earlier_weights``: of the month
    before, whose late ones are sent now. ``complaints``: grain complaint_no (house, kind, names_house, at_town,
    complained_on, resolved_on, also of earlier months).
    """
    sites = places.sites(known, seed)
    offices = places.offices(known, sites)
    weights = _weights(world, known, offices, seed)
    part: Part = {
        "offices": offices,
        "homes": _homes(world, known, seed),
        "weights": weights,
        "earlier_weights": weights.clear(),
        "sites": _founded(sites, weights, seed),
    }
    return _lived(part, world, seed)


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """One month later: its own weights, fuller sites, new complaints beside those still open."""
    weights = _weights(world, known, before["offices"], seed)
    brought = inflow(weights)
    sites = before["sites"].join(brought, on="waste_site_id", how="left", maintain_order="left")
    fuller = sites.with_columns(filled=pl.col("filled") + pl.col("inflow").fill_null(0)).drop("inflow")
    part = {**before, "weights": weights, "earlier_weights": before["weights"], "sites": fuller}
    return _lived(part, world, seed)


def inflow(weights: pl.DataFrame) -> pl.DataFrame:
    """What is brought to each site: waste_site_id, inflow (kg)."""
    return (
        weights.filter(pl.col("waste_site_id").is_not_null()).group_by("waste_site_id").agg(inflow=pl.col("kg").sum())
    )


def _weights(world: World, known: Calibration, offices: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The month's waste of every office and kind, in kg."""
    rules, rng = places.assumptions()["weight"], generator(seed, "waste", "weights", period_of(world.month))
    days = calendar.monthrange(world.month.year, world.month.month)[1]
    people = world.persons.select("house").join(world.houses, on="house").group_by("amphoe_code").agg(people=pl.len())
    rates = known.provinces.select(
        "province_code",
        rate=pl.col("province_code")
        .replace_strict(rules["provinces"], default=None, return_dtype=pl.Float64)
        .fill_null(rules["kg_per_head_day"] * (1 + rules["by_income"] * (pl.col("income_factor") - 1))),
        recycled=pl.col("province_code").replace_strict(
            rules["recycled"], default=1 - sum(rules["kinds"].values()), return_dtype=pl.Float64
        ),
    )
    rows = offices.join(people, on="amphoe_code", how="left", maintain_order="left").join(
        rates, on="province_code", how="left", maintain_order="left"
    )
    whole = rows.select(pl.col("people").fill_null(0) * pl.col("rate") * pl.col("share") * days).to_series().to_numpy()
    whole = whole * rng.lognormal(0, rules["office_sigma"], rows.height)
    recycled, rest = rows["recycled"].to_numpy(), sum(rules["kinds"].values())
    parts = {"REC": recycled} | {kind: (1 - recycled) * share / rest for kind, share in rules["kinds"].items()}
    made = pl.concat(
        rows.select(
            "local_office_id",
            "amphoe_code",
            pl.lit(kind).alias("kind"),
            pl.Series("kg", np.rint(whole * share).astype(np.int64)),
            pl.col("waste_site_id") if kind in DUMPED else pl.lit(None, pl.String).alias("waste_site_id"),
        )
        for kind, share in sorted(parts.items())
    ).sort("local_office_id", "kind")
    late = rng.random(made.height) < places.assumptions()["mess"]["late"]
    return made.with_columns(late=pl.Series(late), month=pl.lit(world.month))


def _founded(sites: pl.DataFrame, weights: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Sites with what they may hold and what they hold: years of the first month's inflow."""
    rules, rng = places.assumptions()["sites"], generator(seed, "waste", "capacity")
    rows = sites.join(inflow(weights), on="waste_site_id", how="left", maintain_order="left")
    soon = sites["province_code"].is_in(rules["full_soon"]).to_numpy()
    left = np.where(
        soon, _between(rng, rules["full_soon_years"], len(soon)), _between(rng, rules["years_left"], len(soon))
    )
    yearly = rows["inflow"].fill_null(0).to_numpy() * 12 + 1000  # where nothing comes there is a small old dump
    filled = np.rint(yearly * _between(rng, rules["age_years"], len(soon))).astype(np.int64)
    capacity = filled + np.rint(yearly * left).astype(np.int64)
    return sites.with_columns(capacity=pl.Series(capacity), filled=pl.Series(filled))


def _homes(world: World, known: Calibration, seed: int) -> pl.DataFrame:
    """Who is served and who pays, as a habit: more where incomes are higher."""
    rules, rng = places.assumptions()["service"], generator(seed, "waste", "homes")
    factor = known.provinces["income_factor"]
    rank = (factor - factor.min()) / (factor.max() - factor.min())  # type: ignore[operator]
    provinces = known.provinces.select(
        "province_code", chance=rules["country"] + (rules["town"] - rules["country"]) * rank
    )
    houses = world.houses.join(provinces, on="province_code", how="left", maintain_order="left")
    served = rng.random(houses.height) < houses["chance"].to_numpy()
    pays = served & (rng.random(houses.height) < rules["pays"])
    fee = rng.choice(np.array(rules["fees_baht"]), houses.height) * BAHT * served
    return houses.select(
        "house",
        "house_id",
        "amphoe_code",
        served=pl.Series(served),
        pays=pl.Series(pays),
        fee=pl.Series(fee.astype(np.int64)),
    )


def _lived(part: Part, world: World, seed: int) -> Part:
    """The part with the month's payments and complaints."""
    service, rng = places.assumptions()["service"], generator(seed, "waste", "payments", period_of(world.month))
    homes = part["homes"]
    paid = homes["pays"].to_numpy() & (rng.random(homes.height) < service["pays_this_month"])
    day = pl.Series((np.datetime64(world.month) + rng.integers(0, 25, homes.height)).astype("datetime64[D]")).cast(
        pl.Date
    )
    homes = homes.with_columns(paid_on=pl.when(pl.Series(paid)).then(day))
    new = _complaints(part, world, seed)
    still = part.get("complaints", new.clear()).filter(pl.col("resolved_on") >= world.month)
    return {**part, "homes": homes, "complaints": pl.concat([still, new])}


def _chances(part: Part, rules: Assumptions) -> pl.DataFrame:
    """How many times as often an amphoe complains: amphoe_code, times."""
    defined = definitions.load()
    away = places.nearest_sanitary(part["sites"])
    brought = part["sites"].join(inflow(part["weights"]), on="waste_site_id", how="left")
    left = (pl.col("capacity") - pl.col("filled")) / (12 * pl.col("inflow"))
    soon = brought.filter(left < float(defined.full_soon_years)).select("waste_site_id")
    near_full = part["offices"].join(soon, on="waste_site_id", how="semi").select("amphoe_code").unique()
    is_soon = pl.col("amphoe_code").is_in(near_full["amphoe_code"].implode())
    far = pl.when(pl.col("metres") > defined.far_m).then(rules["far"]).otherwise(1.0)
    return away.select("amphoe_code", times=far * pl.when(is_soon).then(rules["full_soon"]).otherwise(1.0))


def _complaints(part: Part, world: World, seed: int) -> pl.DataFrame:
    """The month's complaints: more where a sanitary site is far or the site in use is nearly full."""
    rules, period = places.assumptions()["complaints"], period_of(world.month)
    rng = generator(seed, "waste", "complaints", period)
    homes = part["homes"].join(_chances(part, rules), on="amphoe_code", how="left", maintain_order="left")
    unserved = pl.when(pl.col("served")).then(1.0).otherwise(rules["unserved"])
    chance = homes.select((rules["a_house"] * pl.col("times") * unserved).clip(0, rules["most"])).to_series().to_numpy()
    hit = homes.filter(pl.Series(rng.random(homes.height) < chance))
    day = np.datetime64(world.month) + rng.integers(0, _days(world.month), hit.height)
    done = day + np.rint(rng.exponential(rules["days_open"], hit.height)).astype(np.int64)
    kinds = rules["kinds"]
    return hit.select(
        (f"DR{world.month:%Y%m}-" + pl.int_range(pl.len()).cast(pl.String).str.zfill(6)).alias("complaint_no"),
        "house",
        kind=pl.Series(rng.choice(np.array(list(kinds)), hit.height, p=np.array(list(kinds.values()))).astype(str)),
        names_house=pl.Series(rng.random(hit.height) < rules["with_house"]),
        at_town=pl.Series(rng.random(hit.height) < rules["at_the_town"]),
        complained_on=pl.Series(day.astype("datetime64[D]")).cast(pl.Date),
        resolved_on=pl.Series(done.astype("datetime64[D]")).cast(pl.Date),
    )


def _days(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def _between(rng: np.random.Generator, ends: list[float], rows: int) -> np.ndarray:
    return rng.uniform(ends[0], ends[1], rows)
