"""What an official sees: what leaves and what stays, column by column; no value, no identifier, no key."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from khlang.agency import due
from khlang.agency.submission import Submission
from khlang.contracts import Column

_REASONS = {
    "missing": "ว่าง",
    "bad_format": "รูปแบบผิด",
    "bad_check": "เลขตรวจสอบผิด",
    "placeholder": "เลขสมมติ",
    "class_not_allowed": "ประเภทบุคคลใช้ไม่ได้",
}
_WHY = {
    "direct-identifier": "(ข้อมูลระบุตัวบุคคล / direct identifier)",
    "free-text": "(ข้อความอิสระ / free text)",
    "comparison-key": "(ใช้ทำกุญแจเปรียบเทียบแล้วทิ้ง / read for comparison keys, then dropped)",
}


def document(made: Submission) -> dict[str, Any]:
    """The summary for a program."""
    return {
        "folder": str(made.folder),
        "submission": made.manifest["submission"],
        "dataset": made.manifest["dataset"],
        "period": made.manifest["period"],
        "rows": made.manifest["rows"],
        "canary_rows": made.manifest["canary_rows"],
        "pid_reasons": made.manifest["pid_reasons"],
        "fiscal_year": due.fiscal_year(made.manifest["period"]),
        "dropped": [one.header for one in made.extract.dropped],
        "findings": [{"code": one.code, "message": one.message, "file": one.file} for one in made.findings],
        "lost_years": made.lost_years,
        "form": made.extract.form,
        "reused": made.reused,
        "pending": made.pending,
    }


def summary(console: Console, made: Submission) -> None:
    """Print what leaves, what stays, and where it lies."""
    table = made.table
    month = made.manifest["period"]
    grid = Grid(title=f"{table.title_th} ({table.name}) งวด {due.shown(month)}", title_justify="left")
    for name in ("คอลัมน์ในไฟล์ / in the file", "ส่งเป็น / leaves as", "วิธี / how", "ไม่มีรหัส / not sealed"):
        grid.add_column(name)
    for column in table.columns:
        reasons = made.manifest["pid_reasons"].get(column.name, {})
        counts = ", ".join(f"{_REASONS[reason]} {count:,}" for reason, count in reasons.items())
        lost = made.lost_years.get(column.name, 0)
        grid.add_row(
            made.extract.headers[column.name], column.name, _how(column), f"ไม่พบปี {lost:,}" if lost else counts
        )
    for one in made.extract.dropped:
        grid.add_row(escape(one.header), "—", f"[bold]ไม่ส่งออก / dropped[/bold] {_WHY.get(one.why, '')}", "")
    console.print(grid)
    if table.second_route and not made.extract.keyed:
        console.print(
            "ไม่มีกุญแจเปรียบเทียบ: ไฟล์ไม่มีคอลัมน์ครบ / No comparison keys, for the file lacks one of: "
            + "; ".join(" | ".join(headers) for headers in table.second_route.fields.values()),
            markup=False,
        )
    for finding in made.findings:
        console.print(f"{finding.file} {finding.message} [{finding.code}]".strip(), markup=False)
    rows = made.manifest["rows"]
    again = " (ปิดผนึกไว้แล้ว / sealed before)" if made.reused else ""
    console.print(f"{made.extract.form}: {rows:,} แถว / rows, {len(made.manifest['parts'])} ส่วน / parts{again}")
    console.print("ข้อมูลแฝงยังเป็นข้อมูลส่วนบุคคล / Pseudonymised data are still personal data.")
    if made.pending:
        console.print(
            f"[bold]รอผู้อนุมัติ / waits for the approver:[/bold] khlang agency approve {made.manifest['submission'][:12]}"
        )
    console.print(f"เก็บไว้ที่ / kept in {made.folder}", soft_wrap=True)


def states(console: Console, lines: Iterable[Mapping[str, Any]]) -> None:
    """Print each submission and what became of it."""
    grid = Grid()
    for name in ("ชุดข้อมูล / dataset", "งวด / period", "รหัส / submission", "แถว / rows", "สถานะ / state"):
        grid.add_column(name)
    for line in lines:
        told = [_decision(decision) for decision in line["decisions"]]
        grid.add_row(
            line["dataset"],
            line["period"],
            line["submission"][:12],
            f"{line['rows']:,}",
            "\n".join([line["state"], *told]),
        )
    console.print(grid)


def _decision(decision: Mapping[str, Any]) -> str:
    failures = [f"{one.get('column')} {one.get('code')} {one.get('count')}" for one in decision.get("failures", [])]
    words = [decision.get("verdict"), decision.get("code"), decision.get("message_th"), *failures]
    return " ".join(str(word) for word in words if word)


def _how(column: Column) -> str:
    if column.identifier:
        return "[green]แฝงรหัส / sealed[/green]"
    return "ลดเป็นปี / year only" if column.generalise else "ส่งตามเดิม / kept"
