"""``khlang agency status``."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table as Grid

from khlang.agency import approval, receipts, sending, words
from khlang.agency.commands import home_option, json_option, lang_option
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.errors import ServiceError
from khlang.web.language import Language

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency status --lang th
  khlang agency status --offline --json
  khlang agency receipt 3f2a      # รายละเอียดของชุดเดียว / one of them, with every finding
"""


@click.command(epilog=EXAMPLES)
@click.option("--offline", is_flag=True, help="ไม่ติดต่อคลัง / Do not ask the gateway.")
@click.option("--proxy", help="http://host:port; else HTTPS_PROXY, or what the system says.")
@lang_option
@home_option
@json_option
def status(*, offline: bool, proxy: str | None, lang: Language | None, home: Path, as_json: bool) -> None:
    """What was sealed and sent, and what became of it / สถานะ."""
    here = Home(home)
    lines, reached = (sending.status(here, here.submissions(), None), True) if offline else _asked(here, proxy)
    lines += [sending.line(folder, "waits") for folder in approval.pending(here)]
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
    else:
        _show(lines, lang or receipts.language())
    if not reached:
        raise ServiceError(
            "ติดต่อคลังกลางไม่ได้ ที่แสดงคือสิ่งที่รู้ครั้งก่อน / The pool was not reached: shown is what was known before.",
            "ลองใหม่ภายหลัง / Try again later: khlang agency status",
            code="STATUS-OLD",
        )


def _asked(here: Home, proxy: str | None) -> tuple[list[dict[str, Any]], bool]:
    """Every submission's line as the pool tells it, or as it was kept where the pool is not reached; and which."""
    try:
        with Console(stderr=True).status("ถามคลังกลาง / asking the pool …"), Gateway(here, proxy=proxy) as gateway:
            return sending.status(here, here.submissions(), gateway), True
    except ServiceError:
        return sending.status(here, here.submissions(), None), False


def _show(lines: list[dict[str, Any]], spoken: Language) -> None:
    grid = Grid(*(words.word(name, spoken) for name in ("dataset", "period", "submission", "rows", "state")))
    for line in lines:
        told = [words.state(line["state"], spoken), *_findings(line["receipt"], spoken)]
        period = words.thai_period(line["period"], spoken)
        grid.add_row(line["dataset"], period, line["submission"][:12], f"{line['rows']:,}", "\n".join(told))
    Console().print(grid)


def _findings(said: dict[str, object] | None, lang: Language) -> list[str]:
    """Of the last step: its code, and column, rule and count of each finding."""
    steps: list[dict[str, object]] = said["steps"] if said else []  # type: ignore[assignment]
    if not steps or steps[-1].get("verdict") not in {"refused", "withdrawn"}:
        return []
    last = steps[-1]
    findings: list[dict[str, object]] = last["findings"]  # type: ignore[assignment]
    told = [" ".join(str(one[name]) for name in ("column", "code", "count") if name in one) for one in findings]
    return [str(last[name]) for name in ("code", f"message_{lang}") if last.get(name)] + told
