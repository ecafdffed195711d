"""The energy domain's part of the world: meters and readings, bills, who is subsidised, outages of the month."""

import numpy as np
import polars as pl

from khlang.domains.energy import assumed, meters
from khlang.simulate.calibration import Calibration
from khlang.simulate.identifiers import generator
from khlang.simulate.months import period_of
from khlang.simulate.world import Part, World


def found(world: World, known: Calibration, seed: int) -> Part:
    """The first month's electricity.

    ``meters``: grain meter_no, see :func:`khlang.domains.energy.meters.found`; ``reading`` is the month's last.
    ``luck``: grain house (reached and stray: draws that decide whether a subsidy finds it). ``bills``: grain meter_no
    (before and reading in kWh, kwh, baht in satang, paid_on, late). ``earlier_bills``: of the month before, whose late
    ones are sent now. ``subsidies``: grain cid (house, baht in satang, late), and ``earlier_subsidies``. ``outages``:
    grain outage_no (amphoe_code, cause, began_on, ended_on, minutes, customers).
    """
    del known
    rng = generator(seed, "energy", "luck")
    luck = world.houses.select("house", "province_code").with_columns(
        reached=pl.Series(rng.random(world.houses.height)), stray=pl.Series(rng.random(world.houses.height))
    )
    return _lived({"meters": meters.found(world, seed), "luck": luck}, world, seed)


def advance(before: Part, world: World, known: Calibration, seed: int) -> Part:
    """One month later: the same meters read again, the month's bills, grants and outages."""
    del known
    return _lived(before, world, seed)


def _lived(part: Part, world: World, seed: int) -> Part:
    bills = _bills(part["meters"], world, seed)
    read = (
        part["meters"]
        .drop("reading")
        .join(bills.select("meter_no", "reading"), on="meter_no", how="left", maintain_order="left")
    )
    subsidies = _subsidies(part["luck"], read, bills, world, seed)
    return {
        **part,
        "meters": read,
        "bills": bills,
        "earlier_bills": part.get("bills", bills.clear()),
        "subsidies": subsidies,
        "earlier_subsidies": part.get("subsidies", subsidies.clear()),
        "outages": _outages(read, world, seed),
    }


def registered(world: World) -> pl.DataFrame:
    """Living registrants and where they live: cid, house."""
    return world.persons.select("cid", "house").join(world.registrations.select("cid"), on="cid", how="semi")


def _bills(read: pl.DataFrame, world: World, seed: int) -> pl.DataFrame:
    """Every meter's bill of the month; registrants owe it more often."""
    rules, rng = assumed.load(), generator(seed, "energy", "bills", period_of(world.month))
    use = read["usual"].to_numpy() * rules["use"]["months"][world.month.month - 1]
    kwh = np.rint(use * rng.lognormal(0, rules["use"]["sigma"], read.height)).astype(np.int64)
    poor = read["house"].is_in(registered(world)["house"].implode()).to_numpy()
    owes = np.where(poor, rules["payment"]["overdue_registrant"], rules["payment"]["overdue"])
    paid = rng.random(read.height) >= owes
    day = (np.datetime64(world.month) + rng.integers(12, 27, read.height)).astype("datetime64[D]")
    rows = read.select(
        *("meter_no", "house", "authority", "type"),
        before=pl.col("reading"),
        reading=pl.col("reading") + pl.Series(kwh),
        kwh=pl.Series(kwh),
        paid_on=pl.when(pl.Series(paid)).then(pl.Series(day).cast(pl.Date)),
        late=pl.Series(rng.random(read.height) < rules["mess"]["late"]),
        month=pl.lit(world.month),
    )
    return rows.with_columns(baht=assumed.tariff(pl.col("kwh")))


def _subsidies(luck: pl.DataFrame, read: pl.DataFrame, bills: pl.DataFrame, world: World, seed: int) -> pl.DataFrame:
    """One person a subsidised house: a card holder where there is one, else the eldest who lives there."""
    rules, rng = assumed.load()["subsidy"], generator(seed, "energy", "subsidies", period_of(world.month))
    homes = read.filter(pl.col("type") == "RES").select("house", "usual")
    billed = bills.filter(pl.col("type") == "RES").select("house", "baht")
    holders = registered(world).group_by("house").agg(holder=pl.col("cid").min())
    eldest = world.persons.sort("birth", "cid").group_by("house", maintain_order=True).agg(eldest=pl.col("cid").first())
    rows = luck.join(homes, on="house", how="inner", maintain_order="left").join(billed, on="house", how="left",
                                                                               maintain_order="left")  # fmt: skip
    for people in (holders, eldest):
        rows = rows.join(people, on="house", how="left", maintain_order="left")
    reach = assumed.by_province(rows["province_code"], rules["reached"], rules["reached_in"])
    stray = assumed.by_province(rows["province_code"], rules["stray"], rules["stray_in"])
    looked_at = pl.col("usual") <= rules["usual_kwh"]
    held = pl.col("reached") < pl.when(looked_at).then(pl.Series(reach)).otherwise(rules["others"])
    is_granted = pl.when(pl.col("holder").is_not_null()).then(held).otherwise(pl.col("stray") < pl.Series(stray))
    found = rows.filter(is_granted & pl.col("eldest").is_not_null())
    return found.select(
        "house",
        pl.coalesce("holder", "eldest").alias("cid"),
        pl.min_horizontal("baht", pl.lit(rules["most_satang"])).alias("baht"),
        pl.lit(world.month).alias("month"),
    ).with_columns(late=pl.Series(rng.random(found.height) < assumed.load()["mess"]["late"]))


def _outages(read: pl.DataFrame, world: World, seed: int) -> pl.DataFrame:
    """The month's outages: more and longer in some provinces, each of a share of its amphoe's meters."""
    rules, rng = assumed.load()["outages"], generator(seed, "energy", "outages", period_of(world.month))
    amphoe = read.group_by("amphoe_code", "province_code").agg(meters=pl.len()).sort("amphoe_code")
    usual = assumed.by_province(amphoe["province_code"], rules["an_amphoe"], rules["bad"])
    count = rng.poisson(usual * rules["season"][world.month.month - 1])
    rows = amphoe[np.repeat(np.arange(amphoe.height), count)]
    is_bad = rows["province_code"].is_in(list(rules["bad"])).to_numpy()
    minutes = np.where(is_bad, rules["bad_minutes"], rules["minutes"]) * rng.lognormal(0, rules["sigma"], rows.height)
    hit = rows["meters"].to_numpy() * rng.uniform(rules["share_hit"][0], rules["share_hit"][1], rows.height)
    began = np.datetime64(world.month) + rng.integers(0, 27, rows.height)
    causes = rules["causes"]
    return rows.select(
        (f"E{world.month:%Y%m}-" + pl.int_range(pl.len()).cast(pl.String).str.zfill(5)).alias("outage_no"),
        "amphoe_code",
        cause=pl.Series(rng.choice(np.array(list(causes)), rows.height, p=np.array(list(causes.values()))).astype(str)),
        began_on=pl.Series(began.astype("datetime64[D]")).cast(pl.Date),
        ended_on=pl.Series((began + (rng.random(rows.height) < 0.06)).astype("datetime64[D]")).cast(pl.Date),
        minutes=pl.Series(np.rint(minutes).astype(np.int64) + 1),
        customers=pl.Series(np.ceil(hit).astype(np.int64)),
    )
