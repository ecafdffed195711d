"""What the four agencies of the health domain send of one month: typed frames, before anybody's handwriting."""

from datetime import timedelta

import numpy as np
import polars as pl

from khlang.domains.health import births as recording
from khlang.domains.health.assumed import happens, load
from khlang.domains.health.definitions import load as definitions
from khlang.simulate.extract import Month
from khlang.simulate.months import following, period_of


def _part(month: Month, name: str) -> pl.DataFrame:
    return month.world.parts["health"][name]


def births(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The register of births as it stands; a corrected age is a later row of the same birth.

    ``earlier_files`` is written nowhere: what the students' files of earlier months, as far as they can be linked,
    said of the mother. The truth looks at it, because a mart does that looks back.
    """
    del rng
    window = {"since": definitions().since(month.period), "before": following(month.world.month)}
    rows = recording.register(_part(month, "births"), **window)
    earlier = _part(month, "students_before").filter("is_seen").group_by("cid", maintain_order=True)
    files = earlier.agg(earlier_files=pl.struct("period", "student_status_code", "status_on"))
    return rows.join(files, on="cid", how="left", maintain_order="left")


def disabilities(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The register of persons with a card; of some renewed ones the card before stands there too."""
    del rng
    base = _part(month, "disabilities")
    columns = ("cid", "disability_type_code", "card_issued_on", "card_expires_on", "amphoe_code")
    now = base.rename({"issued_on": "card_issued_on", "expires_on": "card_expires_on"})
    old = base.filter(pl.col("issued_before").is_not_null()).with_columns(
        card_issued_on="issued_before",
        card_expires_on=pl.col("issued_before") + pl.duration(days=load()["disability"]["valid_days"]),
    )
    return pl.concat([now.select(columns), old.select(columns)])


def allowances(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The month's allowances; some persons get the month before with it, some another amount a few days later."""
    base = _part(month, "allowances").with_columns(allowance_month=pl.lit(month.period))
    columns = ("cid", "allowance_month", "allowance", "paid_on", "amphoe_code")
    before = period_of(month.world.month - timedelta(days=1))
    late = base.filter("late").with_columns(allowance_month=pl.lit(before))
    again = base.filter(happens(rng, base.height, load()["allowance"]["corrected"]))
    again = again.with_columns(allowance=pl.col("allowance") + 20_000, paid_on=pl.col("paid_on") + pl.duration(days=5))
    return pl.concat([frame.select(columns) for frame in (base, late, again)])


def coverage(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """Everybody who is in a scheme; who changed this month stands in the scheme before as well."""
    del rng
    base = _part(month, "coverage")
    now = base.select("cid", "scheme_code", "covered_from")
    then = base.select("cid", scheme_code="scheme_before", covered_from="covered_before")
    left = base["scheme_code"].is_null()  # who is in no scheme any more is in no row
    return pl.concat([now, then.filter(~left)]).filter(pl.col("scheme_code").is_not_null())
