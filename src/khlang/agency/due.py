"""Which months may be sealed today, by the clock of the official's own machine."""

from datetime import date

from khlang.agency.reading import Finding
from khlang.errors import PeriodError

OLD = 12  # months back; an honest correction is younger


def fiscal_year(period: str) -> int:
    """The Buddhist fiscal year of a month: October to September."""
    year, month = map(int, period.split("-"))
    return year + 543 + (month >= 10)


def shown(period: str) -> str:
    """A period as officials write it, with its fiscal year."""
    return f"{int(period[:4]) + 543}-{period[5:]} / {period} (ปีงบประมาณ / fiscal year {fiscal_year(period)})"


def check(period: str, today: date) -> list[Finding]:
    """A month that has not begun is refused; one that lies far back is told.

    Raises:
        PeriodError: The month lies ahead; says what this machine takes for today, for it may be wrong.
    """
    behind = (today.year - int(period[:4])) * 12 + today.month - int(period[5:])
    clock = f"{today.day}/{today.month}/{today.year + 543} ({today.isoformat()})"
    if behind < 0:
        raise PeriodError(
            f"งวด {shown(period)} ยังมาไม่ถึง วันที่ของเครื่องนี้คือ {clock} / The month has not come; today is {clock} here.",
            "ตรวจงวดที่พิมพ์ และวันที่ของเครื่อง (ปีถูกหรือไม่) / Look at the period typed, and at this machine's date and year.",
            code="PERIOD-AHEAD",
        )
    if behind <= OLD:
        return []
    message = f"งวดนี้ย้อนหลัง {behind} เดือน วันที่ของเครื่องนี้คือ {clock} / {behind} months back; today is {clock} here"
    return [Finding("PERIOD-OLD", message, "")]
