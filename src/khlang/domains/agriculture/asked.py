# ruff: noqa: S608 - what is put together here is written here: no value of anybody's stands in a question
"""The agriculture questions in SQL, as the analyst puts them to Trino."""

from collections.abc import Iterable

#: Counts of the debt question → the whole that each is a part of.
DEBT: dict[str, str | None] = {
    "judged_farmers": None,
    "failed_farmers": "judged_farmers",
    "failed_borrowers": "failed_farmers",
    "overdue_failed_farmers": "failed_borrowers",
    "other_borrowers": "judged_farmers",
    "overdue_other_farmers": "other_borrowers",
}
#: Counts of the rain question, of plots: one plot tells of one farmer.
RAIN = ("rainfed_plots", "failed_rainfed_plots", "irrigated_plots", "failed_irrigated_plots",
        "irrigated_short_plots", "failed_irrigated_short_plots")  # fmt: skip


def _sums(names: Iterable[str]) -> str:
    return ", ".join(f"sum({name}) AS {name}" for name in names)


DEBT_BY_PERIOD = f"""
SELECT period, {_sums(DEBT)}
FROM farm_debt GROUP BY period ORDER BY period
"""
DEBT_BY_PROVINCE = f"""
SELECT period, province_code, {_sums(DEBT)}
FROM farm_debt GROUP BY period, province_code ORDER BY period, province_code
"""
DEBT_BY_REGION = f"""
SELECT period, substr(province_code, 1, 1) AS region, {_sums(DEBT)}
FROM farm_debt GROUP BY period, substr(province_code, 1, 1) ORDER BY period, region
"""
BANDS = """
SELECT period, median_debt_band, count(*) AS amphoe, sum(borrowers) AS borrowers
FROM farm_debt WHERE median_debt_band IS NOT NULL
GROUP BY period, median_debt_band ORDER BY period, median_debt_band
"""
#: An amphoe's row repeats what is the province's: of each province and crop it is taken once.
BY_MARKET = """
SELECT period, province_code, crop_code, sum(growers) AS growers, count_if(growers > 0) AS amphoe,
       max(province_production_kg) AS production_kg, max(province_purchases_kg) AS purchases_kg,
       max(taken_percent) AS taken_percent, max(price_percent) AS price_percent, bool_or(is_glut) AS is_glut
FROM crop_market GROUP BY period, province_code, crop_code ORDER BY period, province_code, crop_code
"""
BY_CROP = f"""
SELECT period, crop_code, sum(growers) AS growers, sum(production_kg) AS production_kg,
       sum(purchases_kg) AS purchases_kg, sum(IF(is_glut, growers, 0)) AS glut_growers,
       count_if(is_glut) AS glut_provinces
FROM ({BY_MARKET.partition("ORDER BY")[0]}) GROUP BY period, crop_code ORDER BY period, crop_code
"""
BY_RAIN = f"""
SELECT period, is_dry, {_sums(RAIN)}
FROM crop_rain GROUP BY period, is_dry ORDER BY period, is_dry DESC
"""
RAIN_BY_PROVINCE = """
SELECT period, province_code, max(rain_percent) AS rain_percent, bool_or(is_dry) AS is_dry,
       sum(rainfed_plots) AS rainfed_plots, sum(failed_rainfed_plots) AS failed_rainfed_plots
FROM crop_rain GROUP BY period, province_code ORDER BY period, province_code
"""
