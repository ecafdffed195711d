-- Who works in what they studied, what employers look for, where teachers are missing, and who passes the tests.

CREATE OR REPLACE TABLE students AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวนักเรียน 13 หลัก") AS cid, code("รหัสสถานศึกษา") AS school_code,
           code("รหัสอำเภอ") AS amphoe_code, code("สถานภาพ") AS status, day_of("วันที่มีสถานภาพ") AS status_on
    FROM raw.students
)
SELECT * FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY status_on DESC) = 1;

CREATE OR REPLACE TABLE teachers AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวประชาชน") AS cid, code("รหัสโรงเรียน") AS school_code, code("อำเภอ") AS amphoe_code,
           day_of("วันที่บรรจุหรือย้าย") AS latest_on
    FROM raw.teachers
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY latest_on DESC) = 1;

-- Of several degrees the last one counts.
CREATE OR REPLACE TABLE graduates AS
WITH written AS MATERIALIZED (
    SELECT cid("CITIZEN_ID") AS cid, code("ISCED_F") AS field_code, year(day_of("GRADUATION_DATE")) AS graduation_year
    FROM raw.graduates
)
SELECT * FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY graduation_year DESC) = 1;

CREATE OR REPLACE TABLE occupations AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขบัตรประชาชน") AS cid, code("หมวดอาชีพ") AS occupation_code, day_of("วันที่บันทึก") AS latest_on
    FROM raw.job_occupations
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY latest_on DESC) = 1;

-- Who has an insured wage of the month is at work; what a field leads to stands in the definitions.
CREATE OR REPLACE TABLE mart.graduate_mismatch AS
WITH judged AS (
    SELECT field_code, graduation_year, w.cid IS NOT NULL AS is_insured,
           is_insured AND occupation_code IS NOT NULL AS works,
           works AND NOT coalesce(list_contains(fits.value, occupation_code), false) AS mismatched
    FROM graduates LEFT JOIN wages w USING (cid) LEFT JOIN occupations USING (cid)
    LEFT JOIN words.labour_occupations_of_field fits ON fits.key = field_code
)
SELECT field_code, graduation_year, count(*) AS graduates, count_where(is_insured) AS insured_graduates,
       count_where(works) AS graduates_with_occupation, count_where(mismatched) AS mismatched_graduates,
       getvariable('period') AS period
FROM judged GROUP BY field_code, graduation_year;

CREATE OR REPLACE TABLE mart.labour_demand AS
WITH written AS MATERIALIZED (
    SELECT code("หมวดอาชีพ") AS occupation_code, whole("จำนวนอัตรา") AS openings,
           code("เลขที่ตำแหน่งว่าง") AS vacancy_no, day_of("วันที่ประกาศ") AS latest_on
    FROM raw.vacancies
), posted AS (
    SELECT * EXCLUDE (vacancy_no, latest_on) FROM written
    QUALIFY row_number() OVER (PARTITION BY vacancy_no ORDER BY latest_on DESC) = 1
), wanted AS (
    SELECT occupation_code, count(*) AS vacancies, sum(openings) AS openings FROM posted GROUP BY 1
), working AS (
    SELECT occupation_code, count(*) AS insured_workers FROM occupations SEMI JOIN wages USING (cid) GROUP BY 1
)
SELECT occupation_code, coalesce(insured_workers, 0) AS insured_workers, coalesce(vacancies, 0) AS vacancies,
       coalesce(openings, 0)::BIGINT AS openings, getvariable('period') AS period
FROM working FULL JOIN wanted USING (occupation_code);

CREATE OR REPLACE TABLE mart.skill_test_rates AS
WITH written AS MATERIALIZED (
    SELECT code("year") AS test_year, code("quarterName") AS test_quarter, whole("sumTestAttend") AS attended,
           whole("sumTestResult") AS passed, day_of("asOfDt") AS latest_on
    FROM raw.skill_tests
), published AS (
    SELECT * EXCLUDE latest_on FROM written
    QUALIFY row_number() OVER (PARTITION BY test_year, test_quarter ORDER BY latest_on DESC NULLS LAST) = 1
)
SELECT *, ratio2(100 * passed, attended) AS passed_percent, getvariable('period') AS period
FROM published WHERE attended > 0;

-- A school lacks what its own students ask for; a teacher too many at one makes up for none at another. Where the two
-- registers differ in where a school is the students' stands.
CREATE OR REPLACE TABLE mart.teacher_shortage AS
WITH pupils AS (
    SELECT school_code, min(amphoe_code) AS pupils_amphoe,
           count_where(status = getvariable('labour_studying_status')) AS students
    FROM students GROUP BY 1
), staff AS (
    SELECT school_code, min(amphoe_code) AS staff_amphoe, count(*) AS teachers FROM teachers GROUP BY 1
), schools AS (
    SELECT coalesce(pupils_amphoe, staff_amphoe) AS amphoe_code, coalesce(p.students, 0) AS students,
           coalesce(s.teachers, 0) AS teachers,
           ceil(coalesce(p.students, 0) / getvariable('labour_pupils_per_teacher')) AS needed,
           greatest(needed - coalesce(s.teachers, 0), 0) AS short
    FROM pupils p FULL JOIN staff s USING (school_code)
)
SELECT amphoe_code[1:2] AS province_code, amphoe_code, count(*) AS schools,
       count_where(short > 0) AS schools_short_of_teachers, sum(students)::BIGINT AS students,
       sum(teachers)::BIGINT AS teachers, sum(needed)::BIGINT AS teachers_needed, sum(short)::BIGINT AS teachers_short,
       getvariable('period') AS period
FROM schools GROUP BY amphoe_code;
