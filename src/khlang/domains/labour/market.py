"""The market for work: what employers look for each month, and the real figures of the skill tests."""

from importlib.resources import files

import numpy as np
import polars as pl

from khlang.domains.labour.assumed import drawn, load
from khlang.simulate.extract import Month


def vacancies(month: Month) -> pl.DataFrame:
    """Vacancies that employers told the employment office of; the same for whoever asks of a month.

    Returns:
        vacancy_no, occupation_code, openings, province_code, posted_on.
    """
    rules, rng = load()["vacancies"], month.stream("market", "vacancies")
    jobs = month.world.jobs
    rows = max(round(rules["share_of_jobs"] * jobs.height), rules["least"])
    province = jobs["province_code"].gather(rng.integers(0, jobs.height, rows))
    days = (np.datetime64(month.world.month) + rng.integers(0, 25, rows)).astype("datetime64[D]")
    number = pl.Series(np.arange(1, rows + 1)).cast(pl.String).str.zfill(6)
    return pl.DataFrame(
        {
            "vacancy_no": f"{month.period}-" + number,
            "occupation_code": drawn(rng, rules["occupations"], rows),
            "openings": rng.geometric(1 / rules["openings"], rows).astype(np.int64),
            "province_code": province,
            "posted_on": pl.Series(days).cast(pl.Date),
        }
    )


def skill_tests() -> pl.DataFrame:
    """Persons who attended and passed the national skill standard tests, by quarter: published, not simulated."""
    text = (files("khlang.domains.labour") / "skill_tests.csv").read_bytes()
    types = {"test_year": pl.String, "test_quarter": pl.String, "as_of": pl.Date}
    return pl.read_csv(text, comment_prefix="#", schema_overrides=types)
