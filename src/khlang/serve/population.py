"""The population by month that a project counts with: the query of ``population_months``, plain SQL for any engine.

Spark runs it when a project is activated, DuckDB in its tests. Nothing reads a clock: the months are those that the
house registry was sent for.
"""

from collections.abc import Mapping

from khlang.link.routes import CID

#: Born in the month that the first seven letters of a day are.
_MONTH = "substring(CAST(born_on AS STRING), 1, 7)"


def query(inputs: Mapping[str, str]) -> str:
    """The query of one row a person and month, from the first month in which anything is known of the person.

    A person is resident in a month whose house registry has the person; alive, where that month's registry or a birth
    of that month (as child or mother) knows it, and else nobody knows. Sex and year of birth of who left are the last
    that were known. Of a child that stands in several births the latest one counts, of its mothers the surest.

    Args:
        inputs: The contract's input → the table or view to read: every promoted month of ``house_registry`` and
            ``births``, and ``second_links``; the last two may be empty.
    """
    return f"""
WITH homes AS (
  SELECT * FROM {inputs["house_registry"]} WHERE pid IS NOT NULL
),
months AS (
  SELECT DISTINCT period FROM homes
),
births AS (
  SELECT b.child_pid, b.born_on, b.period, {_MONTH.replace("born_on", "b.born_on")} AS born_in,
    coalesce(b.pid, l.pid) AS mother_pid,
    CASE WHEN b.pid IS NOT NULL THEN '{CID.name}' ELSE l.route END AS mother_route,
    CASE WHEN b.pid IS NOT NULL THEN 1.0 ELSE l.weight END AS mother_weight
  FROM {inputs["births"]} b
  LEFT JOIN {inputs["second_links"]} l
    ON l.dataset = 'births' AND l.place = 1 AND l.period = b.period AND l.row_number = b.row_number
),
children AS (
  SELECT * FROM (
    SELECT *, row_number() OVER (
      PARTITION BY child_pid ORDER BY period DESC, coalesce(mother_weight, 0) DESC, mother_pid, born_on
    ) AS turn FROM births WHERE child_pid IS NOT NULL
  ) ranked WHERE turn = 1
),
alive AS (
  SELECT pid, period FROM homes
  UNION SELECT child_pid, born_in FROM births WHERE child_pid IS NOT NULL
  UNION SELECT mother_pid, born_in FROM births WHERE mother_pid IS NOT NULL
),
persons AS (
  SELECT pid, min(since) AS since FROM (
    SELECT pid, period AS since FROM homes UNION ALL SELECT child_pid, born_in FROM children
  ) known GROUP BY pid
),
last_known AS (
  SELECT * FROM (
    SELECT pid, birth_year, sex_code, row_number() OVER (PARTITION BY pid ORDER BY period DESC) AS turn FROM homes
  ) ranked WHERE turn = 1
),
houses AS (
  SELECT period, house_id, count(*) AS household_members FROM homes WHERE house_id IS NOT NULL GROUP BY period, house_id
)
SELECT p.pid, m.period, h.pid IS NOT NULL AS is_resident, CASE WHEN a.pid IS NOT NULL THEN true END AS is_alive,
  h.house_id, s.household_members,
  coalesce(h.birth_year, k.birth_year, CAST(substring(c.born_in, 1, 4) AS INT)) AS birth_year,
  coalesce(h.sex_code, k.sex_code) AS sex_code, h.province_code, h.amphoe_code,
  c.mother_pid, c.mother_route, c.mother_weight
FROM persons p
JOIN months m ON m.period >= p.since
LEFT JOIN homes h ON h.pid = p.pid AND h.period = m.period
LEFT JOIN houses s ON s.house_id = h.house_id AND s.period = h.period
LEFT JOIN alive a ON a.pid = p.pid AND a.period = m.period
LEFT JOIN last_known k ON k.pid = p.pid
LEFT JOIN children c ON c.child_pid = p.pid
"""  # noqa: S608  # names of tables and views are the caller's, never data
