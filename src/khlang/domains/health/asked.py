"""The health questions in SQL, as the analyst puts them to Trino; group 0 holds who has no valid card."""

BIRTHS = """
SELECT period, province_code, sum(births) AS births, sum(births_15_19) AS births_15_19,
       sum(births_10_14) AS births_10_14, sum(births_age_disputed) AS births_age_disputed,
       sum(girls_15_19) AS girls_15_19, sum(teen_mothers_students) AS teen_mothers_students,
       sum(teen_mothers_left_school) AS teen_mothers_left_school
FROM teen_births GROUP BY period, province_code ORDER BY period, province_code
"""
CARDS_BY_PROVINCE = """
SELECT period, province_code AS code, sum(group_persons) AS group_persons,
       sum(persons_without_allowance) AS persons_without_allowance
FROM disability_gap WHERE disability_group_code <> '0'
GROUP BY period, province_code ORDER BY period, province_code
"""
CARDS_BY_TYPE = """
SELECT period, disability_group_code AS code, sum(group_persons) AS group_persons,
       sum(persons_without_allowance) AS persons_without_allowance
FROM disability_gap WHERE disability_group_code <> '0'
GROUP BY period, disability_group_code ORDER BY period, disability_group_code
"""
CARDS_BY_DISTANCE = """
SELECT period, if(is_far, 'far', 'town') AS code, sum(group_persons) AS group_persons,
       sum(persons_without_allowance) AS persons_without_allowance
FROM disability_gap WHERE disability_group_code <> '0'
GROUP BY period, is_far ORDER BY period, is_far
"""
COUNTRY = """
SELECT period, sum(if(disability_group_code = '0', 0, group_persons)) AS card_holders,
       sum(if(disability_group_code = '0', 0, persons_without_allowance)) AS persons_without_allowance,
       sum(if(disability_group_code = '0', group_persons, 0)) AS drawing_without_card,
       sum(persons_below_rate) AS persons_below_rate
FROM disability_gap GROUP BY period ORDER BY period
"""
