-- Which houses stood in floods, and where the stored water does not meet the demand.

CREATE OR REPLACE TABLE reached AS
WITH written AS MATERIALIZED (
    SELECT digits("รหัสประจำบ้าน") AS house_id, code("รหัสเหตุอุทกภัย") AS event_id, code("รหัสอำเภอ") AS amphoe_code,
           day_of("วันที่น้ำเข้าบ้าน") AS flooded_on, whole("ระดับน้ำในบ้าน (ซม.)") AS depth,
           baht("มูลค่าความเสียหาย (บาท)") AS damage, day_of("วันที่สำรวจ") AS latest_on
    FROM raw.flooded_households
)
SELECT * EXCLUDE latest_on FROM written
QUALIFY row_number() OVER (PARTITION BY house_id, event_id ORDER BY latest_on DESC) = 1;

-- A row of an event that nobody declared is left out; the house registry knows better where a house is.
CREATE OR REPLACE TABLE mart.flooded_homes AS
WITH per_house AS (
    SELECT house_id, min(amphoe_code) AS declared, count(DISTINCT event_id) AS floods,
           min(flooded_on) AS first_flooded_on, max(flooded_on) AS last_flooded_on, max(depth) AS deepest_cm,
           sum(damage) AS total_damage_baht
    FROM reached WHERE event_id IN (SELECT code("รหัสเหตุอุทกภัย") FROM raw.flood_events) GROUP BY house_id
), placed AS (
    SELECT p.*, coalesce(o.amphoe_code, declared) AS amphoe_code, members
    FROM per_house p LEFT JOIN houses o USING (house_id)
)
SELECT house_id, amphoe_code, amphoe_code[1:2] AS province_code, members IS NOT NULL AS in_house_registry,
       members AS household_members, floods,
       floods >= getvariable('water_repeated_floods') AS is_repeated, first_flooded_on, last_flooded_on, deepest_cm,
       total_damage_baht, getvariable('period') AS period
FROM placed;

CREATE OR REPLACE TABLE demand AS
WITH written AS MATERIALIZED (
    SELECT code("อำเภอ") AS amphoe_code, code("รหัสลุ่มน้ำ") AS basin_code,
           baht("ความต้องการใช้น้ำ (ล้าน ลบ.ม.)") AS mcm, code("ประเภทการใช้น้ำ") AS use_code,
           day_of("วันที่ประมาณการ") AS latest_on
    FROM raw.water_demand
)
SELECT * EXCLUDE (use_code, latest_on) FROM written
QUALIFY row_number() OVER (PARTITION BY amphoe_code, use_code ORDER BY latest_on DESC) = 1;

-- Gauges report late and anew; late readings of an earlier month tell of that one.
CREATE OR REPLACE TABLE rain AS
WITH written AS MATERIALIZED (
    SELECT code("PROV_CODE") AS province_code, TRY_CAST("RAIN_MM" AS DECIMAL(9, 1)) AS mm, code("STATION") AS station,
           "DATE" AS day, "RECEIVED" AS latest_on
    FROM raw.gauge_readings WHERE "DATE"[1:7] = getvariable('period')
), readings AS (
    SELECT * EXCLUDE (station, day, latest_on) FROM written
    QUALIFY row_number() OVER (PARTITION BY station, day ORDER BY latest_on DESC) = 1
)
SELECT province_code, sum(mm) AS rain_mm FROM readings WHERE mm IS NOT NULL GROUP BY 1;

-- Each reservoir holds what it reported on its last day of the month.
CREATE OR REPLACE TABLE basins AS
WITH written AS MATERIALIZED (
    SELECT code("รหัสอ่างเก็บน้ำ") AS reservoir_id, code("ลุ่มน้ำ") AS basin_code, day_of("วันที่") AS measured_on,
           baht("ปริมาตรน้ำ (ล้าน ลบ.ม.)") AS mcm, day_of("วันที่รายงาน") AS reported_on
    FROM raw.reservoir_storage
), reports AS (
    SELECT * FROM written WHERE month_of(measured_on) = getvariable('period')
    QUALIFY row_number() OVER (PARTITION BY reservoir_id ORDER BY measured_on DESC, reported_on DESC) = 1
), held AS (
    SELECT basin_code, sum(mcm) AS storage FROM reports GROUP BY 1
), asked AS (
    SELECT basin_code, sum(mcm) AS demand FROM demand GROUP BY 1
)
SELECT basin_code, demand, storage, ratio2((100 * storage)::BIGINT, (100 * demand)::BIGINT) AS months,
       coalesce(months < getvariable('water_short_months'), false) AS is_short
FROM asked LEFT JOIN held USING (basin_code);

CREATE OR REPLACE TABLE mart.water_by_amphoe AS
WITH housed AS (
    SELECT amphoe_code, count(*) AS households FROM houses GROUP BY 1
), flooded AS (
    SELECT amphoe_code, count(*) AS flooded, count_where(is_repeated) AS repeated FROM mart.flooded_homes GROUP BY 1
), asked AS (
    SELECT amphoe_code, min(basin_code) AS basin_code, sum(mcm) AS amphoe_demand FROM demand GROUP BY 1
), joined AS (
    SELECT *, amphoe_code[1:2] AS province_code
    FROM housed FULL JOIN flooded USING (amphoe_code) FULL JOIN asked USING (amphoe_code)
)
SELECT province_code, amphoe_code, basin_code, coalesce(households, 0) AS households,
       coalesce(flooded, 0) AS flooded_households, coalesce(repeated, 0) AS repeated_households, rain_mm,
       amphoe_demand AS amphoe_demand_mcm, demand AS basin_demand_mcm, storage AS basin_storage_mcm,
       months AS months_of_storage, coalesce(is_short, false) AS is_short, getvariable('period') AS period
FROM joined LEFT JOIN rain USING (province_code) LEFT JOIN basins USING (basin_code);
