-- Whom the welfare scheme includes by mistake and whom it misses, and who knows those whom it misses.

-- The type of household of each house; a member whose year of birth nobody knows is of no age.
CREATE OR REPLACE TABLE kinds AS
WITH aged AS (
    SELECT house_id, birth_year, year(getvariable('first_day')) - birth_year AS age FROM homes
    WHERE house_id IS NOT NULL
), counted AS (
    SELECT house_id, count(*) AS members, count(birth_year) AS known, max(birth_year) - min(birth_year) AS apart,
           count_where(age >= getvariable('targeting_older_from')) AS older,
           count_where(age < getvariable('targeting_child_below')) AS children
    FROM aged GROUP BY house_id
)
SELECT house_id, CASE
    WHEN members = 1 AND older = 1 THEN getvariable('targeting_type_older_alone')
    WHEN members = 1 THEN getvariable('targeting_type_single')
    WHEN older > 0 AND older + children = members THEN getvariable('targeting_type_older_only')
    WHEN children > 0 THEN getvariable('targeting_type_children')
    WHEN members = 2 AND known = 2 AND apart <= getvariable('targeting_couple_years_apart')
    THEN getvariable('targeting_type_couple')
    ELSE getvariable('targeting_type_other') END AS kind
FROM counted;

CREATE OR REPLACE TABLE mart.welfare_targeting AS
WITH housed AS (
    SELECT amphoe_code, kind, count(*) AS households, count_where(is_poor) AS poor_households,
           count_where(registrants > 0) AS households_with_registrant,
           count_where(is_poor AND registrants = 0) AS poor_households_without_registrant
    FROM houses JOIN kinds USING (house_id) GROUP BY ALL
), placed AS (  -- where the house registry puts the registrant; whom it does not know stands where he or she declared
    SELECT coalesce(o.amphoe_code, e.amphoe_code) AS amphoe_code,
           coalesce(k.kind, getvariable('targeting_type_unknown')) AS kind, is_eligible
    FROM eligibility e LEFT JOIN houses o USING (house_id) LEFT JOIN kinds k USING (house_id)
), registered AS (
    SELECT amphoe_code, kind, count(*) AS registrants, count_where(NOT is_eligible) AS ineligible_registrants
    FROM placed GROUP BY ALL
), joined AS (
    SELECT amphoe_code, kind, coalesce(COLUMNS(* EXCLUDE (amphoe_code, kind)), 0)
    FROM housed FULL JOIN registered USING (amphoe_code, kind)
)
SELECT *, amphoe_code[1:2] AS province_code, kind AS household_type_code,
       ratio2(100 * ineligible_registrants, registrants) AS inclusion_error_percent,
       ratio2(100 * poor_households_without_registrant, poor_households) AS exclusion_error_percent,
       getvariable('period') AS period
FROM joined WHERE amphoe_code IS NOT NULL;

-- The ministry knows whom it assessed not too long ago; of several vulnerabilities one that is helped is enough.
CREATE OR REPLACE TABLE assessed AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวประชาชนผู้เปราะบาง") AS cid, day_of("วันที่ประเมิน") AS assessed_on,
           code("ความช่วยเหลือที่ได้รับ") AS help, code("ประเภทความเปราะบาง") AS vulnerability
    FROM raw.vulnerable_persons
), latest AS (
    SELECT * EXCLUDE vulnerability FROM written WHERE cid IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY cid, vulnerability ORDER BY assessed_on DESC) = 1
)
SELECT cid, bool_or(help <> getvariable('targeting_no_help')) AS is_aided FROM latest
WHERE assessed_on >= getvariable('first_day') - to_months(getvariable('targeting_assessed_within_months') - 1)
GROUP BY cid;

-- A case counts while it is open, as of its last stage.
CREATE OR REPLACE TABLE enforced AS
WITH written AS MATERIALIZED (
    SELECT cid("เลขประจำตัวประชาชนลูกหนี้") AS cid, code("ขั้นตอนการบังคับคดี") AS stage,
           day_of("วันที่พิพากษา") AS judged_on, day_of("วันที่เข้าขั้นตอน") AS latest_on
    FROM raw.debt_enforcements
), latest AS (
    SELECT * EXCLUDE (judged_on, latest_on) FROM written WHERE cid IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY cid, judged_on ORDER BY latest_on DESC) = 1
)
SELECT DISTINCT cid FROM latest WHERE list_contains(getvariable('targeting_open_stages'), stage);

-- Members of poor houses without a registrant; five channels in their order, the last one knows whom no other does.
CREATE OR REPLACE TABLE mart.welfare_missed AS
WITH missed AS (
    SELECT h.cid, house_id, o.amphoe_code[1:2] AS province_code,
           kind = getvariable('targeting_type_older_alone') AS is_older_alone, coalesce(a.is_aided, false) AS is_aided,
           a.cid IS NOT NULL AS social, e.cid IS NOT NULL AS court,
           coalesce(scheme_code = getvariable('targeting_universal_scheme'), false) AS universal,
           coalesce(scheme_code <> getvariable('targeting_universal_scheme'), false) AS other
    FROM homes h JOIN houses o USING (house_id) JOIN kinds USING (house_id)
    LEFT JOIN assessed a USING (cid) LEFT JOIN enforced e USING (cid) LEFT JOIN coverage USING (cid)
    WHERE o.is_poor AND o.registrants = 0
), known AS (
    SELECT *, [social, court, universal, other, NOT (social OR court OR universal OR other)] AS knows FROM missed
), at_home AS (  -- of the last channel: nobody of the house is known
    SELECT house_id,
           [bool_or(social), bool_or(court), bool_or(universal), bool_or(other), bool_and(knows[5])] AS reaches
    FROM known GROUP BY house_id
), told AS (
    SELECT province_code, i, knows[i] AS is_known, list_position(knows, true) = i AS is_first, reaches[i] AS is_reached,
           is_aided, is_older_alone
    FROM known JOIN at_home USING (house_id), range(1, 6) channels(i)
)
SELECT province_code, getvariable('targeting_channels')[i] AS channel_code, count_where(is_first) AS missed_persons,
       count_where(is_known) AS known_persons, count_where(is_reached) AS reached_persons,
       count_where(is_first AND NOT is_aided) AS unaided_persons,
       count_where(is_first AND is_older_alone) AS older_alone_persons, getvariable('period') AS period
FROM told GROUP BY province_code, i;
