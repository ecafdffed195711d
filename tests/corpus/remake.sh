#!/bin/sh
# Makes tests/corpus/files anew from tests/corpus/sources, each by a program that offices use. Needs, from Debian:
# libreoffice-calc python3-uno gnumeric sqlite3 dos2unix libc-bin zip coreutils sed
set -eu
cd "$(dirname "$0")"
HERE=$(pwd) OUT=$HERE/files WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
mkdir -p "$OUT"
export LC_ALL=C.UTF-8

# Every column as text: what an office's own system exports. Without it LibreOffice makes numbers of what looks like one.
TEXT="CSV:44,34,76,1,1/2/2/2/3/2/4/2/5/2/6/2/7/2/8/2/9/2/10/2/11/2/12/2/13/2"
office() { soffice "-env:UserInstallation=file://$WORK/profile" --headless "$@" >/dev/null 2>&1; }
# save SOURCE TARGET FILTER [INFILTER]: LibreOffice opens a source and saves it as one file.
save() {
  office ${4:+"--infilter=$4"} --convert-to "$3" --outdir "$WORK/one" "sources/$1"
  mv "$WORK"/one/* "$OUT/$2"
}
calc() { save "$1.fods" "$2" "$3"; }

# 1. Text, by LibreOffice: delimiter, quote, encoding (76 UTF-8, 32 Windows-874, 65535 UTF-16), quote all cells.
FILTER="csv:Text - txt - csv (StarCalc)"
save registrants.csv lo_comma_utf8.csv "$FILTER:44,34,76,1,,0,false" "$TEXT"
save registrants.csv lo_comma_874.csv "$FILTER:44,34,32,1,,0,false" "$TEXT"
save registrants.csv lo_semicolon_874.csv "$FILTER:59,34,32,1,,0,false" "$TEXT"
save registrants.csv lo_bar_utf8.txt "$FILTER:124,34,76,1,,0,false" "$TEXT"
save registrants.csv lo_tab_utf16.txt "$FILTER:9,34,65535,1,,0,false" "$TEXT"
save registrants.csv lo_quote_all_874.csv "$FILTER:44,34,32,1,,0,true" "$TEXT"
save registrants.csv lo_apostrophes_utf8.csv "$FILTER:44,39,76,1,,0,true" "$TEXT"
save registrants.csv lo_numbers_guessed.csv "$FILTER:44,34,76,1,,0,false,true,true" "CSV:44,34,76,1"
# 2. The same text through other tools.
sed -n '1p' sources/registrants.csv > "$WORK/head"
iconv -f UTF-8 -t TIS-620 "$OUT/lo_comma_utf8.csv" > "$WORK/tis" 2>/dev/null || sed 's/฿//' "$OUT/lo_comma_utf8.csv" | iconv -f UTF-8 -t TIS-620 > "$WORK/tis"
mv "$WORK/tis" "$OUT/iconv_tis620.csv"
iconv -f UTF-8 -t UTF-16BE "$OUT/lo_comma_utf8.csv" > "$OUT/iconv_utf16be_no_mark.csv"
iconv -f UTF-8 -t UTF-16LE "$OUT/lo_bar_utf8.txt" > "$OUT/iconv_utf16le_no_mark.txt"
unix2dos -q -m -n "$OUT/lo_comma_utf8.csv" "$OUT/unix2dos_mark_crlf.csv"
unix2dos -q -n "$OUT/lo_semicolon_874.csv" "$OUT/unix2dos_874_crlf.csv"
unix2mac -q -n sources/insured.csv "$OUT/unix2mac_cr.csv"
sqlite3 "$WORK/office.db" ".import --csv sources/registrants.csv registrants" ".import --csv sources/insured.csv insured" ".import --csv sources/vehicles.csv vehicles" ".import --csv sources/houses.csv houses"
sql() { sqlite3 "$WORK/office.db" "$@"; }
sql -csv -header "SELECT * FROM registrants" > "$OUT/sqlite_csv.csv"
sql -header -separator '	' "SELECT * FROM vehicles" > "$OUT/sqlite_tabs.tsv"
sql -header -separator '|' "SELECT * FROM houses" > "$OUT/sqlite_list.txt"
sql "SELECT json_object('SSN_ID', SSN_ID, 'EMPLOYER_ID', EMPLOYER_ID, 'WAGE_MONTH', WAGE_MONTH, 'WAGE', WAGE, 'SECTION', CAST(SECTION AS INT), 'WORK_PROVINCE', WORK_PROVINCE, 'REPORT_DATE', REPORT_DATE) FROM insured" > "$OUT/sqlite_json.jsonl"
sql -csv -header "SELECT SSN_ID AS เลขผู้ประกันตน, EMPLOYER_ID, WAGE_MONTH, WAGE AS ฐานค่าจ้าง, SECTION, WORK_PROVINCE, REPORT_DATE FROM insured" > "$OUT/sqlite_other_headers.csv"
sql -csv -header "SELECT *, SSN_ID AS cid FROM insured" > "$OUT/sqlite_header_twice.csv"
sql -csv -header "SELECT SSN_ID, EMPLOYER_ID, WAGE_MONTH, SECTION, WORK_PROVINCE, REPORT_DATE FROM insured" > "$OUT/sqlite_column_missing.csv"
head -n 1 sources/insured.csv > "$OUT/head_no_rows.csv"
sql -csv "SELECT * FROM insured" > "$OUT/sqlite_no_header.csv"
# 3. Faults that happen when files are put together by hand.
{ cat sources/houses.csv; tail -n 2 sources/registrants.csv | cut -d, -f1-7 | iconv -f UTF-8 -t CP874; } > "$OUT/cat_mixed_encodings.csv"
sed '4s/,1,/,"1,/' sources/houses.csv > "$OUT/sed_stray_quote.csv"
sed '5s/,[^,]*$//' sources/insured.csv > "$OUT/sed_short_row.csv"
{ printf 'sep=;\r\n'; tr ',' ';' < sources/houses.csv; printf ';;;;;;\r\n\r\n'; } > "$OUT/tr_sep_line.csv"
printf '\032' | cat sources/insured.csv - > "$OUT/cat_ctrl_z.csv"
# 4. Workbooks, by LibreOffice.
for form in xlsx xls ods; do calc titled "lo_titled.$form" "$form"; done
for one in two_header_rows hidden filtered formulas errors errors_elsewhere two_sheets numbers offset english_below paged; do
  calc "$one" "lo_$one.xlsx" xlsx
done
for one in hidden errors numbers two_sheets; do calc "$one" "lo_$one.xls" xls; done
calc hidden lo_hidden.ods ods
save titled.fods lo_days_reformatted.csv "$FILTER:44,34,76,1,,0,false,true,false,false,false,2"
save houses.csv lo_dates_guessed.xlsx xlsx "CSV:44,34,76,1,1/2/2/2"
save registrants.csv lo_text.xlsx xlsx "$TEXT"
save insured.csv lo_web_page.xls html "CSV:44,34,76,1"
# A password needs LibreOffice's own interface.
/usr/bin/python3 password.py "$WORK" "$OUT"
# 5. Workbooks and text, by Gnumeric.
ssconvert -I Gnumeric_stf:stf_csvtab sources/insured.csv "$OUT/gnumeric_guessed.xlsx" 2>/dev/null
ssconvert -T Gnumeric_Excel:excel_biff8 "$OUT/lo_titled.xlsx" "$OUT/gnumeric_titled.xls" 2>/dev/null
ssconvert "$OUT/lo_titled.ods" "$OUT/gnumeric_titled.xlsx" 2>/dev/null
ssconvert -T Gnumeric_stf:stf_assistant -O 'separator=; format=preserve charset=CP874 sheet=ข้อมูล' "$OUT/lo_titled.xlsx" "$OUT/gnumeric_874.txt" 2>/dev/null
# 6. Parts.
mkdir -p "$WORK/zip" "$OUT/folder_of_parts"
head -n 4 sources/insured.csv > "$WORK/zip/ส่วนที่ 1.csv"
{ head -n 1 sources/insured.csv; tail -n 3 sources/insured.csv; } > "$WORK/zip/ส่วนที่ 2.csv"
cp "$WORK/zip/ส่วนที่ 1.csv" "$OUT/folder_of_parts/part1.csv"
iconv -f UTF-8 -t UTF-16 "$WORK/zip/ส่วนที่ 2.csv" > "$OUT/folder_of_parts/part2.csv"
rm -f "$OUT/zip_of_parts.zip" "$OUT/zip_password.zip" "$OUT/zip_of_workbooks.zip"
(cd "$WORK/zip" && zip -q -X "$OUT/zip_of_parts.zip" ./*.csv && zip -q -X -P open "$OUT/zip_password.zip" ./*.csv)
(cd "$OUT" && zip -q -X zip_of_workbooks.zip lo_titled.xlsx gnumeric_titled.xlsx)
