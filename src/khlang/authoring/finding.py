"""What lint says: one finding a fault, each with its place and its remedy; the vocabulary of its codes."""

from dataclasses import dataclass

#: Code → what is wrong, in Thai and English.
KINDS = {
    "LINT-YAML": ("อ่านเป็น YAML ไม่ได้", "the text is no YAML"),
    "LINT-ODCS": ("ไม่เป็นไปตามมาตรฐาน ODCS", "not as the Open Data Contract Standard says"),
    "LINT-KEY-TWICE": ("คีย์ซ้ำ", "a key stands twice"),
    "LINT-COLUMN-TWICE": ("คอลัมน์หรือฟิลด์ซ้ำ", "a column or field stands twice"),
    "LINT-HEADER-TWICE": ("หัวตารางเดียวหมายถึงสองคอลัมน์", "one header means two columns"),
    "LINT-TABLE-TWICE": ("ตารางซ้ำ", "a table is declared twice"),
    "LINT-FIELD": ("ไม่อยู่ในพจนานุกรมฟิลด์", "not in the field dictionary"),
    "LINT-FIELD-DIFFERS": ("ต่างจากพจนานุกรมฟิลด์", "differs from the field dictionary"),
    "LINT-CODES": ("ไม่รู้จักรายการรหัส", "unknown code list"),
    "LINT-OWNER": ("เจ้าของข้อมูลมากกว่าหนึ่ง หรือไม่มี", "two owners, or none"),
    "LINT-CLASS": ("ไม่ได้ระบุชั้นข้อมูลส่วนบุคคล", "no class, or not the class, of personal data"),
    "LINT-GRAIN": ("หน่วยข้อมูลไม่ครบ", "the grain is not declared whole"),
    "LINT-GRAIN-SAMPLE": ("หน่วยข้อมูลซ้ำในตัวอย่าง", "the grain is not unique in the sample"),
    "LINT-VERSION": ("เปลี่ยนแปลงแบบไม่เข้ากันโดยไม่ขึ้นรุ่น", "a breaking change without a new version"),
    "LINT-SERVED": ("ไม่ได้ระบุว่ารุ่นเดิมให้บริการถึงเมื่อใด", "the earlier version's migration or end is not declared"),
    "LINT-DOMAIN": ("ชื่อโดเมนซ้ำหรือคล้ายของเดิม", "a domain named like an old one"),
    "LINT-NAME": ("ชื่อไม่เป็นไปตามแบบ", "a name is not of the form"),
    "LINT-CATALOGUE": ("ข้อมูลบัญชีข้อมูล 14 รายการไม่ครบ", "one of the 14 catalogue fields"),
    "LINT-HEADERS": ("หัวตารางของหน่วยงานไม่ครบ", "too few headers of the office"),
    "LINT-RULES": ("คอลัมน์ไม่มีกฎคุณภาพ", "a column without its rule"),
    "LINT-EXPECTATIONS": ("ไม่มีไฟล์ expectations", "no file in expectations/"),
    "LINT-DECISION": ("ยังมีเรื่องที่ต้องตัดสินใจ", "a decision is open"),
    "LINT-CONTRACT": ("ข้อตกลงข้อมูลอ่านไม่ได้", "the contract cannot be used"),
}


@dataclass(frozen=True, order=True)
class Finding:
    """One fault: file below the project, line and column from 1, code, what is wrong, what to do."""

    file: str
    line: int
    column: int
    code: str
    message: str
    remedy: str

    def shown(self) -> str:
        """Two lines, the first as editors and terminals link it."""
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.code} {KINDS[self.code][0]}: {self.message}\n    → {self.remedy}"
