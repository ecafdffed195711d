# ruff: noqa: S608 - what is put together here is written here: no value of anybody's stands in a question
"""The targeting questions in SQL, as the analyst puts them to Trino."""

SUMS = """sum(households) AS households, sum(poor_households) AS poor_households,
       sum(poor_households_without_registrant) AS poor_households_without_registrant,
       sum(registrants) AS registrants, sum(ineligible_registrants) AS ineligible_registrants"""
COUNTRY = f"""
SELECT period, {SUMS}
FROM welfare_targeting GROUP BY period ORDER BY period
"""
BY_TYPE = f"""
SELECT period, household_type_code AS code, {SUMS}
FROM welfare_targeting GROUP BY period, household_type_code ORDER BY period, household_type_code
"""
BY_PROVINCE = f"""
SELECT period, province_code AS code, {SUMS}
FROM welfare_targeting GROUP BY period, province_code ORDER BY period, province_code
"""
BY_CHANNEL = """
SELECT period, channel_code AS code, sum(missed_persons) AS missed_persons, sum(reached_persons) AS reached_persons,
       sum(unaided_persons) AS unaided_persons, sum(older_alone_persons) AS older_alone_persons
FROM welfare_missed GROUP BY period, channel_code ORDER BY period, channel_code
"""
MISSED_BY_PROVINCE = """
SELECT period, province_code AS code, sum(missed_persons) AS missed_persons,
       sum(if(channel_code = 'MSDHS', reached_persons, 0)) AS social_reached
FROM welfare_missed GROUP BY period, province_code ORDER BY period, province_code
"""
