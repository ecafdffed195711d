"""The published vocabulary of the rules of gates and marts: what each code counts, and what it stops when it fails."""

from dataclasses import dataclass

from khlang.contracts.model import Radius


@dataclass(frozen=True)
class Term:
    """One code of the vocabulary.

    ``metric`` begins the name of its column in the metrics row; ``arguments`` must be declared, ``optional`` may;
    ``per_column`` tells whether it needs a column; ``layer`` whether every curated table has it undeclared;
    ``computed`` how curate gets the figure: ``pass`` in the one pass, ``units`` from the units of the grain,
    ``grouped`` from the groups of one column, ``stuck`` from the column's values in the groups of another (``by``),
    ``reference`` against the keys of another dataset, ``curation`` supplied from elsewhere (manifest, raw scan,
    earlier months), ``joins`` from a mart's inputs.
    """

    code: str
    metric: str
    title_th: str
    title_en: str
    per_column: bool = True
    arguments: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    radius: Radius = "extract"
    layer: bool = False
    computed: str = "pass"


_TERMS = (
    Term("GATE-ROWS", "rows", "จำนวนแถวตรงกับใบนำส่ง", "rows equal the manifest's rows", per_column=False, layer=True),
    Term("GATE-EMPTY", "rows", "ไฟล์ต้องไม่ว่าง", "an extract of zero rows fails", per_column=False, layer=True),
    Term("GATE-GRAIN", "grain_repeats", "หนึ่งแถวต่อหนึ่งหน่วยข้อมูล", "accepted rows are unique on the grain, exactly",
         per_column=False, radius="stop", layer=True, computed="units"),
    Term("GATE-RAW-ID", "raw_id_cells", "ต้องไม่มีเลขประจำตัวประชาชนดิบ", "no cell looks like a raw citizen ID",
         per_column=False, radius="stop", layer=True, computed="curation"),
    Term("GATE-FEWER", "rows_missing", "จำนวนแถวต้องไม่น้อยผิดจากเดือนก่อน ๆ",
         "rows below a share of what a month usually has (the median of the last twelve that were promoted)",
         per_column=False, optional=("share",), layer=True, computed="curation"),
    Term("GATE-COUNT", "rows", "จำนวนแถวอยู่ในช่วงที่คาด", "rows lie in a band", per_column=False,
         optional=("minimum", "maximum")),
    Term("GATE-DUPLICATE", "duplicate_share", "สัดส่วนแถวซ้ำ", "share of rows left out as duplicates", per_column=False,
         arguments=("limit",)),
    Term("GATE-PID", "pid_missing_share", "สัดส่วนแถวที่ไม่มีเลขระบุตัวที่ใช้ได้",
         "share of rows without a usable identifier", arguments=("limit",)),
    Term("GATE-NULL", "null_share", "สัดส่วนค่าว่าง", "share of empty values", arguments=("limit",)),
    Term("GATE-TYPE", "unread_share", "สัดส่วนค่าที่อ่านไม่ได้", "share of values that cannot be read as their type",
         arguments=("limit",)),
    Term("GATE-CODE", "bad_code_share", "สัดส่วนรหัสนอกรายการ", "share of codes outside the code list",
         arguments=("limit",), radius="record"),
    Term("GATE-RANGE", "out_of_range_share", "สัดส่วนค่านอกช่วง", "share of numbers outside minimum and maximum",
         arguments=("limit",), optional=("minimum", "maximum"), radius="record"),
    Term("GATE-PERIOD", "after_period_share", "สัดส่วนวันที่หลังสิ้นงวด", "share of dates after the period's end",
         arguments=("limit",), radius="record"),
    Term("GATE-ORDER", "out_of_order_share", "สัดส่วนค่าที่น้อยกว่าหรือมาก่อนค่าที่ต้องไม่เกิน",
         "share of rows in which the column is below another one (an end before its beginning)",
         arguments=("not_below", "limit"), radius="record"),
    Term("GATE-LATE", "late_share", "สัดส่วนรายการย้อนหลัง", "share of rows of an earlier month", arguments=("limit",)),
    Term("GATE-HEAVY", "heavy_rows", "เลขระบุตัวเดียวปรากฏในหลายแถวผิดปกติ",
         "rows of the heaviest identifier above max(rows, 10 ppm of all rows)", optional=("rows",), computed="grouped"),
    Term("GATE-STUCK", "stuck_share", "สัดส่วนค่าที่ค้างไม่เปลี่ยน", "share of values of units that never change their value",
         arguments=("by", "rows", "limit"), computed="stuck"),
    Term("GATE-ORPHAN", "orphan_share", "สัดส่วนค่าอ้างอิงที่ไม่มีในทะเบียนที่อ้างถึง",
         "share of references that another dataset, as last promoted, does not hold (0 where it has no month yet)",
         arguments=("of", "limit"), computed="reference"),
    Term("GATE-TREND", "trend_beyond", "อยู่ในช่วงที่เรียนรู้จากเดือนก่อน ๆ",
         "how far a figure of the month lies outside the band learned of the dataset's own past", per_column=False,
         arguments=("measure", "minimum", "maximum"), optional=("seasonal",), computed="curation"),
)  # fmt: skip
TERMS = {term.code: term for term in _TERMS}

