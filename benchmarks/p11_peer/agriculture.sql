-- Who is in debt after a failed crop, what the market does not take, and whether crops fail where rain is missing.

SET VARIABLE crop_year = year(getvariable('first_day'))
    - CASE WHEN month(getvariable('first_day')) < getvariable('agriculture_crop_year_begins') THEN 1 ELSE 0 END;

CREATE OR REPLACE TABLE plots AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวประชาชน") AS cid, code("แปลงที่") AS plot_no,
           lpad(code("ชนิดพืชที่ปลูก"), 2, '0') AS crop_code, code("อำเภอที่ตั้งแปลง") AS amphoe_code,
           baht("เนื้อที่ปลูก (ไร่)") AS area, code("แหล่งน้ำ") AS water, day_of("วันที่ปรับปรุงทะเบียน") AS latest_on
    FROM raw.farmer_plots
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid, plot_no, crop_code ORDER BY latest_on DESC) = 1;

CREATE OR REPLACE TABLE harvests AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวเกษตรกร") AS cid, code("แปลงที่") AS plot_no, lpad(code("ชนิดพืช"), 2, '0') AS crop_code,
           code("อำเภอ") AS amphoe_code, day_of("วันเก็บเกี่ยว") AS harvested_on, whole("ผลผลิต (กก.)") AS kg,
           day_of("วันที่รายงาน") AS latest_on
    FROM raw.crop_harvests WHERE whole("ปีเพาะปลูก (ค.ศ.)") = getvariable('crop_year')
)
SELECT * EXCLUDE latest_on FROM written WHERE cid IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY cid, plot_no, crop_code ORDER BY latest_on DESC) = 1;

-- A harvest can be judged if its plot is registered and the yield is one that can be.
CREATE OR REPLACE TABLE judged AS
WITH beside AS (
    SELECT p.*, kg, harvested_on, norms.value AS norm
    FROM plots p JOIN harvests USING (cid, plot_no, crop_code)
    JOIN words.agriculture_crop_norms norms ON norms.key = p.crop_code
)
SELECT *, 100 * kg < getvariable('agriculture_failed_percent') * norm * area AS has_failed
FROM beside WHERE area > 0 AND 100 * kg <= getvariable('agriculture_possible_percent') * norm * area;

-- A loan that was overdue before it began contradicts itself: it is owed, and not overdue.
CREATE OR REPLACE TABLE debts AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวผู้กู้") AS cid, baht("ยอดหนี้คงเหลือ (บาท)") AS owed, day_of("ค้างชำระตั้งแต่") AS since,
           day_of("วันที่ทำสัญญา") AS began_on, code("สัญญาที่") AS loan_no, day_of("ยอด ณ วันที่") AS latest_on
    FROM raw.farm_loans
), latest AS (
    SELECT * EXCLUDE (loan_no, latest_on) FROM written WHERE cid IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY cid, loan_no ORDER BY latest_on DESC) = 1
), known AS (
    SELECT *, coalesce(since < began_on, false) AS is_misdated, owed > 0 AND NOT is_misdated AND coalesce(
        date_diff('day', since, last_day(getvariable('first_day'))) >= getvariable('agriculture_overdue_days'), false
    ) AS is_late
    FROM latest
)
SELECT cid, sum(owed) AS owed, sum(owed) FILTER (is_late) AS owed_late, bool_or(is_late) AS is_overdue,
       count_where(is_misdated) AS misdated
FROM known GROUP BY cid;

CREATE OR REPLACE TABLE mart.farm_debt AS
WITH farmers AS (  -- of a farmer with plots in several amphoe the lowest code stands
    SELECT cid, min(amphoe_code) AS amphoe_code FROM plots GROUP BY cid
), results AS (
    SELECT cid, bool_or(has_failed) AS failed FROM judged GROUP BY cid
), known AS (
    SELECT amphoe_code, coalesce(failed, false) AS failed, coalesce(NOT failed, false) AS was_good,
           failed IS NOT NULL AS is_judged, coalesce(is_overdue, false) AS is_overdue, coalesce(owed, 0) AS owes,
           coalesce(owed_late, 0) AS owes_late, owes > 0 AS borrows, coalesce(misdated, 0) AS misdated
    FROM farmers LEFT JOIN results USING (cid) LEFT JOIN debts USING (cid)
), counted AS (
    SELECT amphoe_code, count(*) AS farmers, count_where(is_judged) AS judged_farmers,
           count_where(failed) AS failed_farmers, count_where(borrows) AS borrowers,
           count_where(is_overdue) AS overdue_farmers, count_where(failed AND borrows) AS failed_borrowers,
           count_where(failed AND is_overdue) AS overdue_failed_farmers,
           count_where(was_good AND borrows) AS other_borrowers,
           count_where(was_good AND is_overdue) AS overdue_other_farmers, sum(misdated)::BIGINT AS misdated_loans,
           sum(owes) AS total_outstanding_baht, sum(owes_late) AS total_overdue_baht,
           quantile_disc(CASE WHEN borrows THEN owes END, 0.5) AS median  -- of an even number the lower one
    FROM known GROUP BY amphoe_code
)
SELECT *, amphoe_code[1:2] AS province_code, CASE WHEN median IS NOT NULL THEN
           (1 + len(list_filter(getvariable('agriculture_debt_bands'), lambda line: median >= line)))::VARCHAR END
       AS median_debt_band, getvariable('period') AS period
FROM counted;

