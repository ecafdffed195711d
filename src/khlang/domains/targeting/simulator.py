"""What the two agencies of the targeting domain send of one month: typed frames, before anybody's handwriting."""

import numpy as np
import polars as pl

from khlang.simulate.extract import Month


def vulnerable_persons(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """The register; some of those assessed anew this month stand there with the assessment before as well."""
    del rng
    base = month.world.parts["targeting"]["vulnerable"]
    now = base.select("cid", "vulnerability_code", "assessed_on", "help_code")
    again = base.filter(pl.col("assessed_before").is_not_null())
    then = again.select("cid", "vulnerability_code", assessed_on="assessed_before", help_code="help_before")
    return pl.concat([now, then])


def debt_enforcements(month: Month, rng: np.random.Generator) -> pl.DataFrame:
    """All cases; some that reached another stage this month stand there with the stage before as well."""
    del rng
    base = month.world.parts["targeting"]["debts"]
    now = base.select("cid", "judged_on", "judgment", "stage_code", "staged_on")
    moved = base.filter(pl.col("staged_before").is_not_null())
    then = moved.select("cid", "judged_on", "judgment", stage_code="stage_before", staged_on="staged_before")
    return pl.concat([now, then])
