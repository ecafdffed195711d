"""``khlang agency send``."""

import json
import re
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from khlang import manifest
from khlang.agency import sending
from khlang.agency.commands import home_option, json_option
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.errors import InputError

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency send                        # ทุกชุดที่ค้างส่ง / all that wait
  khlang agency send sealed/vehicles/2026-01/3f…  --limit 2MB/s
  khlang agency send --proxy http://proxy.example.go.th:8080
"""
_UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3}
_SLOWEST = 16_000  # the gateway gives up on less


def rate(text: str) -> int:
    """Bytes a second of ``2MB/s``, ``500 KB/s``, ``1500000``.

    Raises:
        click.BadParameter: It is no rate, or too low to be kept up.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMG]?)B?(?:/S)?\s*", text.upper())
    value = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    if value < _SLOWEST:
        raise click.BadParameter("เช่น 2MB/s อย่างน้อย 16KB/s / For example 2MB/s, at least 16KB/s.")
    return value


def bar(console: Console) -> Progress:
    """Bytes, MB/s and time left."""
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    return Progress(TextColumn("{task.description}"), *columns, console=console)


@click.command(epilog=EXAMPLES)
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--supersedes", help="The accepted submission that this earlier content shall replace.")
@click.option("--limit", type=rate, default=None, metavar="RATE", help="ความเร็วสูงสุด / At most so fast: 2MB/s.")
@click.option("--proxy", help="http://host:port; else HTTPS_PROXY, or what the system says.")
@home_option
@json_option
def send(
    *, folder: Path | None, supersedes: str | None, limit: int | None, proxy: str | None, home: Path, as_json: bool
) -> None:
    """Send one sealed folder, or all that have no receipt / ส่งข้อมูล.

    ตัดเมื่อไรก็ส่งต่อจากที่ค้าง ส่งซ้ำนับเป็นชุดเดียว / Cut at any byte it goes on there; sent twice it is one submission.
    """
    if supersedes and folder is None:
        raise InputError("--supersedes ต้องระบุโฟลเดอร์ / --supersedes needs a folder.", "khlang agency send DIR …")
    here = Home(home)
    folders = [folder] if folder else sending.unsent(here)
    with Gateway(here, proxy=proxy, limit=limit or 0) as gateway, bar(Console(stderr=True)) as progress:
        sent = [_one(here, one, gateway, supersedes, progress) for one in folders]
    if as_json:
        click.echo(json.dumps([one.receipt for one in sent], ensure_ascii=False))
        return
    for one in sent:
        facts = one.manifest
        click.echo(f"ได้รับแล้ว / received {facts['dataset']} {facts['period']}: {one.receipt['receipt_id']}")
    if not sent:
        click.echo("ไม่มีชุดที่ค้างส่ง / Nothing is waiting to be sent.")


def _one(here: Home, folder: Path, gateway: Gateway, supersedes: str | None, progress: Progress) -> sending.Sent:
    made = manifest.parse((folder / "manifest.json").read_bytes()) if (folder / "manifest.json").exists() else None
    total = sum(part["bytes"] for part in manifest.files(made)) if made else None
    name = f"{made['dataset']} {made['period']}" if made else folder.name
    task = progress.add_task(f"ส่ง / sending {name}", total=total)
    come: dict[str, int] = {}

    def tell(part: str, come_to: int) -> None:
        come[part] = come_to
        progress.update(task, completed=sum(come.values()))

    sent = sending.send(here, folder, gateway=gateway, supersedes=supersedes, tell=tell)
    progress.update(task, completed=total)
    return sent