# Why each rule that no contract declares is there.
LAYER_REASONS = {
    "GATE-ROWS": "What was sealed and signed is what is judged: a row lost or added on the way closes the gate.",
    "GATE-EMPTY": "An expectation over no rows holds by itself; an office with nothing to report says so otherwise.",
    "GATE-GRAIN": "A grain that repeats multiplies every join after it.",
    "GATE-FEWER": "A month with a tenth of its usual rows is a filter left on, or one part of several.",
    "GATE-RAW-ID": "A citizen ID in the pool is the one thing that must never be there.",
}

_MART_TERMS = (
    Term("MART-EMPTY", "rows", "งวดต้องไม่ว่าง", "a period of zero rows fails", per_column=False,
         radius="stop", layer=True),
    Term("MART-KEY", "empty_keys", "หน่วยข้อมูลต้องไม่ว่าง", "no column of the grain is empty", per_column=False,
         radius="stop", layer=True),
    Term("MART-GRAIN", "grain_repeats", "หนึ่งแถวต่อหนึ่งหน่วยข้อมูล", "rows are unique on the grain, exactly",
         per_column=False, radius="stop", layer=True),
    Term("MART-NEGATIVE", "negative_rows", "จำนวนต้องไม่ติดลบ", "no figure lies below zero", per_column=False,
         arguments=("columns",), radius="stop"),
    Term("MART-PART", "part_over_whole", "ส่วนต้องไม่เกินทั้งหมด", "a part is at most its whole", arguments=("of",),
         radius="stop"),
)  # fmt: skip
MART_TERMS = {term.code: term for term in _MART_TERMS}

#: Judged of every declared join of a mart; no rule of these codes is declared by itself.
JOIN_TERMS = {
    term.code: term
    for term in (
        Term("MART-JOIN", "join_outside", "สัดส่วนที่เชื่อมได้อยู่ในช่วงที่คาด",
             "keys that match beyond or short of the expected band", per_column=False, radius="stop", computed="joins"),
        Term("MART-FANOUT", "join_repeats", "การเชื่อมไม่ทำให้แถวทวี",
             "rows that repeat a key on a side that holds each once", per_column=False, radius="stop",
             computed="joins"),
    )
}  # fmt: skip

# Why each rule that no mart's contract declares is there.
MART_REASONS = {
    "MART-EMPTY": "A mart is built when all its inputs have rows; none in the mart is a join that lost them.",
    "MART-KEY": "A row of no unit answers no question, and every filter by unit passes it over in silence.",
    "MART-GRAIN": "A unit that stands twice is counted twice in every sum over the mart.",
}
