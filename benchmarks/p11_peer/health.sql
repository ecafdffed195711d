-- Where girls become mothers and leave school, and which persons with a disability draw no allowance.

-- The students' files of every month so far: whether a girl was at school is asked of all of them.
CREATE TABLE IF NOT EXISTS school_files (file VARCHAR, cid BIGINT, status VARCHAR, status_on DATE);
DELETE FROM school_files WHERE file >= getvariable('period')
   OR file < month_of(getvariable('first_day') - to_months(getvariable('health_births_within_months') - 1));
INSERT INTO school_files SELECT getvariable('period'), cid, status, status_on FROM students;

-- Births of the last months; a mother's second row of one day is a correction.
CREATE OR REPLACE TABLE births AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวประชาชนมารดา") AS cid, day_of("วันเดือนปีที่คลอด") AS born_on,
           code("อำเภอที่คลอด") AS born_in, whole("อายุมารดา (ปี)") AS age, day_of("วันที่บันทึก") AS latest_on
    FROM raw.births
)
SELECT * EXCLUDE latest_on FROM written
WHERE cid IS NOT NULL
  AND born_on >= getvariable('first_day') - to_months(getvariable('health_births_within_months') - 1)
QUALIFY row_number() OVER (PARTITION BY cid, born_on ORDER BY latest_on DESC) = 1;

-- At school is whom any file knew there, or as leaving on or after the birth; she has left if the last file says so.
CREATE OR REPLACE TABLE schooling AS
WITH told AS (
    SELECT cid, born_on, file, status = getvariable('health_at_school_status') AS is_there,
           status = getvariable('health_left_school_status') AND status_on >= born_on AS is_gone
    FROM births JOIN school_files USING (cid)
)
SELECT cid, born_on, bool_or(is_there OR is_gone) AS studied, max_by(is_gone, file) AS has_left
FROM told GROUP BY cid, born_on;

CREATE OR REPLACE TABLE mart.teen_births AS
WITH mothers AS (  -- the register's year of birth may dispute the age; nobody is a teen mother by a typing mistake
    SELECT cid, born_on, age, coalesce(h.amphoe_code, born_in) AS amphoe,
           coalesce(year(born_on) - birth_year - age NOT BETWEEN 0 AND getvariable('health_age_years_apart'), false)
           AS is_disputed
    FROM births LEFT JOIN homes h USING (cid)
), aged AS (
    SELECT *, NOT is_disputed AND age BETWEEN getvariable('health_teen_youngest')
                                      AND getvariable('health_teen_oldest') AS is_teen,
           NOT is_disputed AND age BETWEEN getvariable('health_child_youngest')
                                   AND getvariable('health_teen_youngest') - 1 AS is_child
    FROM mothers LEFT JOIN schooling USING (cid, born_on)
), born AS (
    SELECT amphoe AS amphoe_code, count(*) AS births, count_where(is_teen) AS births_15_19,
           count_where(is_child) AS births_10_14, count_where(is_disputed) AS births_age_disputed,
           count_where((is_teen OR is_child) AND studied) AS teen_mothers_students,
           count_where((is_teen OR is_child) AND has_left) AS teen_mothers_left_school
    FROM aged GROUP BY 1
), girls AS (
    SELECT amphoe_code,
           count_where(is_girl AND reaches BETWEEN getvariable('health_teen_youngest')
                                        AND getvariable('health_teen_oldest')) AS girls_15_19,
           count_where(is_girl AND reaches BETWEEN getvariable('health_child_youngest')
                                        AND getvariable('health_teen_youngest') - 1) AS girls_10_14
    FROM (SELECT amphoe_code, year(getvariable('first_day')) - birth_year AS reaches,
                 sex_code = getvariable('health_female_sex') AS is_girl FROM homes)
    GROUP BY 1
), joined AS (
    SELECT amphoe_code, coalesce(COLUMNS(* EXCLUDE amphoe_code), 0)::BIGINT
    FROM girls FULL JOIN born USING (amphoe_code)
)
SELECT *, amphoe_code[1:2] AS province_code,
       ratio2(12000 * births_15_19, girls_15_19 * getvariable('health_births_within_months')) AS teen_birth_rate,
       ratio2(12000 * births_10_14, girls_10_14 * getvariable('health_births_within_months')) AS child_birth_rate,
       ratio2(100 * teen_mothers_left_school, teen_mothers_students) AS left_school_percent,
       getvariable('period') AS period
FROM joined;

-- Who holds several cards has the one issued last; it is valid if it does not end before the month does.
CREATE OR REPLACE TABLE cards AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวคนพิการ") AS cid, code("ประเภทความพิการ") AS kind, day_of("วันบัตรหมดอายุ") AS expires_on,
           code("รหัสอำเภอ") AS issued_in, day_of("วันออกบัตร") AS latest_on
    FROM raw.disability_register
), latest AS (
    SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY cid ORDER BY latest_on DESC) = 1
)
SELECT * FROM latest WHERE expires_on IS NULL OR expires_on >= last_day(getvariable('first_day'));

-- An allowance of an earlier month that is paid late tells of that month.
CREATE OR REPLACE TABLE allowances AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขบัตรประชาชนผู้รับเบี้ย") AS cid, baht("จำนวนเงิน (บาท)") AS allowance, code("อำเภอ") AS paid_in,
           day_of("วันที่จ่าย") AS latest_on
    FROM raw.disability_allowances WHERE month_in("ประจำเดือน") = getvariable('period')
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY latest_on DESC) = 1;

CREATE OR REPLACE TABLE coverage AS
WITH written AS MATERIALIZED (
    SELECT cid("PERSON_ID") AS cid, code("MAIN_INSCL") AS scheme_code, "START_DATE" AS latest_on
    FROM raw.health_coverage
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY latest_on DESC) = 1;

CREATE OR REPLACE TABLE mart.disability_gap AS
WITH persons AS (
    SELECT coalesce(h.amphoe_code, issued_in, paid_in) AS amphoe,
           coalesce(kind, getvariable('health_no_card_group')) AS disability_group_code, allowance,
           v.cid IS NOT NULL AS is_covered
    FROM cards FULL JOIN allowances USING (cid) LEFT JOIN homes h USING (cid) LEFT JOIN coverage v USING (cid)
)
SELECT amphoe[1:2] AS province_code, amphoe AS amphoe_code,
       NOT (amphoe[3:4] = getvariable('health_town_amphoe') OR amphoe[1:2] = getvariable('health_town_province'))
       AS is_far, disability_group_code, count(*) AS group_persons, count(allowance) AS drawing_persons,
       count_where(allowance IS NULL) AS persons_without_allowance,
       count_where(allowance < getvariable('health_allowance_baht')) AS persons_below_rate,
       count_where(NOT is_covered) AS persons_without_coverage, coalesce(sum(allowance), 0) AS total_paid_baht,
       getvariable('period') AS period
FROM persons GROUP BY amphoe, disability_group_code;
