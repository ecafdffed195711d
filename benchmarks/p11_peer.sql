-- The welfare question answered by hand: one process, no seal, no signature, no gate, no history, no access rule.
-- Placeholders {mof}, {sso}, {dopa}, {dlt} are views of the offices' files as text; {period}, {poor}, {land}, {tolerance}.
CREATE OR REPLACE MACRO ascii(s) AS translate(s, '๐๑๒๓๔๕๖๗๘๙', '0123456789');
CREATE OR REPLACE MACRO bare(s) AS regexp_replace(ascii(s), '[\s\-\x{00a0}]', '', 'g');
CREATE OR REPLACE MACRO digit(s, i) AS (unicode(s[i]) - 48);
CREATE OR REPLACE MACRO good(s) AS regexp_full_match(s, '9[0-9]{12}')
    AND (11 - (13*digit(s,1) + 12*digit(s,2) + 11*digit(s,3) + 10*digit(s,4) + 9*digit(s,5) + 8*digit(s,6) + 7*digit(s,7)
         + 6*digit(s,8) + 5*digit(s,9) + 4*digit(s,10) + 3*digit(s,11) + 2*digit(s,12)) % 11) % 10 = digit(s,13)
    AND s[1:12] NOT IN ('999999999999', '901234567890', '987654321098');
CREATE OR REPLACE MACRO cid(s) AS CASE
    WHEN regexp_matches(s, '^\s*\d+\.\d*\s*$|[eE]\+') THEN NULL WHEN good(bare(s)) THEN bare(s)::BIGINT END;
CREATE OR REPLACE MACRO baht(s) AS TRY_CAST(replace(s, ',', '') AS DECIMAL(14, 2));
CREATE OR REPLACE MACRO month_of(s) AS coalesce(
    list_position(['ม.ค.','ก.พ.','มี.ค.','เม.ย.','พ.ค.','มิ.ย.','ก.ค.','ส.ค.','ก.ย.','ต.ค.','พ.ย.','ธ.ค.'], s),
    list_position(['มกราคม','กุมภาพันธ์','มีนาคม','เมษายน','พฤษภาคม','มิถุนายน','กรกฎาคม','สิงหาคม','กันยายน','ตุลาคม','พฤศจิกายน','ธันวาคม'], s));
CREATE OR REPLACE MACRO day_of(s) AS CASE
    WHEN contains(s, '/') THEN make_date(s[7:10]::INT - 543, s[4:5]::INT, s[1:2]::INT)
    ELSE make_date(split_part(ascii(s), ' ', 3)::INT - 543, month_of(split_part(ascii(s), ' ', 2))::INT,
                   split_part(ascii(s), ' ', 1)::INT) END;

CREATE OR REPLACE TABLE registrants AS
SELECT cid("เลขประจำตัวประชาชน") AS cid, "รหัสจังหวัด" AS province_code, "รหัสอำเภอ" AS amphoe_code,
       baht("รายได้ต่อปี (บาท)") AS declared, baht("หนี้สิน (บาท)") AS debt, baht("ที่ดิน (ไร่)") AS land
FROM {mof} WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY day_of("วันที่ลงทะเบียน") DESC) = 1;

CREATE OR REPLACE TABLE wages AS
SELECT cid, sum(wage) AS wage FROM (
    SELECT cid("SSN_ID") AS cid, "EMPLOYER_ID" AS employer, "WAGE_MONTH" AS month, baht("WAGE") AS wage
    FROM {sso} WHERE cid IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY cid, employer, month ORDER BY "REPORT_DATE" DESC) = 1
) WHERE month = '{period}' GROUP BY cid;

CREATE OR REPLACE TABLE homes AS
SELECT cid("เลขประจำตัวประชาชน") AS cid, nullif(bare("เลขรหัสประจำบ้าน"), '') AS house, "อำเภอ" AS amphoe_code
FROM {dopa} WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid ORDER BY "วันที่ย้ายเข้า" DESC) = 1;

CREATE OR REPLACE TABLE cars AS
SELECT cid, count(*) AS cars FROM (
    SELECT upper(regexp_replace(ascii("เลขทะเบียนรถ"), '[\s\-]', '', 'g')) AS plate, cid("เลขบัตรผู้ครอบครอง") AS cid,
           "ประเภทรถ" AS kind
    FROM {dlt}
    QUALIFY row_number() OVER (PARTITION BY plate ORDER BY day_of("วันจดทะเบียนครั้งแรก") DESC) = 1
) WHERE kind IN ({cars}) AND cid IS NOT NULL GROUP BY cid;

CREATE OR REPLACE TABLE houses AS
SELECT house, min(homes.amphoe_code) AS amphoe_code, count(*) AS members, 12 * coalesce(sum(wage), 0) AS income,
       round(12 * coalesce(sum(wage), 0) / count(*), 2) AS per_head, coalesce(sum(cars), 0) AS cars,
       count(registrants.cid) AS registrants
FROM homes LEFT JOIN wages USING (cid) LEFT JOIN cars USING (cid) LEFT JOIN registrants USING (cid)
WHERE house IS NOT NULL GROUP BY house;

CREATE OR REPLACE TABLE eligibility AS
SELECT r.*, coalesce(w.wage, 0) AS wage, w.cid IS NOT NULL AS insured, h.cid IS NOT NULL AS found, o.members, o.per_head,
       coalesce(c.cars, 0) AS cars,
       coalesce(12 * coalesce(w.wage, 0) - declared > {tolerance}, false) AS contradiction,
       greatest(12 * coalesce(w.wage, 0), declared) > {poor} OR coalesce(o.per_head > {poor}, false) AS over_income,
       coalesce(c.cars, 0) > 0 OR coalesce(land > {land}, false) AS over_assets
FROM registrants r LEFT JOIN wages w USING (cid) LEFT JOIN homes h USING (cid)
LEFT JOIN houses o ON o.house = h.house LEFT JOIN cars c USING (cid);

CREATE OR REPLACE TABLE by_amphoe AS
SELECT amphoe_code, registrants, contradictions, eligible, persons, households, poor_households, without_registrant
FROM (SELECT amphoe_code, count(*) AS persons FROM homes GROUP BY 1)
FULL JOIN (SELECT amphoe_code, count(*) AS households, count_if(per_head <= {poor} AND cars = 0) AS poor_households,
                  count_if(per_head <= {poor} AND cars = 0 AND registrants = 0) AS without_registrant
           FROM houses GROUP BY 1) USING (amphoe_code)
FULL JOIN (SELECT amphoe_code, count(*) AS registrants, count_if(contradiction) AS contradictions,
                  count_if(NOT over_income AND NOT over_assets) AS eligible
           FROM eligibility GROUP BY 1) USING (amphoe_code);
