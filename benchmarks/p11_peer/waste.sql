-- How much waste there is, how far a sanitary site is, and how long each site lasts.

-- Late weights tell of an earlier month; a corrected one is recorded later.
CREATE OR REPLACE TABLE weights AS
WITH written AS MATERIALIZED (
    SELECT code("รหัสอำเภอ") AS amphoe_code, code("รหัสสถานที่กำจัด") AS site_id, code("ประเภทขยะ") AS kind,
           TRY_CAST(plain("ปริมาณ (ตัน)") AS DECIMAL(14, 3)) AS tonnes, code("รหัส อปท.") AS office,
           day_of("วันที่บันทึก") AS latest_on
    FROM raw.waste_collection WHERE month_in("ประจำเดือน") = getvariable('period')
)
SELECT * EXCLUDE (office, latest_on) FROM written
QUALIFY row_number() OVER (PARTITION BY office, kind ORDER BY latest_on DESC) = 1;

CREATE OR REPLACE TABLE sites AS
WITH written AS MATERIALIZED (
    SELECT code("รหัสสถานที่") AS site_id, code("อำเภอ") AS amphoe_code, code("วิธีกำจัด") AS kind,
           plain("LAT")::DOUBLE AS north, plain("LONG")::DOUBLE AS east,
           plain("ความจุ (ตัน)")::DECIMAL(14, 3) AS capacity, plain("ขยะสะสม (ตัน)")::DECIMAL(14, 3) AS filled,
           day_of("วันที่ตรวจ") AS latest_on
    FROM raw.disposal_sites
)
SELECT * EXCLUDE latest_on FROM written
QUALIFY row_number() OVER (PARTITION BY site_id ORDER BY latest_on DESC) = 1;

CREATE OR REPLACE TABLE fees AS
WITH written AS MATERIALIZED (
    SELECT digits("รหัสประจำบ้าน") AS house_id, code("การให้บริการเก็บขยะ") = 'YES' AS is_served,
           is_served AND day_of("วันที่ชำระ") IS NOT NULL AS is_paid, day_of("วันที่บันทึก") AS latest_on
    FROM raw.waste_fees
)
SELECT * EXCLUDE latest_on FROM written
QUALIFY row_number() OVER (PARTITION BY house_id ORDER BY latest_on DESC) = 1;

CREATE OR REPLACE TABLE complaints AS
WITH written AS MATERIALIZED (
    SELECT digits("รหัสประจำบ้าน") AS house_id, code("อำเภอ") AS amphoe_code, day_of("วันรับเรื่อง") AS made_on,
           code("เลขรับเรื่อง") AS complaint_no, day_of("ปรับปรุงล่าสุด") AS latest_on
    FROM raw.waste_complaints
)
SELECT * EXCLUDE (complaint_no, latest_on) FROM written
QUALIFY row_number() OVER (PARTITION BY complaint_no ORDER BY latest_on DESC) = 1;

-- Great-circle metres from each amphoe's reference point to the nearest sanitary site.
CREATE OR REPLACE TABLE distances AS
WITH pairs AS (
    SELECT p.amphoe_code, pow(sin((radians(s.north) - radians(p.north)) / 2), 2)
           + cos(radians(p.north)) * cos(radians(s.north))
           * pow(sin((radians(s.east) - radians(p.east)) / 2), 2) AS chord
    FROM words.amphoe_points p, sites s WHERE list_contains(getvariable('waste_sanitary_kinds'), s.kind)
)
SELECT amphoe_code, min(floor(2 * getvariable('waste_earth_radius_m') * asin(sqrt(chord)) + 0.5))::BIGINT AS metres
FROM pairs GROUP BY amphoe_code;

CREATE OR REPLACE TABLE mart.waste_by_amphoe AS
WITH living AS (
    SELECT amphoe_code, count(*) AS persons FROM homes GROUP BY 1
), housed AS (
    SELECT amphoe_code, count(*) AS households, count_where(is_served) AS served_households,
           count_where(is_paid) AS paying_households
    FROM houses LEFT JOIN fees USING (house_id) GROUP BY 1
), weighed AS (
    SELECT amphoe_code, sum(tonnes) AS collected,
           sum(tonnes) FILTER (list_contains(getvariable('waste_recycled_kinds'), kind)) AS recycled
    FROM weights GROUP BY 1
), complained AS (  -- where the house is registered, else where the complaint was taken down
    SELECT coalesce(o.amphoe_code, c.amphoe_code) AS amphoe_code, count(*) AS waste_complaints
    FROM complaints c LEFT JOIN houses o USING (house_id) WHERE month_of(made_on) = getvariable('period') GROUP BY 1
), joined AS (
    SELECT amphoe_code, coalesce(COLUMNS(* EXCLUDE amphoe_code), 0)
    FROM living FULL JOIN housed USING (amphoe_code) FULL JOIN weighed USING (amphoe_code)
    FULL JOIN complained USING (amphoe_code)
)
SELECT amphoe_code[1:2] AS province_code, amphoe_code, persons, households,
       collected AS waste_collected_tonnes, recycled AS recycled_tonnes,
       ratio3((1000 * collected)::BIGINT, persons * day(last_day(getvariable('first_day')))) AS waste_kg_per_head_day,
       ratio2((100000 * recycled)::BIGINT, (1000 * collected)::BIGINT) AS recycled_percent,
       served_households, paying_households, waste_complaints,
       ratio2(1000 * waste_complaints, households) AS complaints_per_1000_households,
       metres AS sanitary_distance_m, coalesce(metres > getvariable('waste_far_m'), false) AS is_far_from_sanitary,
       getvariable('period') AS period
FROM joined LEFT JOIN distances USING (amphoe_code);

CREATE OR REPLACE TABLE mart.site_years AS
WITH brought AS (
    SELECT site_id, sum(tonnes) AS inflow FROM weights WHERE site_id IS NOT NULL GROUP BY 1
), known AS (
    SELECT *, coalesce(inflow, 0) AS month_inflow,  -- the month's inflow is taken to come all year
           ratio2((1000 * greatest(capacity - filled, 0))::BIGINT,
                  (1000 * month_inflow)::BIGINT * getvariable('waste_months_per_year')) AS years
    FROM sites LEFT JOIN brought USING (site_id)
)
SELECT site_id AS waste_site_id, amphoe_code[1:2] AS province_code, amphoe_code, kind AS waste_site_kind_code,
       capacity AS site_capacity_tonnes, filled AS site_filled_tonnes, month_inflow AS month_inflow_tonnes,
       years AS site_years_left, coalesce(years < getvariable('waste_full_soon_years'), false) AS is_full_soon,
       filled > capacity AS is_overfull, getvariable('period') AS period
FROM known;
