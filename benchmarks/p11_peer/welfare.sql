-- Who registered as poor, what other registers know of them, and of the houses they live in.

-- Who registered twice counts as of the later day.
CREATE OR REPLACE TABLE registrants AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวประชาชน") AS cid, code("รหัสจังหวัด") AS province_code, code("รหัสอำเภอ") AS amphoe_code,
           baht("รายได้ต่อปี (บาท)") AS declared, baht("หนี้สิน (บาท)") AS debt, baht("ที่ดิน (ไร่)") AS land,
           day_of("วันที่ลงทะเบียน") AS latest_on
    FROM raw.welfare_registrants
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY latest_on DESC) = 1;

-- Late rows tell of an earlier month; a correction of a wage is reported later.
CREATE OR REPLACE TABLE wages AS
WITH written AS MATERIALIZED (
    SELECT cid("SSN_ID") AS cid, digits("EMPLOYER_ID") AS employer, baht("WAGE") AS wage, "REPORT_DATE" AS reported_on
    FROM raw.insured_persons WHERE month_in("WAGE_MONTH") = getvariable('period')
), counted AS (
    SELECT * FROM written WHERE cid IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY cid, employer ORDER BY reported_on DESC) = 1
)
SELECT cid, sum(wage) AS wage FROM counted GROUP BY cid;

-- Who moved stands in the register twice; the later house counts.
CREATE OR REPLACE TABLE homes AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวประชาชน") AS cid, digits("เลขรหัสประจำบ้าน") AS house_id, code("อำเภอ") AS amphoe_code,
           year(day_of("วันเดือนปีเกิด")) AS birth_year, code("เพศ") AS sex_code,
           day_of("วันที่ย้ายเข้า") AS latest_on
    FROM raw.house_registry
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY latest_on DESC) = 1;

-- A plate counts once, for its owner of the later registration, and only if it is a kind of car that counts.
CREATE OR REPLACE TABLE cars AS
WITH written AS MATERIALIZED (
    SELECT upper(bare("เลขทะเบียนรถ")) AS plate, cid("เลขบัตรผู้ครอบครอง") AS cid, code("ประเภทรถ") AS kind,
           day_of("วันจดทะเบียนครั้งแรก") AS latest_on
    FROM raw.vehicles
), plates AS (
    SELECT * EXCLUDE latest_on FROM written
    QUALIFY row_number() OVER (PARTITION BY plate ORDER BY latest_on DESC) = 1
)
SELECT cid, count(*) AS cars FROM plates
WHERE cid IS NOT NULL AND list_contains(getvariable('welfare_car_types_counted'), kind) GROUP BY cid;

-- One row a house. A house that the register puts into two amphoe stands in the lower one.
CREATE OR REPLACE TABLE houses AS
WITH counted AS (
    SELECT house_id, min(h.amphoe_code) AS amphoe_code, count(*) AS members, coalesce(sum(cars), 0) AS cars,
           getvariable('welfare_months_per_year') * coalesce(sum(wage), 0) AS income, count(r.cid) AS registrants
    FROM homes h LEFT JOIN wages USING (cid) LEFT JOIN cars USING (cid) LEFT JOIN registrants r USING (cid)
    WHERE house_id IS NOT NULL GROUP BY house_id
), per_head AS (
    SELECT *, ratio2(hundredths(income), 100 * members) AS income_per_head FROM counted
)
SELECT *, income_per_head <= getvariable('welfare_poor_income_per_year_baht') AND cars = 0 AS is_poor FROM per_head;

-- Each registrant beside wages, house and cars; what is not known speaks against nobody.
CREATE OR REPLACE TABLE eligibility AS
WITH known AS (
    SELECT r.*, coalesce(w.wage, 0) AS wage, getvariable('welfare_months_per_year') * coalesce(w.wage, 0) AS earned,
           w.cid IS NOT NULL AS is_insured, h.cid IS NOT NULL AS in_registry, h.house_id, o.members, o.income,
           o.income_per_head, coalesce(c.cars, 0) AS cars
    FROM registrants r LEFT JOIN wages w USING (cid) LEFT JOIN homes h USING (cid)
    LEFT JOIN houses o USING (house_id) LEFT JOIN cars c USING (cid)
), judged AS (
    SELECT *, coalesce(earned - declared > getvariable('welfare_contradiction_tolerance_baht'), false) AS contradicts,
           coalesce(greatest(earned, declared) > getvariable('welfare_poor_income_per_year_baht'), false)
           OR coalesce(income_per_head > getvariable('welfare_poor_income_per_year_baht'), false) AS over_income,
           cars > 0 OR coalesce(land > getvariable('welfare_max_land_rai_farm'), false) AS over_assets
    FROM known
)
SELECT *, NOT over_income AND NOT over_assets AS is_eligible FROM judged;

CREATE OR REPLACE TABLE mart.welfare_eligibility AS
SELECT cid::VARCHAR AS cid, province_code, amphoe_code, declared AS declared_income_baht, wage AS wage_baht, is_insured,
       earned AS registered_income_baht, in_registry AS in_house_registry, members AS household_members,
       income AS household_income_baht, income_per_head AS household_income_per_head_baht, cars, debt AS debt_baht,
       land AS land_rai, contradicts AS is_contradiction, over_income AS is_over_income,
       over_assets AS is_over_assets, is_eligible, getvariable('period') AS period
FROM eligibility;

CREATE OR REPLACE TABLE mart.welfare_by_amphoe AS
WITH living AS (
    SELECT amphoe_code, count(*) AS persons FROM homes GROUP BY 1
), housed AS (
    SELECT amphoe_code, count(*) AS households, count_where(is_poor) AS poor_households,
           count_where(is_poor AND registrants = 0) AS poor_households_without_registrant
    FROM houses GROUP BY 1
), registered AS (
    SELECT amphoe_code, count(*) AS registrants, count_where(is_insured) AS insured_registrants,
           count_where(contradicts) AS contradictions, count_where(over_income) AS over_income,
           count_where(over_assets) AS over_assets, count_where(is_eligible) AS eligible
    FROM eligibility GROUP BY 1
)
SELECT amphoe_code[1:2] AS province_code, amphoe_code, COLUMNS(* EXCLUDE amphoe_code)::BIGINT,
       getvariable('period') AS period
FROM (SELECT amphoe_code, coalesce(COLUMNS(* EXCLUDE amphoe_code), 0)
      FROM living FULL JOIN housed USING (amphoe_code) FULL JOIN registered USING (amphoe_code));
