-- Whose electricity bill is a burden, whom the subsidy misses, and where the current was cut.

-- Two authorities, one table: MEA of the capital, PEA of the rest.
CREATE OR REPLACE TABLE meters AS
WITH listed AS (
    SELECT code("MEA No") AS meter_no, "รหัสประจำบ้าน" AS house, "ประเภทผู้ใช้ไฟ" AS kind, "แอมป์" AS ampere,
           "วันที่ปรับปรุง" AS updated_on FROM raw.mea_meters
    UNION ALL
    SELECT code("PEA No"), "รหัสประจำบ้าน", "ประเภทผู้ใช้ไฟ", "ขนาดมิเตอร์ (แอมแปร์)", "วันที่ปรับปรุง"
    FROM raw.pea_meters
), written AS MATERIALIZED (
    SELECT *, day_of(updated_on) AS latest_on
    FROM listed
), latest AS (
    SELECT * EXCLUDE latest_on FROM written
    QUALIFY row_number() OVER (PARTITION BY meter_no ORDER BY latest_on DESC) = 1
)
SELECT meter_no, digits(house) AS house_id, whole(ampere) AS ampere FROM latest
WHERE list_contains(getvariable('energy_household_meters'), code(kind));

-- Bills of the month alone; a late one of an earlier month tells of that month.
CREATE OR REPLACE TABLE bills AS
WITH printed AS (
    SELECT code("MEA No") AS meter_no, "รอบบิล" AS bill_month, "เลขอ่านครั้งก่อน" AS reading_before,
           "เลขอ่านครั้งหลัง" AS reading, "จำนวนหน่วย" AS used, "ค่าไฟฟ้า (บาท)" AS bill, "วันที่ชำระเงิน" AS paid_on,
           "วันที่ออกใบแจ้ง" AS billed_on FROM raw.mea_bills
    UNION ALL
    SELECT code("PEA No"), "ประจำเดือน", "เลขอ่านครั้งก่อน", "เลขอ่านครั้งหลัง", "หน่วยที่ใช้", "ค่าไฟฟ้า (บาท)",
           "วันที่ชำระเงิน", "วันจดหน่วย" FROM raw.pea_bills
), written AS MATERIALIZED (
    SELECT meter_no, whole(used) AS used_kwh, baht(bill) AS baht, day_of(paid_on) IS NOT NULL AS is_paid,
           whole(reading) >= whole(reading_before) AS is_sound, day_of(billed_on) AS latest_on
    FROM printed WHERE month_in(bill_month) = getvariable('period')
), latest AS (
    SELECT * EXCLUDE latest_on FROM written
    QUALIFY row_number() OVER (PARTITION BY meter_no ORDER BY latest_on DESC) = 1
)
-- A reading below the one before it: nobody knows what was used.
SELECT house_id, max(ampere) AS ampere, sum(used_kwh) AS used_kwh, sum(baht) AS bill, bool_and(is_paid) AS is_paid
FROM latest JOIN meters USING (meter_no) WHERE is_sound GROUP BY house_id;

CREATE OR REPLACE TABLE granted AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขบัตรประชาชน") AS cid FROM raw.electricity_subsidies
    WHERE month_in("เดือนที่ช่วยเหลือ") = getvariable('period')
)
SELECT DISTINCT cid FROM written WHERE cid IS NOT NULL;

-- A member's income is the greater of twelve wages and what was declared; a house's that of its members.
CREATE OR REPLACE TABLE mart.energy_burden AS
WITH incomes AS (
    SELECT cid, greatest(declared, getvariable('energy_months_per_year') * wage) AS income
    FROM registrants FULL JOIN wages USING (cid)
), per_house AS (
    SELECT house_id, min(h.amphoe_code) AS amphoe_code, count(r.cid) > 0 AS is_registered,
           count(g.cid) > 0 AS is_subsidised, coalesce(sum(income), 0) AS income
    FROM homes h LEFT JOIN registrants r USING (cid) LEFT JOIN granted g USING (cid) LEFT JOIN incomes USING (cid)
    WHERE house_id IS NOT NULL GROUP BY house_id
), judged AS (
    SELECT *, bill IS NOT NULL AS is_billed, is_billed AND is_registered AS is_judged,
           is_judged AND income > 0 AS has_income,
           is_judged AND used_kwh <= getvariable('energy_low_use_kwh')
           AND ampere <= getvariable('energy_low_use_ampere') AS is_little
    FROM per_house LEFT JOIN bills USING (house_id)
)
SELECT amphoe_code[1:2] AS province_code, amphoe_code, count(*) AS households,
       count_where(is_billed) AS billed_households,
       count_where(is_judged) AS welfare_billed_households,
       ratio2(hundredths(sum(bill) FILTER (is_judged)), 100 * count_where(is_judged)) AS mean_bill_baht,
       count_where(has_income) AS income_known_households,
       count_where(has_income AND bill * getvariable('energy_months_per_year') * 100
                > income * getvariable('energy_burden_percent')) AS burdened_households,
       count_where(is_little) AS low_use_households, count_where(is_little AND NOT is_subsidised) AS missed_households,
       count_where(is_judged AND NOT is_paid) AS overdue_households,
       count_where(is_subsidised) AS subsidised_households,
       count_where(is_subsidised AND NOT is_registered) AS subsidised_unregistered_households,
       getvariable('period') AS period
FROM judged GROUP BY amphoe_code;

CREATE OR REPLACE TABLE mart.outage_hours AS
WITH written AS MATERIALIZED (
    SELECT code("อำเภอ") AS amphoe_code, day_of("วันที่ไฟดับ") AS began_on, day_of("วันที่จ่ายไฟคืน") AS ended_on,
           whole("ระยะเวลา (นาที)") AS minutes, whole("ผู้ใช้ไฟที่ได้รับผลกระทบ (ราย)") AS customers,
           code("เลขที่เหตุ") AS outage_no, day_of("วันรายงาน") AS latest_on
    FROM raw.power_outages
), reported AS (
    SELECT * EXCLUDE (outage_no, latest_on) FROM written
    QUALIFY row_number() OVER (PARTITION BY outage_no ORDER BY latest_on DESC) = 1
), cut AS (  -- one that ended before it began tells nothing that can be reckoned with
    SELECT amphoe_code, count_where(ended_on >= began_on) AS outages,
           count_where(ended_on < began_on) AS outages_unclear,
           sum(minutes * customers) FILTER (ended_on >= began_on) AS lost
    FROM reported WHERE month_of(began_on) = getvariable('period') GROUP BY 1
), housed AS (
    SELECT amphoe_code, count(*) AS households FROM houses GROUP BY 1
), joined AS (
    SELECT amphoe_code, coalesce(households, 0) AS households, coalesce(outages, 0) AS outages,
           coalesce(outages_unclear, 0) AS outages_unclear, coalesce(lost, 0)::BIGINT AS lost
    FROM housed FULL JOIN cut USING (amphoe_code)
)
SELECT amphoe_code[1:2] AS province_code, amphoe_code, households, outages, outages_unclear,
       ratio2(lost, 60) AS customer_hours_lost, ratio2(lost, 60 * households) AS hours_lost_per_household,
       getvariable('period') AS period
FROM joined;
