-- Which buses are late, where roads are congested, and who comes by air.

-- Percentiles are by rank: one of the values, at place ceiling(n x percent / 100).
CREATE OR REPLACE MACRO by_rank(numbers, percent) AS list_sort(numbers)[(percent * len(numbers) + 99) // 100];
CREATE OR REPLACE MACRO pow2(n) AS n::BIGINT * n::BIGINT;
CREATE OR REPLACE MACRO micro(s) AS (1000000 * TRY_CAST(s AS DECIMAL(10, 6)))::BIGINT;
-- A second of the service day, which goes on after midnight, may lie in the next month: its positions come then.
CREATE OR REPLACE MACRO is_within(service_on, second) AS service_on + (second // 86400)::INT < getvariable('next_day');

CREATE OR REPLACE TABLE timetable AS
WITH written AS MATERIALIZED (
    SELECT code("เที่ยวรถ") AS trip, code("สาย") AS route_code, code("จังหวัด") AS province_code,
           whole("ลำดับป้าย") AS stop, micro("ละติจูดป้าย") AS north, micro("ลองจิจูดป้าย") AS east,
           code("วันเดินรถ") AS service_day,
           whole("เวลาถึง (ชั่วโมง)") * 3600 + whole("เวลาถึง (นาที)") * 60 AS planned,
           day_of("วันที่ออกตาราง") AS latest_on
    FROM raw.bus_schedule
)
SELECT * EXCLUDE latest_on FROM written
QUALIFY row_number() OVER (PARTITION BY trip, stop ORDER BY latest_on DESC) = 1;

-- Where a bus was, once for each second; not in another country, and no faster than a bus can be.
CREATE OR REPLACE TABLE fixes AS
WITH written AS MATERIALIZED (
    SELECT "รหัสเที่ยว" AS trip, day_of("วันให้บริการ") AS service_on, day_of("วันที่บันทึก") AS seen_on,
           "เวลา (วินาทีของวัน)"::INT AS second, micro("LAT") AS north, micro("LON") AS east,
           "ความเร็ว (กม./ชม.)"::DECIMAL(6, 1) AS speed, "รหัสรถ" AS bus, day_of("วันที่รับข้อมูล") AS latest_on
    FROM raw.bus_positions
), latest AS (
    SELECT * EXCLUDE (bus, latest_on) FROM written
    QUALIFY row_number() OVER (PARTITION BY bus, seen_on, second ORDER BY latest_on DESC) = 1
)
SELECT trip, service_on, north, east, (seen_on - service_on) * 86400 + second AS moment FROM latest
WHERE month_of(service_on) = getvariable('period') AND north BETWEEN 5600000 AND 20500000
  AND east BETWEEN 97300000 AND 105700000 AND speed BETWEEN 0 AND 150;

-- An arrival is the position nearest to the stop within the radius, of equally near ones the first. Millimetres of a
-- plane, squared: in whole numbers no two engines differ.
CREATE OR REPLACE TABLE arrived AS
WITH stops AS (
    SELECT trip, stop, planned, north, east, mm.value AS east_mm
    FROM timetable JOIN words.transport_longitude_mm mm ON mm.key = (north + 500000) // 1000000
), met AS (
    SELECT trip, service_on, stop, moment, planned,
           pow2((f.north - s.north) * getvariable('transport_latitude_mm')) + pow2((f.east - s.east) * east_mm) AS away
    FROM fixes f JOIN stops s USING (trip) WHERE is_within(service_on, planned)
)
SELECT trip, service_on, stop, min_by(moment - planned, (away, moment)) AS delay FROM met
WHERE away <= pow2(1000 * getvariable('transport_stop_radius_m')) GROUP BY ALL;

CREATE OR REPLACE TABLE mart.bus_punctuality AS
WITH trips AS (
    SELECT trip, min(province_code) AS province_code, min(route_code) AS route_code, min(service_day) AS service_day,
           min(planned) AS start
    FROM timetable GROUP BY trip
), days AS (
    SELECT unnest(generate_series(getvariable('first_day'), last_day(getvariable('first_day')), INTERVAL 1 DAY))::DATE
           AS service_on
), runs AS (  -- every trip on every day of the month on which it runs
    SELECT trip, service_on, province_code, route_code, (start // 3600 % 24)::INT AS hour
    FROM trips JOIN words.transport_service_days running ON running.key = service_day
    JOIN days ON list_contains(running.value, isodow(service_on)) WHERE is_within(service_on, start)
), seen AS (
    SELECT DISTINCT trip, service_on FROM fixes
), told AS (
    SELECT trip, service_on, list(delay) AS delays FROM arrived GROUP BY ALL
), counted AS (
    SELECT province_code, route_code, hour, count(*) AS trips_planned, count(delays) AS trips_observed,
           count_where(s.trip IS NOT NULL AND delays IS NULL) AS trips_unseen,
           count_where(s.trip IS NULL) AS trips_missing, coalesce(flatten(list(delays)), []) AS delays
    FROM runs LEFT JOIN seen s USING (trip, service_on) LEFT JOIN told USING (trip, service_on) GROUP BY ALL
)
SELECT * EXCLUDE delays, len(delays) AS arrivals,
       len(list_filter(delays, lambda d: d > getvariable('transport_late_seconds'))) AS arrivals_late,
       len(list_filter(delays, lambda d: d < -getvariable('transport_early_seconds'))) AS arrivals_early,
       ratio4(arrivals_late, arrivals) AS late_share, ratio4(arrivals_early, arrivals) AS early_share,
       by_rank(delays, getvariable('transport_median_percent')) AS median_delay_seconds,
       by_rank(delays, getvariable('transport_high_percent')) AS p90_delay_seconds, getvariable('period') AS period
FROM counted;

-- Hours of the month alone, in tenths of a kilometre; where nobody passed there is no speed.
CREATE OR REPLACE TABLE hours AS
WITH written AS MATERIALIZED (
    SELECT "STATION" AS station, "PROVINCE" AS province_code, "SETTING" AS setting_code, "HOUR"::INT AS hour,
           "VEHICLES"::BIGINT AS vehicles,
           (10 * TRY_CAST("SPEED" AS DECIMAL(6, 1)))::BIGINT AS speed, "DATE" AS counted_on,
           "RECEIVED" AS latest_on
    FROM raw.traffic_counts WHERE "DATE"[1:7] = getvariable('period')
), latest AS (
    SELECT * EXCLUDE (counted_on, latest_on) FROM written
    QUALIFY row_number() OVER (PARTITION BY station, counted_on, hour ORDER BY latest_on DESC) = 1
)
SELECT * FROM latest WHERE speed IS NOT NULL;

-- A station's free flow is a high percentile of its own hours; slower than a share of it is congested.
CREATE OR REPLACE TABLE mart.congestion AS
WITH stations AS (
    SELECT station, by_rank(list(speed), getvariable('transport_free_flow_percent')) AS free FROM hours GROUP BY 1
), counted AS (
    SELECT province_code, setting_code, hour, count(DISTINCT station) AS stations, count(*) AS hours_counted,
           sum(vehicles)::BIGINT AS vehicle_count, sum(speed)::BIGINT AS speeds, sum(free)::BIGINT AS frees,
           count_where(100 * speed < getvariable('transport_congested_percent') * free) AS congested_hours
    FROM hours JOIN stations USING (station) GROUP BY ALL
)
SELECT *, ratio1(speeds, 10 * hours_counted) AS mean_speed_kmh, ratio1(frees, 10 * hours_counted) AS free_flow_kmh,
       ratio4(speeds, frees) AS speed_ratio, ratio4(congested_hours, hours_counted) AS congested_share,
       getvariable('period') AS period
FROM counted;

-- A day may be sent late or anew in a later month: the mart looks at this month's file and three before it.
CREATE TABLE IF NOT EXISTS landed (
    sent_in VARCHAR, nationality_code VARCHAR, airport VARCHAR, arrived_on DATE, flights BIGINT, passengers BIGINT,
    received_on DATE
);
DELETE FROM landed WHERE sent_in >= getvariable('period')
   OR sent_in < month_of(getvariable('first_day') - to_months(3));
INSERT INTO landed
SELECT getvariable('period'), code("สัญชาติ"), code("ท่าอากาศยาน"), day_of("วันที่เดินทางเข้า"),
       whole("จำนวนเที่ยวบิน"), whole("จำนวนผู้โดยสาร (คน)"), day_of("วันที่ปรับปรุง")
FROM raw.flight_arrivals;

CREATE OR REPLACE TABLE mart.air_arrivals AS
WITH latest AS (
    SELECT *, month_of(arrived_on) AS month FROM landed WHERE month IN (SELECT sent_in FROM landed)
    QUALIFY row_number() OVER (PARTITION BY nationality_code, airport, arrived_on
                               ORDER BY received_on DESC, sent_in DESC) = 1
), months AS (  -- a month is whole when its last day is there
    SELECT month, max(day(arrived_on)) AS last, max(day(last_day(arrived_on))) AS days, last = days AS is_whole
    FROM latest GROUP BY month
), now AS (
    SELECT days AS now_days, is_whole AS now_whole,
           CASE WHEN is_whole THEN getvariable('transport_nowcast_day') ELSE last END AS asked
    FROM months WHERE month = getvariable('period')
), dated AS (  -- as large a part of each month as the days asked about are of this one: 10 of 28 days are 11 of 31
    SELECT latest.*, last, now_whole, ratio0(asked * days, now_days) AS until, day(arrived_on) <= until AS is_early,
           month = getvariable('period') AS is_now, is_whole AND month < getvariable('period') AS is_usual,
           is_usual AND now_whole AND month = month_of(getvariable('first_day') - to_months(1)) AS is_before
    FROM latest JOIN months USING (month), now
), summed AS (
    SELECT nationality_code, sum(flights) FILTER (is_now) AS flights, sum(passengers) FILTER (is_now) AS passengers,
           sum(passengers) FILTER (is_before) AS previous_passengers, max(last) FILTER (is_now) AS days_seen,
           max(until) FILTER (is_now) AS as_of_day,
           coalesce(sum(passengers) FILTER (is_now AND is_early), 0) AS passengers_by_day,
           sum(passengers) FILTER (is_usual) AS usual, sum(passengers) FILTER (is_usual AND is_early) AS usual_by_day
    FROM dated GROUP BY 1
)
SELECT *, ratio4(passengers, previous_passengers) - 1 AS passengers_change,
       CASE WHEN is_enough THEN ratio4(usual_by_day, usual) END AS usual_share_by_day,
       CASE WHEN is_enough THEN ratio0(passengers_by_day * usual, usual_by_day) END AS nowcast_passengers,
       getvariable('period') AS period
FROM (SELECT *, usual_by_day >= getvariable('transport_nowcast_least') AS is_enough FROM summed)
WHERE passengers IS NOT NULL;
