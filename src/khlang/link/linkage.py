"""How well records link, by group: counts of every pair of datasets by province, age band and sex, from one grouping.

Every dataset gives, for each person (or house) it names, how many rows, and its own words of where, how old, which sex.
One grouping brings together what all datasets say of a person; each pair of datasets is then a look at that row. Where
a record says nothing of its person the register is asked, unless it is the register that is linked to.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from khlang import lake
from khlang.contracts import Contracts
from khlang.link.pairs import Pair, Side, Sides

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from khlang.link.build import Workshop

UNKNOWN, WHOLE, DUPLICATE = "unknown", "all", "DUPLICATE"
DIMENSIONS = (WHOLE, "province", "age_band", "sex")
#: ``(dataset, period)`` that is promoted → its submission.
Months = Mapping[tuple[str, str], str]
Row = dict[str, Any]


def counted(shop: "Workshop", pairs: Sequence[Pair], sides: Sides, months: Months) -> list[Row]:
    """Counts of records with an identifier.

    Args:
        shop: Tables and session.
        pairs: Which datasets are linked to which.
        sides: What each tells of whoever it is about.
        months: What is promoted; a pair is counted where both of its datasets are.

    Returns:
        One row a period, pair (``number``: its place in ``pairs``), ``dimension`` and ``group_code``: ``records``,
        ``records_matched``, ``records_repeated``, ``row_count``, ``rows_matched``.
    """
    from pyspark.sql import functions as F

    frames = [
        _own(shop.read(side.dataset), side, periods).where(F.col("unit").isNotNull())
        for side in sides.values()
        if (periods := _periods(months, side.dataset))
    ]
    grain = ["period", "kind", "unit"]
    # Laid out by the person first: both groupings then find theirs where they are.
    every = _all(frames).repartition(*grain)
    each = every.groupBy(*grain, "dataset").agg(
        F.count("*").alias("rows"), *(F.min(name).alias(name) for name in ("province", "born", "sex"))
    )
    told = F.struct("rows", "province", "born", "sex")
    person = each.groupBy(*grain).agg(F.map_from_entries(F.collect_list(F.struct("dataset", told))).alias("held"))
    looked = [_look(number, pair, _periods(months, pair.target)) for number, pair in enumerate(pairs)]
    rows = person.select("period", F.explode(F.array_compact(F.array(*looked))).alias("one")).select("period", "one.*")
    return _grouped(rows, ("number",), shop.contracts, _counts())


def without_identifier(shop: "Workshop", sides: Sequence[Side], months: Months) -> list[Row]:
    """Rows whose identifier could not be used, curated or kept back.

    Returns:
        One row a period, ``dataset``, ``kind``, ``dimension`` and ``group_code``: ``rows``.
    """
    from pyspark.sql import functions as F

    frames = []
    for side in sides:
        periods = _periods(months, side.dataset)
        tables = (shop.read(side.dataset), held_back(shop, side.dataset, months)) if periods else ()
        frames += [_own(rows, side, periods).where(F.col("unit").isNull()) for rows in tables if rows is not None]
    return _grouped(_all(frames), ("dataset", "kind"), shop.contracts, [F.count("*").alias("rows")])


def kept_back(shop: "Workshop", sides: Sequence[Side], months: Months) -> list[Row]:
    """Rows of quarantine that have an identifier: ``dataset``, ``period``, ``is_duplicate``, ``rows``."""
    from pyspark.sql import functions as F

    frames = []
    for side in sides:
        rows = held_back(shop, side.dataset, months) if _periods(months, side.dataset) else None
        if rows is not None:
            twin = (F.col("reason") == DUPLICATE).alias("is_duplicate")
            known = rows.where(F.col(side.column).isNotNull())
            frames.append(known.select(F.lit(side.dataset).alias("dataset"), "period", twin))
    if not frames:
        return []
    counts = _all(frames).groupBy("dataset", "period", "is_duplicate").agg(F.count("*").alias("rows"))
    return [row.asDict() for row in counts.collect()]


def held_back(shop: "Workshop", name: str, months: Months) -> "DataFrame | None":
    """What quarantine holds of a dataset's submissions in use; None where nothing was ever kept back."""
    from pyspark.sql import functions as F

    location = lake.table("quarantine", name, shop.contracts[name].version)
    if not shop.place.exists(location):
        return None
    rows = shop.session().read.format("delta").load(shop.place.at(location))
    mine = [submission for (dataset, _), submission in months.items() if dataset == name]
    return rows.where(F.col("submission").isin(mine) & F.col("period").isin(_periods(months, name)))


