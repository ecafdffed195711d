-- How offices write things down, read in one place. Each macro takes the text of a cell and gives null where nothing
-- was written or nothing can be read. Every file is read by a CTE "written AS MATERIALIZED", so that each cell is read
-- once and not again for the filter and the window above it: ten times less work.

-- Most cells have no Thai letter at all, and are as long in bytes as in letters.
CREATE OR REPLACE MACRO arabic(s) AS
    CASE WHEN strlen(s) = length(s) THEN s ELSE translate(s, '๐๑๒๓๔๕๖๗๘๙', '0123456789') END;
-- Digits as printed on a card or a gate carry dashes and spaces, one of which does not break lines.
CREATE OR REPLACE MACRO bare(s) AS replace(replace(replace(arabic(s), '-', ''), ' ', ''), chr(160), '');
CREATE OR REPLACE MACRO digits(s) AS nullif(bare(s), '');
-- Codes come in small letters and in Thai digits; a dash stands where nothing is known.
CREATE OR REPLACE MACRO code(s) AS nullif(nullif(upper(trim(arabic(s))), '-'), '');

-- Citizen IDs: thirteen digits, the last one of check, and none of the numbers that clerks make up.
CREATE OR REPLACE MACRO place(n, tens) AS n // tens % 10;
CREATE OR REPLACE MACRO sound(n) AS
    (11 - (13 * place(n, 1000000000000) + 12 * place(n, 100000000000) + 11 * place(n, 10000000000)
           + 10 * place(n, 1000000000) + 9 * place(n, 100000000) + 8 * place(n, 10000000) + 7 * place(n, 1000000)
           + 6 * place(n, 100000) + 5 * place(n, 10000) + 4 * place(n, 1000) + 3 * place(n, 100)
           + 2 * place(n, 10)) % 11) % 10 = n % 10
    AND n // 10 % 111111111111 <> 0
    AND n // 10 NOT IN (12345678901, 123456789012, 901234567890, 987654321098);
CREATE OR REPLACE MACRO number_of(t) AS CASE WHEN regexp_full_match(t, '[0-9]{13}') THEN t::BIGINT END;
CREATE OR REPLACE MACRO cid(s) AS CASE WHEN sound(number_of(bare(s))) THEN number_of(bare(s)) END;

CREATE OR REPLACE MACRO plain(s) AS replace(trim(arabic(s)), ',', '');
CREATE OR REPLACE MACRO baht(s) AS TRY_CAST(plain(s) AS DECIMAL(14, 2));
CREATE OR REPLACE MACRO whole(s) AS TRY_CAST(plain(s) AS BIGINT);

-- Days: 2026-02-28 (a system's), 28/02/2569, 28 ก.พ. 2569 and ๒๘ กุมภาพันธ์ ๒๕๖๙ (all of the Buddhist era).
CREATE OR REPLACE MACRO month_number(s) AS coalesce(
    list_position(['ม.ค.', 'ก.พ.', 'มี.ค.', 'เม.ย.', 'พ.ค.', 'มิ.ย.', 'ก.ค.', 'ส.ค.', 'ก.ย.', 'ต.ค.', 'พ.ย.',
                   'ธ.ค.'], s),
    list_position(['มกราคม', 'กุมภาพันธ์', 'มีนาคม', 'เมษายน', 'พฤษภาคม', 'มิถุนายน',
                   'กรกฎาคม', 'สิงหาคม', 'กันยายน', 'ตุลาคม', 'พฤศจิกายน', 'ธันวาคม'], s));
CREATE OR REPLACE MACRO read_day(t) AS CASE
    WHEN t[3] = '/' THEN make_date(t[7:10]::INT - 543, t[4:5]::INT, t[1:2]::INT)
    WHEN t[5] = '-' THEN t[1:10]::DATE
    WHEN contains(t, ' ') THEN make_date(split_part(t, ' ', 3)::INT - 543, month_number(split_part(t, ' ', 2))::INT,
                                         split_part(t, ' ', 1)::INT) END;
CREATE OR REPLACE MACRO day_of(s) AS read_day(arabic(s));
-- Months: 2026-02, 2569-02 and 02/2569.
CREATE OR REPLACE MACRO read_month(t) AS CASE
    WHEN t[3] = '/' THEN (t[4:7]::INT - 543) || '-' || t[1:2]
    WHEN t[1:4] > '2400' THEN (t[1:4]::INT - 543) || t[5:7]
    ELSE t END;
CREATE OR REPLACE MACRO month_in(s) AS read_month(arabic(s));
CREATE OR REPLACE MACRO month_of(d) AS strftime(d, '%Y-%m');

-- A quotient of whole numbers, a half upwards, as a decimal of so many places; of nothing there is none. In whole
-- numbers, for a binary fraction that is rounded afterwards is a satang off now and then.
CREATE OR REPLACE MACRO half_up(part, whole) AS
    CASE WHEN whole > 0 THEN (2 * part::HUGEINT + whole) // (2 * whole) END;
CREATE OR REPLACE MACRO ratio0(part, whole) AS half_up(part, whole)::BIGINT;
CREATE OR REPLACE MACRO ratio1(part, whole) AS half_up(10 * part, whole)::DECIMAL(18, 0) * 0.1;
CREATE OR REPLACE MACRO ratio2(part, whole) AS half_up(100 * part, whole)::DECIMAL(18, 0) * 0.01;
CREATE OR REPLACE MACRO ratio3(part, whole) AS half_up(1000 * part, whole)::DECIMAL(18, 0) * 0.001;
CREATE OR REPLACE MACRO ratio4(part, whole) AS half_up(10000 * part, whole)::DECIMAL(18, 0) * 0.0001;
CREATE OR REPLACE MACRO hundredths(amount) AS (100 * amount)::BIGINT;
-- DuckDB's own count_if gives null where the condition is null in every row, and a wider number.
CREATE OR REPLACE MACRO count_where(condition) AS count(CASE WHEN condition THEN 1 END);
