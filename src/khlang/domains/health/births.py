"""What an office records of the births of the shared population: where, when, and the mother's age as written."""

from datetime import date

import numpy as np
import polars as pl

from khlang.domains.health.assumed import happens, load
from khlang.domains.labour.assumed import days_from


def recorded(rng: np.random.Generator, births: pl.DataFrame) -> pl.DataFrame:
    """Births with what is written of each, once and for good.

    Args:
        rng: Stream of this purpose.
        births: Of ``World.births``.

    Returns:
        child, cid (of the mother), born_on, true_age, birth_order, amphoe_code (hers), place_code (amphoe of the
        birth), hospital_code (null: at home), recorded_on (null: nobody told of it), written_age (as first written),
        corrected_on (null: never), child_known.
    """
    rules, rows = load()["births"], births.height
    own, town = pl.col("amphoe_code"), pl.col("amphoe_code").str.slice(0, 2) + "01"
    place = pl.when(happens(rng, rows, rules["in_town"])).then(town).otherwise(own)
    at_home, told = happens(rng, rows, rules["at_home"]), ~happens(rng, rows, rules["unrecorded"])
    wrong = happens(rng, rows, rules["age_wrong"])
    by = pl.Series(rng.integers(2, rules["age_wrong_by"] + 1, rows) * rng.choice([-1, 1], rows))
    corrected = happens(rng, rows, rules["age_corrected"]) & wrong & told
    on = days_from(births["born_on"], rng.integers(0, rules["recorded_within_days"], rows))
    later = days_from(on, rng.integers(1, rules["corrected_within_days"], rows))
    written = pl.when(wrong).then((pl.col("mother_age") + by).clip(12, 49)).otherwise("mother_age")
    return births.select(
        "child",
        "born_on",
        "birth_order",
        "amphoe_code",
        cid="mother",
        true_age="mother_age",
        place_code=pl.when(at_home).then(own).otherwise(place),
        hospital_code=pl.when(~at_home).then(place + "1"),
        recorded_on=pl.when(told).then(on),
        written_age=written,
        corrected_on=pl.when(corrected).then(later),
        child_known=~happens(rng, rows, rules["child_unknown"]),
    )


def register(births: pl.DataFrame, *, since: date, before: date) -> pl.DataFrame:
    """The register of births as it stands: what was recorded before a day of births since another.

    A corrected age is a second row, recorded later.

    Returns:
        cid, child_pid, born_on, amphoe_code (of the birth), hospital_code, mother_age, birth_order,
        birth_recorded_on.
    """
    named = births.filter(pl.col("born_on") >= since).select(
        "cid",
        "born_on",
        "hospital_code",
        "birth_order",
        "written_age",
        "true_age",
        "recorded_on",
        "corrected_on",
        child_pid=pl.when("child_known").then("child"),
        amphoe_code="place_code",
    )
    first = named.filter(pl.col("recorded_on") < before)
    again = first.filter(pl.col("corrected_on") < before)
    columns = ("cid", "child_pid", "born_on", "amphoe_code", "hospital_code", "birth_order")
    return pl.concat(
        [
            first.select(*columns, mother_age="written_age", birth_recorded_on="recorded_on"),
            again.select(*columns, mother_age="true_age", birth_recorded_on="corrected_on"),
        ]
    )
