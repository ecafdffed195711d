"""Every way the product can refuse, each with its exit code.

Each class has a word for it in Thai. An error says what is wrong (file, row number, column: never a value or an
identifier) and what to do next.
"""


class KhlangError(Exception):
    """Base of all refusals that are shown without a traceback.

    Args:
        message: What is wrong, naming file, row number and column where there are any.
        remedy: What the reader does next.
        code: A stable code such as ``SEAL-ENCODING``, for receipts and programs.
    """

    exit_code = 1
    thai = "ทำต่อไม่ได้"
    default_code = "KHLANG"

    def __init__(self, message: str, remedy: str = "", *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or self.default_code

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(KhlangError):
    """A command was called with options that do not fit."""

    exit_code, default_code = 2, "USAGE"
    thai = "คำสั่งหรือตัวเลือกไม่ถูกต้อง"


class SetupError(KhlangError):
    """Something the stack needs is missing on this machine: Java, Go, disk space, a package."""

    exit_code, default_code = 10, "SETUP"
    thai = "เครื่องนี้ขาดสิ่งที่ระบบต้องใช้"


class PortInUseError(KhlangError):
    """A port of the stack is held by another program."""

    exit_code, default_code = 11, "PORT-IN-USE"
    thai = "พอร์ตถูกโปรแกรมอื่นใช้อยู่"


class ServiceError(KhlangError):
    """A service of the stack is down or does not answer."""

    exit_code, default_code = 12, "SERVICE"
    thai = "บริการไม่ตอบสนอง"


class InputError(KhlangError):
    """An extract cannot be read, or a column, sheet, encoding or row is not as the contract says."""

    exit_code, default_code = 20, "INPUT"
    thai = "อ่านไฟล์หรือข้อมูลนำเข้าไม่ได้"


class SealingKeyError(KhlangError):
    """The sealing key, its epoch or its check value is not the one of the profile."""

    exit_code, default_code = 21, "KEY"
    thai = "กุญแจปิดผนึกไม่ถูกต้อง"


class SignatureError(KhlangError):
    """A signature does not hold, or its signer is not known."""

    exit_code, default_code = 22, "SIGNATURE"
    thai = "ลายมือชื่อไม่ถูกต้อง"


class ContractError(KhlangError):
    """A contract is missing, malformed, of another version, or is not met."""

    exit_code, default_code = 23, "CONTRACT"
    thai = "ไม่เป็นไปตามข้อตกลงข้อมูล"


class PeriodError(KhlangError):
    """A period is not of the form ``YYYY-MM``, or lies outside what may be sent."""

    exit_code, default_code = 24, "PERIOD"
    thai = "งวดไม่ถูกต้อง"


class IntegrityError(KhlangError):
    """Bytes are not those that were sealed: truncated, altered, or encrypted to another recipient."""

    exit_code, default_code = 25, "INTEGRITY"
    thai = "ข้อมูลไม่ตรงกับที่ปิดผนึก"


class SequenceError(KhlangError):
    """An earlier content is sent again after a later one was accepted, without ``supersedes``."""

    exit_code, default_code = 26, "SEQUENCE"
    thai = "ลำดับการส่งไม่ถูกต้อง"


class RawIdentifierError(KhlangError):
    """A column of sealed data holds what looks like a raw identifier."""

    exit_code, default_code = 27, "RAW-IDENTIFIER"
    thai = "พบค่าที่เหมือนเลขประจำตัวจริง"


class CanaryError(KhlangError):
    """The canary rows of an extract are not sealed as the authority expects."""

    exit_code, default_code = 28, "CANARY"
    thai = "แถวทดสอบ (canary) ไม่ตรง"


class GateRefusedError(KhlangError):
    """The gate refused an extract; nothing of it was promoted."""

    exit_code, default_code = 30, "GATE"
    thai = "ด่านคุณภาพไม่ให้ผ่าน"


class LeaseLostError(KhlangError):
    """Another writer holds the table; this one was fenced before its commit."""

    exit_code, default_code = 40, "LEASE"
    thai = "มีงานอื่นถือตารางนี้อยู่"


class AccessError(KhlangError):
    """The caller may not do this: wrong password, wrong token, or not its right."""

    exit_code, default_code = 50, "ACCESS"
    thai = "ไม่มีสิทธิ์ทำรายการนี้"