-- The market is the province's: what buyers took since the crop year began, and the month's price beside that of all.
CREATE OR REPLACE TABLE bought AS
WITH written AS MATERIALIZED (
    SELECT code("จังหวัด") AS province_code, lpad(code("สินค้า"), 2, '0') AS crop_code,
           month_in("เดือนที่รับซื้อ") AS bought_in, whole("ปริมาณรับซื้อ (กก.)") AS kg, code("รหัสตลาด") AS market,
           day_of("วันที่รายงาน") AS latest_on
    FROM raw.market_purchases
), latest AS (
    SELECT * EXCLUDE (market, latest_on) FROM written
    QUALIFY row_number() OVER (PARTITION BY market, crop_code, bought_in ORDER BY latest_on DESC) = 1
)
SELECT province_code, crop_code, sum(kg)::BIGINT AS bought FROM latest
WHERE bought_in <= getvariable('period')
  AND bought_in >= format('{}-{:02d}', getvariable('crop_year'), getvariable('agriculture_crop_year_begins'))
GROUP BY ALL;

CREATE OR REPLACE TABLE asked AS
WITH written AS MATERIALIZED (
    SELECT code("จังหวัด") AS province_code, lpad(code("สินค้า"), 2, '0') AS crop_code,
           hundredths(baht("ราคา (บาท/กก.)")) AS price, code("รหัสตลาด") AS market, "สัปดาห์เริ่มวันที่" AS week,
           day_of("วันที่สำรวจ") AS latest_on
    FROM raw.market_prices WHERE "สัปดาห์เริ่มวันที่"[1:7] = getvariable('period')
)
SELECT * EXCLUDE (market, week, latest_on) FROM written
QUALIFY row_number() OVER (PARTITION BY market, crop_code, week ORDER BY latest_on DESC) = 1;

CREATE OR REPLACE TABLE mart.crop_market AS
WITH registered AS (
    SELECT amphoe_code, crop_code, count(DISTINCT cid) AS growers, sum(area) AS planted FROM plots GROUP BY ALL
), reaped AS (
    SELECT amphoe_code, crop_code, sum(kg) AS kg FROM harvests GROUP BY ALL
), grown AS (
    SELECT amphoe_code, crop_code, amphoe_code[1:2] AS province_code, coalesce(growers, 0) AS growers,
           coalesce(planted, 0) AS planted, coalesce(kg, 0)::BIGINT AS kg,
           sum(coalesce(kg, 0)) OVER (PARTITION BY amphoe_code[1:2], crop_code)::BIGINT AS province_kg
    FROM registered FULL JOIN reaped USING (amphoe_code, crop_code)
), usual AS (
    SELECT crop_code, ratio0(sum(price), count(*)) AS usual_price FROM asked GROUP BY 1
), here AS (
    SELECT province_code, crop_code, ratio0(sum(price), count(*)) AS price FROM asked GROUP BY ALL
)
SELECT province_code, amphoe_code, crop_code, growers, planted AS planted_rai, kg AS amphoe_production_kg,
       province_kg AS province_production_kg, coalesce(bought, 0) AS province_purchases_kg,
       ratio1(100 * coalesce(bought, 0), province_kg) AS taken_percent, ratio2(price, 100) AS mean_price_baht,
       CASE WHEN price IS NOT NULL THEN ratio2(usual_price, 100) END AS usual_price_baht,
       ratio1(100 * price, usual_price) AS price_percent,
       coalesce(taken_percent < getvariable('agriculture_glut_percent'), false) AS is_glut,
       getvariable('period') AS period
FROM grown LEFT JOIN bought USING (province_code, crop_code) LEFT JOIN here USING (province_code, crop_code)
LEFT JOIN usual USING (crop_code);

-- Rain beside the mean of the region's provinces; irrigated plots hang on the stored water of their basin.
CREATE OR REPLACE TABLE mart.crop_rain AS
WITH short AS (
    SELECT amphoe_code, min_by(is_short, basin_code) AS is_short FROM demand JOIN basins USING (basin_code) GROUP BY 1
), plots_of_month AS (
    SELECT *, amphoe_code[1:2] AS province_code, water = getvariable('agriculture_irrigated') AS watered,
           watered AND coalesce(is_short, false) AS is_dry_basin
    FROM judged LEFT JOIN short USING (amphoe_code) WHERE month_of(harvested_on) = getvariable('period')
), counted AS (
    SELECT province_code, crop_code, count(*) AS plots, count_where(NOT watered) AS rainfed_plots,
           count_where(NOT watered AND has_failed) AS failed_rainfed_plots, count_where(watered) AS irrigated_plots,
           count_where(watered AND has_failed) AS failed_irrigated_plots,
           count_where(is_dry_basin) AS irrigated_short_plots,
           count_where(is_dry_basin AND has_failed) AS failed_irrigated_short_plots, sum(area) AS planted_rai,
           ratio1(100 * sum(kg), hundredths(sum(area))) AS mean_yield_kg,
           ratio1(10000 * sum(kg), hundredths(sum(area)) * min(norm)) AS norm_percent
    FROM plots_of_month GROUP BY ALL
), fell AS (
    SELECT province_code, rain_mm,
           ratio1((10 * sum(rain_mm) OVER region)::BIGINT, 10 * count(*) OVER region) AS region_rain_mm
    FROM rain WINDOW region AS (PARTITION BY province_code[1])
)
SELECT *, ratio1((1000 * rain_mm)::BIGINT, (10 * region_rain_mm)::BIGINT) AS rain_percent,
       coalesce(rain_percent < getvariable('agriculture_dry_percent'), false) AS is_dry, getvariable('period') AS period
FROM counted LEFT JOIN fell USING (province_code);