def _periods(months: Months, name: str) -> list[str]:
    return sorted(period for dataset, period in months if dataset == name)


def _all(frames: "Sequence[DataFrame]") -> "DataFrame":
    return reduce(lambda one, other: one.unionByName(other), frames)


def _own(rows: "DataFrame", side: Side, periods: Sequence[str]) -> "DataFrame":
    """``period, dataset, kind, unit, province, born, sex`` of every row, as the dataset itself says them."""
    from pyspark.sql import functions as F

    def word(expression: str | None, kind: str) -> "Column":
        return F.expr(expression or "NULL").cast(kind)

    return rows.where(F.col("period").isin(list(periods))).select(
        "period",
        F.lit(side.dataset).alias("dataset"),
        F.lit(side.kind).alias("kind"),
        F.col(side.column).alias("unit"),
        word(side.province, "STRING").alias("province"),
        word(side.born, "INT").alias("born"),
        word(side.sex, "STRING").alias("sex"),
    )


def _look(number: int, pair: Pair, periods: Sequence[str]) -> "Column":
    """A pair as one person's row shows it; null where the source does not name the person, or a month is missing."""
    from pyspark.sql import functions as F

    mine, theirs, asked = (F.try_element_at("held", F.lit(name)) for name in (pair.source, pair.target, pair.register))

    def word(name: str) -> "Column":
        return mine[name] if pair.to_register else F.coalesce(mine[name], asked[name])

    row = F.struct(
        F.lit(number).alias("number"), mine["rows"].alias("rows"), theirs.isNotNull().alias("matched"),
        *(word(name).alias(name) for name in ("province", "born", "sex")),
    )  # fmt: skip
    return F.when(mine.isNotNull() & F.col("period").isin(list(periods)) & (F.col("kind") == pair.kind), row)


def _grouped(rows: "DataFrame", by: Sequence[str], contracts: Contracts, counts: "list[Column]") -> list[Row]:
    """Counts of rows with ``period``, ``province``, ``born``, ``sex``, by period, columns, dimension and group."""
    from pyspark.sql import functions as F

    age = F.left("period", F.lit(4)).cast("INT") - F.col("born")
    band: Any = F.lit(None).cast("STRING")
    for listed in contracts.source["codes"]["age_band"]:  # ascending: the last that is reached counts
        band = F.when(age >= int(listed["age_from"]), listed["code"]).otherwise(band)
    values = dict(zip(DIMENSIONS, (F.lit(WHOLE), F.col("province"), band, F.col("sex")), strict=True))
    groups = [
        F.struct(F.lit(name).alias("dimension"), F.coalesce(value, F.lit(UNKNOWN)).alias("group_code"))
        for name, value in values.items()
    ]
    each = rows.select("*", F.explode(F.array(*groups)).alias("of")).select("*", "of.*")
    return [row.asDict() for row in each.groupBy("period", *by, "dimension", "group_code").agg(*counts).collect()]


def _counts() -> "list[Column]":
    from pyspark.sql import functions as F

    return [
        F.count("*").alias("records"),
        F.count_if("matched").alias("records_matched"),
        F.count_if(F.col("rows") > 1).alias("records_repeated"),
        F.sum("rows").alias("row_count"),
        F.coalesce(F.sum(F.when(F.col("matched"), F.col("rows"))), F.lit(0)).alias("rows_matched"),
    ]
